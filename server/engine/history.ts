import type { ModelMessage, ModelRequest } from '../../protocol/messages.ts';
import { appendMerged, cleanHistory } from './cleaning.ts';

/**
 * The messages of one run. It is appended to, and replaced as a whole by history processors; a message is never changed
 * once it is in. The cleaned view a model is sent grows with it, so a step costs the same at any length.
 *
 * @since 0.1.0
 */
export class History {
  #messages: ModelMessage[];
  #newMessageIndex: number;
  readonly #runId: string;
  /** The request that was only sent again: it carries this run's id and is not new. */
  #resumed: ModelRequest | undefined;
  readonly #view: { messages: ModelMessage[]; upTo: number; callIds: Set<string> };

  /** @param messages a cleaned history; owned by this object from now on */
  constructor(messages: ModelMessage[], runId: string) {
    this.#messages = messages;
    this.#newMessageIndex = messages.length;
    this.#runId = runId;
    this.#view = { messages: [], upTo: 0, callIds: new Set() };
  }

  get messages(): readonly ModelMessage[] {
    return this.#messages;
  }

  get length(): number {
    return this.#messages.length;
  }

  get last(): ModelMessage | undefined {
    return this.#messages.at(-1);
  }

  /** Index of the first message of this run. */
  get newMessageIndex(): number {
    return this.#newMessageIndex;
  }

  append(message: ModelMessage): void {
    this.#messages.push(message);
  }

  /** Takes the last message off, to put another in its place. */
  pop(): ModelMessage | undefined {
    if (this.#view.upTo === this.#messages.length) this.#forgetView();
    return this.#messages.pop();
  }

  /** Puts another message in the place of the last one, while that has not been sent yet. */
  replaceLast(message: ModelMessage): void {
    this.#messages[this.#messages.length - 1] = message;
  }

  /** Puts another message in the place of one that has not been sent yet. */
  replace(old: ModelMessage, message: ModelMessage): void {
    const at = this.#messages.lastIndexOf(old);
    if (at >= 0) this.#messages[at] = message;
  }

  /** Replaces the whole list, as a history processor may. */
  replaceAll(messages: ModelMessage[]): void {
    this.#messages = messages;
    this.#forgetView();
  }

  /** Marks a request as sent again: what follows it is new. */
  resume(request: ModelRequest): void {
    this.#resumed = request;
  }

  /** Finds the first new message again; needed after every change that may move it. */
  findNewMessages(): void {
    const resumed = this.#resumed ? this.#indexOfResumed(this.#resumed) : -1;
    if (resumed >= 0) {
      this.#newMessageIndex = resumed + 1;
      return;
    }
    const first = this.#messages.findIndex((message) => message.run_id === this.#runId);
    this.#newMessageIndex = first < 0 ? this.#messages.length : first;
  }

  /** A processor may have rebuilt the resumed request; then its time, which this run stamped, still finds it. */
  #indexOfResumed(resumed: ModelRequest): number {
    const same = this.#messages.indexOf(resumed);
    if (same >= 0) return same;
    return this.#messages.findLastIndex(
      (message) =>
        message.kind === 'request' && message.timestamp === resumed.timestamp && message.run_id === resumed.run_id,
    );
  }

  /** The cleaned messages a model is sent; the array is reused by the next call. */
  cleaned(): readonly ModelMessage[] {
    const { messages, upTo, callIds } = this.#view;
    const added = cleanHistory(this.#messages.slice(upTo), { repairLast: true, callIds });
    for (const message of added) appendMerged(messages, message);
    this.#view.upTo = this.#messages.length;
    return messages;
  }

  #forgetView(): void {
    this.#view.messages = [];
    this.#view.upTo = 0;
    this.#view.callIds.clear();
  }
}
