import { parseExact } from '../../../engine/json/exact-json.ts';
import type { ShownPiece } from '../../../store/store.ts';

/** What processes send each other in a notification of the database, which may be lost; each field names a workflow. */
export interface Payload {
  /** Something of it was recorded. */
  readonly step?: string;
  /** Somebody waits for its steps, */
  readonly watch?: string;
  /** or for its deltas too. */
  readonly follow?: string;
  /** It is requested to stop, or to do something else. */
  readonly request?: string;
  /** A request, by its own id, was replied to. */
  readonly reply?: string;
  /** What is shown of it, in order. */
  readonly shown?: string;
  readonly pieces?: readonly ShownPiece[];
}

/** Of what nobody here has sent nothing is taken. */
export function payloadOf(text: string): Payload {
  try {
    return (parseExact(text) ?? {}) as Payload;
  } catch {
    return {};
  }
}
