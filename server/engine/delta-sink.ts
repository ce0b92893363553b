import type { DeltaEvent } from '../../protocol/deltas.ts';
import type { ToolCallPart } from '../../protocol/messages.ts';

/** What a provider says of a part beside its content. @since 0.2.0 */
export interface PartFields {
  id?: string | null;
  provider_name?: string | null;
  provider_details?: Record<string, unknown> | null;
}

/** What a piece adds to a tool call. @since 0.2.0 */
export interface CallPiece {
  readonly name?: string | null;
  readonly args?: ToolCallPart['args'];
}

/**
 * Where goes what is only for showing, in order with the durable events. Pieces of a part come as plain values, one call
 * each: there are thousands, and most of them are merged before anybody sees them.
 *
 * @since 0.2.0
 */
export interface DeltaSink {
  /** A part begins or ends, the output was found, a tool tells its progress. */
  show(event: DeltaEvent): void;
  /** `index` is the position of the part in the response. */
  text(index: number, content: string, fields: PartFields): void;
  thinking(index: number, content: string | null, signature: string | null, fields: PartFields): void;
  toolCall(index: number, callId: string | null, piece: CallPiece, fields: PartFields): void;
  /** While the reader is so far behind that the model has to wait: resolves when it may go on, or on an abort. */
  ready(signal: AbortSignal): Promise<void> | undefined;
}
