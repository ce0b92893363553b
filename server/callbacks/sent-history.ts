import { createHash } from 'node:crypto';
import type { RequestHistory } from '../../protocol/callbacks.ts';
import type { ModelMessage } from '../../protocol/messages/messages.ts';
import type { RequestSender } from './client.ts';

/** A history as a client is sent it. */
interface HistoryToSend {
  readonly messages: readonly ModelMessage[];
  readonly history: RequestHistory;
}

/** Returns whether an answer to a model request wants the messages that were left out. */
export const wantsWholeHistory = (answer: unknown): boolean =>
  answer !== null && typeof answer === 'object' && 'wholeHistory' in answer && answer.wholeHistory === true;

/**
 * What a client that keeps histories was last sent of the one of a run, so that the next request brings only what is new. A
 * message is the same one when it is the same object, since messages are never changed.
 */
export class SentHistory {
  #sender: RequestSender | null = null;
  #messages: readonly ModelMessage[] = [];
  /** Stand for the history up to each message. */
  #digests: string[] = [];

  /** Returns the history as `sender` is sent it; `isWhole` leaves nothing out. */
  next(messages: readonly ModelMessage[], sender: RequestSender, isWhole = false): HistoryToSend {
    const before = this.#digests.at(-1);
    const count = this.#sharedWith(messages);
    this.#extend(messages, count);
    const isKnown = !isWhole && sender === this.#sender && before !== undefined && count > 0;
    this.#sender = sender;
    const digest = this.#digests.at(-1) ?? '';
    if (!isKnown) return { messages, history: { digest } };
    return { messages: messages.slice(count), history: { digest, base: { digest: before, count } } };
  }

  #sharedWith(messages: readonly ModelMessage[]): number {
    const most = Math.min(messages.length, this.#messages.length);
    let count = 0;
    while (count < most && messages[count] === this.#messages[count]) count += 1;
    return count;
  }

  /** Each digest covers the one before it, so that only new messages are read. */
  #extend(messages: readonly ModelMessage[], from: number): void {
    this.#digests.length = from;
    for (let index = from; index < messages.length; index += 1) {
      const hash = createHash('sha256').update(this.#digests[index - 1] ?? '');
      this.#digests.push(hash.update(JSON.stringify(messages[index])).digest('base64url'));
    }
    // The list is reused by whoever gave it.
    this.#messages = [...messages];
  }
}
