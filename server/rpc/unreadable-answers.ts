import type { OpenCallbacks } from './callbacks.ts';
import type { MessageParts } from './message-parts.ts';

/** The effect of an unusable message on callbacks, once its turn comes. */
export interface Settlement {
  /** True when the message names the callbacks by their ids. */
  readonly isNamed: boolean;
  readonly settle: () => void;
}

/**
 * Finds the callbacks that a message was meant for which is not a response: no other one will be sent, so that they
 * would wait until their deadline.
 */
export class UnreadableAnswers {
  readonly #callbacks: OpenCallbacks;
  readonly #onUnclear: (reason: string, runIds: ReadonlySet<string>) => void;

  /** @param onUnclear called when any of several callbacks may have been meant, with the runs that wait for one */
  constructor(callbacks: OpenCallbacks, onUnclear: (reason: string, runIds: ReadonlySet<string>) => void) {
    this.#callbacks = callbacks;
    this.#onUnclear = onUnclear;
  }

  /** Returns what to do about the callbacks that a message concerns, of which these parts could be read; several in a batch. */
  settlementOf(messages: readonly MessageParts[], reason: string): Settlement | undefined {
    const ids = messages.flatMap((parts) => this.#named(parts));
    if (ids.length > 0) {
      const fail = (id: string | number) => this.#callbacks.failUnreadable(id, reason);
      return { isNamed: true, settle: () => ids.forEach(fail) };
    }
    if (!messages.every(mayBeAnswer) || this.#callbacks.ofRuns.size === 0) return undefined;
    return { isNamed: false, settle: () => this.#settleUnnamed(reason) };
  }

  #named({ id, method, isAnswer }: MessageParts): (string | number)[] {
    const isRequest = method !== undefined && !isAnswer;
    return id !== undefined && !isRequest && this.#callbacks.isWaiting(id) ? [id] : [];
  }

  #settleUnnamed(reason: string): void {
    const open = this.#callbacks.ofRuns;
    const [only] = open.keys();
    if (open.size === 1 && only !== undefined)
      this.#callbacks.failUnreadable(only, `${reason}; it names no call, and this one alone is open`);
    else if (open.size > 1) this.#onUnclear(reason, new Set(open.values()));
  }
}

/** Returns whether a message does not look like a request, and names nothing else. */
const mayBeAnswer = ({ id, method, isAnswer }: MessageParts) => id === undefined && (method === undefined || isAnswer);
