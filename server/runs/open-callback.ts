import type { CallbackMethod } from '../../protocol/catalogue.ts';
import type { EngineError } from '../engine/errors.ts';
import { type AnswerListener, CallbackError, type CallbackFailure, type Client, type SentRequest } from './client.ts';
import type { PendingEnd, PendingEntry, PendingItems } from './pending-items.ts';
import type { After } from './timers.ts';

/** Counters of the callbacks of a daemon. @since 0.1.0 */
export interface CallbackCounters {
  open: number;
  late: number;
}

/** What callbacks need of their daemon. @since 0.2.0 */
export interface CallbackWorld {
  readonly pending: PendingItems;
  readonly counters: CallbackCounters;
  readonly after: After;
  readonly epochMs: () => number;
}

/** One question to the host. @since 0.2.0 */
export interface Question<T> {
  readonly pendingId: string;
  readonly runId: string;
  readonly method: CallbackMethod;
  readonly params: Record<string, unknown>;
  /** Milliseconds until it is given up; null: never. */
  readonly timeoutMs: number | null;
  /** Makes a result of an answer. Errors: `callback.invalid`. */
  readonly read: (answer: unknown) => T;
  /** What an answer that is an error ends with. */
  readonly errorOf: (error: CallbackError) => EngineError;
  readonly timedOut: () => EngineError;
}

/**
 * A question that waits. It ends with the first of: the answer to its request, when it was sent as one; an answer by
 * `pending/resolve`; its deadline; an abort. What is answered to the request afterwards is only counted.
 */
class OpenCallback<T> implements PendingEntry, AnswerListener {
  readonly pendingId: string;
  readonly runId: string;
  readonly method: CallbackMethod;
  readonly params: Record<string, unknown>;
  readonly createdAtMs: number;
  readonly deadlineAtMs: number | null;
  readonly #question: Question<T>;
  readonly #world: CallbackWorld;
  readonly #signal: AbortSignal;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;
  readonly #onEnd: (() => void) | undefined;
  readonly #onAbort = () => this.#end('withdrawn', () => this.#reject(this.#signal.reason));
  #sent: SentRequest | null = null;
  #stopTimer: (() => void) | null = null;
  #isOpen = true;

  constructor(
    question: Question<T>,
    world: CallbackWorld,
    until: {
      signal: AbortSignal;
      resolve: (value: T) => void;
      reject: (error: unknown) => void;
      onEnd?: (() => void) | undefined;
    },
  ) {
    const { pendingId, runId, method, params, timeoutMs } = question;
    this.pendingId = pendingId;
    this.runId = runId;
    this.method = method;
    this.params = params;
    this.createdAtMs = world.epochMs();
    this.deadlineAtMs = timeoutMs === null ? null : this.createdAtMs + timeoutMs;
    this.#question = question;
    this.#world = world;
    this.#signal = until.signal;
    this.#resolve = until.resolve;
    this.#reject = until.reject;
    this.#onEnd = until.onEnd;
  }

  /** @param client who is sent it; null when somebody has to come for it */
  open(client: Client | null): void {
    const { pending, counters, after } = this.#world;
    const { timeoutMs } = this.#question;
    counters.open += 1;
    if (timeoutMs !== null) this.#stopTimer = after(timeoutMs, () => this.#expire());
    this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    pending.add(this);
    if (this.#signal.aborted) this.#onAbort();
    else if (client && this.#isOpen) this.#sent = client.request(this.method, this.params, this);
  }

  answer(result: unknown): void {
    const value = this.#question.read(result);
    this.#end('answered', () => this.#resolve(value));
  }

  fail(failure: CallbackFailure): void {
    this.#end('answered', () => this.#reject(this.#question.errorOf(new CallbackError(failure))));
  }

  answered(answer: unknown): void {
    if (!this.#isOpen) {
      this.#world.counters.late += 1;
      return;
    }
    this.#sent = null;
    try {
      this.answer(answer);
    } catch (error) {
      this.#end('answered', () => this.#reject(error));
    }
  }

  failed(error: CallbackError): void {
    if (!this.#isOpen) {
      this.#world.counters.late += 1;
      return;
    }
    this.#sent = null;
    this.#end('answered', () => this.#reject(this.#question.errorOf(error)));
  }

  #expire(): void {
    this.#end('expired', () => this.#reject(this.#question.timedOut()));
  }

  #end(how: PendingEnd, then: () => void): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#stopTimer?.();
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#world.pending.remove(this.pendingId, how);
    this.#world.counters.open -= 1;
    this.#sent?.withdraw();
    this.#onEnd?.();
    then();
  }
}

/**
 * Asks the host, or waits for somebody to come for the question.
 *
 * Errors: those of the question; the reason of the signal when that is aborted first.
 * @since 0.2.0
 */
export function ask<T>(
  question: Question<T>,
  where: { client: Client | null; world: CallbackWorld; signal: AbortSignal; onEnd?: () => void },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const { client, world, signal, onEnd } = where;
    new OpenCallback(question, world, { signal, resolve, reject, onEnd }).open(client);
  });
}
