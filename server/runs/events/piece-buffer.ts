import type { DeltaEvent, PartDelta } from '../../../protocol/deltas.ts';
import type { ToolCallPart } from '../../../protocol/messages/messages.ts';
import type { CallPiece, PartFields } from '../../engine/streaming/delta-sink.ts';
import { GrowingText } from '../../engine/streaming/growing-text.ts';

type Kind = PartDelta['part_delta_kind'];

/**
 * The content that one part got since it was last shown, merged into one delta: text and argument text are joined, argument
 * objects merged, the last signature and provider fields stand. One object serves a whole run.
 */
export class PieceBuffer {
  #kind: Kind | null = null;
  #index = -1;
  #content: GrowingText | null = null;
  #signature: string | null = null;
  #name: string | null = null;
  #args: Record<string, unknown> | null = null;
  #callId: string | null = null;
  #provider: string | null = null;
  #details: Record<string, unknown> | null = null;

  get isEmpty(): boolean {
    return this.#kind === null;
  }

  /** Characters that wait; an object of arguments counts nothing, there are few. */
  get size(): number {
    return this.#content?.length ?? 0;
  }

  /** Returns whether a piece of this part can be merged with those that wait. */
  takes(kind: Kind, index: number): boolean {
    return this.#kind === null || (this.#kind === kind && this.#index === index);
  }

  text(index: number, content: string, fields: PartFields): void {
    this.#begin('text', index, fields);
    this.#addContent(content);
  }

  thinking(index: number, content: string | null, signature: string | null, fields: PartFields): void {
    this.#begin('thinking', index, fields);
    this.#addContent(content);
    this.#signature = signature ?? this.#signature;
  }

  toolCall(index: number, callId: string | null, { name, args }: CallPiece, fields: PartFields): void {
    this.#begin('tool_call', index, fields);
    this.#callId = callId;
    if (name) this.#name = (this.#name ?? '') + name;
    if (typeof args === 'string') this.#addContent(args);
    else if (args) this.#args = this.#args ? { ...this.#args, ...args } : args;
  }

  /** Returns the delta of the pieces that wait, and empties the buffer. */
  take(): DeltaEvent {
    const event: DeltaEvent = { index: this.#index, delta: this.#delta(), event_kind: 'part_delta' };
    this.#kind = null;
    this.#content = null;
    this.#signature = null;
    this.#name = null;
    this.#args = null;
    this.#provider = null;
    this.#details = null;
    return event;
  }

  #begin(kind: Kind, index: number, { provider_name, provider_details }: PartFields): void {
    this.#kind = kind;
    this.#index = index;
    this.#provider = provider_name ?? this.#provider;
    if (provider_details) this.#details = { ...this.#details, ...provider_details };
  }

  #addContent(content: string | null): void {
    if (content === null) return;
    if (this.#content) this.#content.add(content);
    else this.#content = new GrowingText(content);
  }

  #delta(): PartDelta {
    const content = this.#content?.toString() ?? null;
    const provider = { provider_name: this.#provider, provider_details: this.#details };
    switch (this.#kind) {
      case 'thinking':
        return {
          content_delta: content,
          signature_delta: this.#signature,
          ...provider,
          part_delta_kind: 'thinking',
        };
      case 'tool_call': {
        const args: ToolCallPart['args'] = content ?? this.#args;
        return {
          tool_name_delta: this.#name,
          args_delta: args,
          tool_call_id: this.#callId,
          ...provider,
          part_delta_kind: 'tool_call',
        };
      }
      default:
        return { content_delta: content ?? '', ...provider, citations_delta: null, part_delta_kind: 'text' };
    }
  }
}
