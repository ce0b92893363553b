import type { DeltaEvent } from '../../../protocol/deltas.ts';
import type { ToolCallPart } from '../../../protocol/messages/messages.ts';

/** The data of a provider about a part, beside its content. */
export interface PartFields {
  id?: string | null;
  provider_name?: string | null;
  provider_details?: Record<string, unknown> | null;
}

/** The content that a piece adds to a tool call. */
export interface CallPiece {
  readonly name?: string | null;
  readonly args?: ToolCallPart['args'];
}

/**
 * Receives what is only shown, in order with the durable events. Pieces of a part come as plain values, one call
 * each: there are thousands, and most of them are merged before anybody sees them.
 */
export interface DeltaSink {
  /** A part begins or ends, the output was found, a tool reports its progress. */
  show(event: DeltaEvent): void;
  /** `index` is the position of the part in the response. */
  text(index: number, content: string, fields: PartFields): void;
  thinking(index: number, content: string | null, signature: string | null, fields: PartFields): void;
  toolCall(index: number, callId: string | null, piece: CallPiece, fields: PartFields): void;
  /** While the client is so congested that the model has to wait: resolves when it may go on, or on an abort. */
  ready(signal: AbortSignal): Promise<void> | undefined;
}
