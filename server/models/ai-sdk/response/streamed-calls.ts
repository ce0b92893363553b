import type { LanguageModelV4StreamPart, LanguageModelV4ToolCall } from '@ai-sdk/provider';
import { withNative } from '../answers/native-parts.ts';
import type { BodyReader } from '../provider.ts';
import { callId } from './answer.ts';
import { answerParts } from './answer-parts.ts';
import { storeMetadata } from './metadata.ts';
import type { Opening } from './opening.ts';

type Piece<K extends LanguageModelV4StreamPart['type']> = Extract<LanguageModelV4StreamPart, { type: K }>;

/** The calls of a streamed answer: those of our tools piece by piece, those of the provider's own tools as a whole. */
export class StreamedCalls {
  readonly #opening: Opening;
  readonly #natives: BodyReader['natives'];
  readonly #onCall: () => void;
  /** Calls that have begun and have not come as a whole yet, by their ids, the oldest first: ids need not be unique. */
  readonly #unsettled = new Map<string, string[]>();
  /** Calls of the provider's own tools whose result has not come. */
  readonly #waiting = new Map<string, LanguageModelV4ToolCall>();
  #count = 0;

  /** `natives` are what the body says of calls of the provider's own tools; `onCall` is called before each call of ours. */
  constructor(opening: Opening, natives: BodyReader['natives'], onCall: () => void) {
    this.#opening = opening;
    this.#natives = natives;
    this.#onCall = onCall;
  }

  /** A call that never came as a whole is cut, whatever the stream says of its end. */
  get areCut(): boolean {
    return this.#unsettled.size > 0;
  }

  begin({ id, toolName, providerExecuted, providerMetadata }: Piece<'tool-input-start'>): void {
    if (providerExecuted) return; // comes as a whole
    this.#onCall();
    const key = this.#nextKey();
    const unsettled = this.#unsettled.get(id);
    if (unsettled) unsettled.push(key);
    else this.#unsettled.set(id, [key]);
    const fields = storeMetadata(providerMetadata, this.#opening.provider);
    this.#opening.opened().toolCall(key, { name: toolName, id: this.#idOf(id) }, fields);
  }

  grow({ id, delta }: Piece<'tool-input-delta'>): void {
    const key = this.#unsettled.get(id)?.at(-1);
    if (key !== undefined) this.#opening.opened().toolCall(key, { args: delta });
  }

  /** Takes a call as a whole, also when its pieces came before: then it settles them. */
  whole(call: LanguageModelV4ToolCall): void {
    if (!call.providerExecuted) this.#own(call);
    // The arguments may come with the result alone.
    else if (this.#natives) this.#waiting.set(call.toolCallId, call);
    else this.#native(call);
  }

  /** Takes the result of a call of the provider's own tools. */
  result(result: Piece<'tool-result'>): void {
    const call = this.#waiting.get(result.toolCallId);
    this.#waiting.delete(result.toolCallId);
    if (call) this.#native(call);
    this.#native(result);
  }

  /** Shows the calls of the provider's own tools that no result came for. */
  end(): void {
    for (const call of this.#waiting.values()) this.#native(call);
  }

  #own(call: LanguageModelV4ToolCall): void {
    this.#onCall();
    const { toolCallId: id, toolName: name, input } = call;
    const fields = storeMetadata(call.providerMetadata, this.#opening.provider);
    const target = this.#opening.opened();
    const key = this.#settle(id);
    if (key === undefined) {
      target.toolCall(this.#nextKey(), { name, args: input, id: this.#idOf(id) }, fields);
      return;
    }
    if (fields.provider_details) target.toolCall(key, {}, fields);
    target.settleCall(key, input);
  }

  #native(part: Piece<'tool-call' | 'tool-result'>): void {
    for (const whole of answerParts([part], this.#opening.provider)) {
      this.#opening.opened().whole(withNative(whole, this.#natives));
    }
  }

  #nextKey(): string {
    this.#count += 1;
    return `call ${this.#count}`;
  }

  /** Returns the key of the oldest call under the id that has not come as a whole yet. */
  #settle(id: string): string | undefined {
    const unsettled = this.#unsettled.get(id);
    const key = unsettled?.shift();
    if (unsettled?.length === 0) this.#unsettled.delete(id);
    return key;
  }

  #idOf(id: string): string {
    return callId(id, this.#opening.metadata.id, this.#opening.provider);
  }
}
