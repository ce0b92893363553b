import type { ModelMessage, ModelRequest, ModelRequestPart } from '../../../protocol/messages/messages.ts';
import { appendMerged, cleanHistory, type KnownCalls } from './cleaning.ts';
import { messageView, needsWholeView, wholeView } from './model-view.ts';

/**
 * The messages of one run. It is appended to, and replaced as a whole by history processors; a message is never changed
 * once it is in. The cleaned view a model is sent grows with it, so a step costs the same at any length.
 */
export class History {
  #messages: ModelMessage[];
  #newMessageIndex: number;
  readonly #runId: string;
  /** The messages before this index are as they were when the changes were last taken. */
  #unchanged: number;
  /** The request that was only sent again: it carries this run's id and is not new. */
  #resumed: ModelRequest | undefined;
  readonly #view: View = { messages: [], shown: [], upTo: 0, callIds: null, firstRequest: -1, isWhole: false };

  /** @param messages a cleaned history; owned by this object from now on */
  constructor(messages: ModelMessage[], runId: string) {
    this.#messages = messages;
    this.#newMessageIndex = messages.length;
    this.#unchanged = messages.length;
    this.#runId = runId;
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
    const message = this.#messages.pop();
    this.#changed(this.#messages.length);
    return message;
  }

  /** Puts another message in the place of the last one, while that has not been sent yet. */
  replaceLast(message: ModelMessage): void {
    this.#messages[this.#messages.length - 1] = message;
    this.#changed(this.#messages.length - 1);
  }

  /** Puts another message in the place of one that has not been sent yet. */
  replace(old: ModelMessage, message: ModelMessage): void {
    const at = this.#messages.lastIndexOf(old);
    if (at < 0) return;
    this.#messages[at] = message;
    this.#changed(at);
  }

  /** Replaces the whole list, as a history processor may. */
  replaceAll(messages: ModelMessage[]): void {
    const before = this.#messages;
    const differs = messages.findIndex((message, index) => message !== before[index]);
    this.#changed(differs < 0 ? Math.min(messages.length, before.length) : differs);
    this.#messages = messages;
    this.#forgetView();
  }

  /** Marks a request as sent again: what follows it is new. */
  resume(request: ModelRequest): void {
    this.#resumed = request;
  }

  /**
   * Drops the system prompts that were written for the requests at the end alone, which will not get a response any more. A
   * request that is left empty goes with them, unless it is the only one.
   *
   * Source: Pydantic AI `_drop_unanswered_request_scoped_prompts`.
   */
  dropUnanswered(): void {
    const isScoped = (part: ModelRequestPart) => part.part_kind === 'system-prompt' && part.scope === 'request';
    const start = this.#messages.findLastIndex((message) => message.kind !== 'request') + 1;
    const open = this.#messages.slice(start) as ModelRequest[];
    if (!open.some(({ parts }) => parts.some(isScoped))) return;
    const kept: ModelRequest[] = [];
    for (const [index, request] of open.entries()) {
      const parts = request.parts.filter((part) => !isScoped(part));
      const isLast = index === open.length - 1 && kept.length === 0;
      if (parts.length === request.parts.length) kept.push(request);
      else if (parts.length > 0 || isLast) kept.push({ ...request, parts });
    }
    this.replaceAll([...this.#messages.slice(0, start), ...kept]);
    this.findNewMessages();
  }

  /** Returns the index from which on messages have changed since this was last called; the length when none have. */
  takeChanges(): number {
    const from = this.#unchanged;
    this.#unchanged = this.#messages.length;
    return from;
  }

  #changed(from: number): void {
    if (from < this.#unchanged) this.#unchanged = from;
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

  /** The messages as a provider accepts them; the array is reused by the next call. */
  cleaned(): readonly ModelMessage[] {
    this.#growView();
    return this.#view.messages;
  }

  /** The cleaned messages as a model is shown them; the array is reused by the next call. */
  shown(): readonly ModelMessage[] {
    this.#growView();
    const { shown, isWhole } = this.#view;
    return isWhole ? wholeView(shown) : (shown as ModelMessage[]);
  }

  #growView(): void {
    const view = this.#view;
    const added = cleanHistory(this.#messages.slice(view.upTo), { repairLast: true, known: view });
    for (const message of added) {
      appendMerged(view.messages, message);
      this.#show(view.messages.length - 1);
    }
    view.upTo = this.#messages.length;
  }

  /** A message may be shown anew, when another was merged into it. */
  #show(index: number): void {
    const view = this.#view;
    const message = view.messages[index];
    if (!message) return;
    if (message.kind === 'request' && view.firstRequest < 0) view.firstRequest = index;
    const isFirstRequest = index === view.firstRequest;
    const shown = messageView(message, { before: view.messages[index - 1], isFirstRequest });
    view.shown[index] = shown;
    view.isWhole ||= shown === null || needsWholeView(shown);
  }

  #forgetView(): void {
    Object.assign(this.#view, { messages: [], shown: [], upTo: 0, callIds: null, firstRequest: -1, isWhole: false });
  }
}

/** The state that is updated as the history grows. */
interface View extends KnownCalls {
  messages: ModelMessage[];
  /** The view of each of them; null where nothing is shown. */
  shown: (ModelMessage | null)[];
  upTo: number;
  firstRequest: number;
  /** True when a view depends on all messages, or is empty, so that all of them have to be read. */
  isWhole: boolean;
}
