import type { CallbackMethod } from '../../protocol/catalogue.ts';
import { timedOut } from './callback-errors.ts';
import { type CallbackRequest, errorOf, readResult } from './callback-request.ts';
import {
  type AnswerListener,
  CallbackError,
  type CallbackFailure,
  type RequestSender,
  type SentRequest,
} from './client.ts';
import type { PendingEnd, PendingEntry, PendingItems } from './pending-items.ts';
import type { PendingAnswer } from './pending-journal.ts';
import { wantsWholeHistory } from './sent-history.ts';
import type { After } from './timer.ts';

/** Counters of the callbacks of a daemon. */
export interface CallbackCounters {
  open: number;
  late: number;
}

/** The state of the daemon that all callbacks share. */
export interface CallbackWorld {
  readonly pending: PendingItems;
  readonly counters: CallbackCounters;
  readonly after: After;
  readonly epochMs: () => number;
}

/** The run that callbacks are sent for. */
export interface CallbackRun {
  readonly runId: string;
  readonly world: CallbackWorld;
  /** Called when a callback that was sent has ended, so that another one may be. */
  leave(): void;
  /** Writes down an answer that was given in place of the client, before anything follows from it. */
  written(item: CallbackItem<unknown>, answer: PendingAnswer): Promise<void> | undefined;
}

/** One callback, ready to be sent. */
export interface CallbackItem<T> {
  readonly call: CallbackRequest<T>;
  readonly pendingId: string;
  readonly params: Record<string, unknown>;
  /** Milliseconds until it is given up; null: never. */
  readonly timeoutMs: number | null;
  readonly signal: AbortSignal;
}

/** How a callback is waited for. */
interface Waiting<T> {
  readonly createdAtMs: number;
  /** True while it takes one of the places of its run. */
  readonly hasPlace: boolean;
  readonly resolve: (value: T | PromiseLike<T>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A callback that waits. It ends with the first of: the response to its request, when it was sent; `pending/resolve`; its
 * deadline; an abort. A response that arrives afterwards is only counted.
 */
class OpenCallback<T> implements PendingEntry, AnswerListener {
  readonly #item: CallbackItem<T>;
  readonly #run: CallbackRun;
  readonly #waiting: Waiting<T>;
  #sent: SentRequest | null = null;
  #stopTimer: (() => void) | null = null;
  /** Whether something was left out of what was sent. */
  #isShort = false;
  #isOpen = true;

  constructor(item: CallbackItem<T>, run: CallbackRun, waiting: Waiting<T>) {
    this.#item = item;
    this.#run = run;
    this.#waiting = waiting;
  }

  get pendingId(): string {
    return this.#item.pendingId;
  }

  get runId(): string {
    return this.#run.runId;
  }

  get method(): CallbackMethod {
    return this.#item.call.method;
  }

  get params(): Record<string, unknown> {
    return this.#item.params;
  }

  get createdAtMs(): number {
    return this.#waiting.createdAtMs;
  }

  get deadlineAtMs(): number | null {
    const { timeoutMs } = this.#item;
    return timeoutMs === null ? null : this.createdAtMs + timeoutMs;
  }

  /** Opens it and sends it; with `requests` null it waits in `pending/list`. */
  open(requests: RequestSender | null): void {
    const { pending, counters, after, epochMs } = this.#run.world;
    const { signal } = this.#item;
    const { deadlineAtMs } = this;
    counters.open += 1;
    if (deadlineAtMs !== null) this.#stopTimer = after(Math.max(0, deadlineAtMs - epochMs()), () => this.#expire());
    signal.addEventListener('abort', this, { once: true });
    pending.add(this);
    if (signal.aborted) this.handleEvent();
    else if (requests && this.#isOpen) this.#send(requests, false);
  }

  /** The signal was aborted. */
  handleEvent(): void {
    this.#end('withdrawn', () => this.#waiting.reject(this.#item.signal.reason));
  }

  #send(requests: RequestSender, isWhole: boolean): void {
    const { call, params } = this.#item;
    const short = requests.keepsHistories ? call.shorten?.(params, requests, isWhole) : undefined;
    this.#isShort = short?.isShort ?? false;
    const listener = this.#isShort ? this.#orTheWhole(requests) : this;
    this.#sent = requests.request(call.method, short?.params ?? params, listener);
  }

  /** A client that has lost what was left out is sent the whole. */
  #orTheWhole(requests: RequestSender): AnswerListener {
    return {
      answered: (answer) => {
        if (this.#isOpen && wantsWholeHistory(answer)) this.#send(requests, true);
        else this.answered(answer);
      },
      failed: (error) => this.failed(error),
    };
  }

  /** A new object takes its place, so that a response of the former client is late like any other. */
  moveTo(requests: RequestSender | null): void {
    if (!this.#isOpen) return;
    this.#close();
    const next = new OpenCallback(this.#item, this.#run, this.#waiting);
    next.open(this.#item.call.isForHuman ? null : requests);
  }

  resolve(answer: PendingAnswer): Promise<void> | undefined {
    const { result, error } = answer;
    if (error) {
      const written = this.#run.written(this.#item, answer);
      this.fail({ kind: 'error', code: error.code, message: error.message, data: error.data });
      return written;
    }
    const value = readResult(this.#item.call, result);
    const written = this.#run.written(this.#item, answer);
    this.#end('answered', () => this.#waiting.resolve(value));
    return written;
  }

  fail(failure: CallbackFailure): void {
    this.#fail(new CallbackError(failure));
  }

  answered(answer: unknown): void {
    if (!this.#isOpen) {
      this.#run.world.counters.late += 1;
      return;
    }
    this.#sent = null;
    try {
      const value = readResult(this.#item.call, answer);
      this.#end('answered', () => this.#waiting.resolve(value));
    } catch (error) {
      this.#end('answered', () => this.#waiting.reject(error));
    }
  }

  failed(error: CallbackError): void {
    if (!this.#isOpen) {
      this.#run.world.counters.late += 1;
      return;
    }
    this.#sent = null;
    this.#fail(error);
  }

  #fail(error: CallbackError): void {
    this.#end('answered', () => this.#waiting.reject(errorOf(this.#item.call, error)));
  }

  #expire(): void {
    const { call, timeoutMs } = this.#item;
    this.#end('expired', () => this.#waiting.reject(timedOut(call, timeoutMs ?? 0)));
  }

  #end(how: PendingEnd, then: () => void): void {
    if (!this.#isOpen) return;
    this.#close();
    this.#run.world.pending.remove(this.pendingId, how);
    if (this.#waiting.hasPlace) this.#run.leave();
    this.#item.call.onEnd?.();
    then();
  }

  #close(): void {
    const { counters } = this.#run.world;
    this.#isOpen = false;
    this.#stopTimer?.();
    this.#item.signal.removeEventListener('abort', this);
    counters.open -= 1;
    this.#sent?.withdraw(countLate(counters));
  }
}

/** Counts responses that arrive after their callback was closed, and holds on to nothing else of it. */
function countLate(counters: CallbackCounters): AnswerListener {
  const count = () => {
    counters.late += 1;
  };
  return { answered: count, failed: count };
}

/**
 * Sends a callback, or lets it wait for `pending/resolve`; with `hasPlace` it leaves a place in its run when it ends.
 *
 * Errors: those of the callback; the reason of the signal when that is aborted first.
 */
export function openCallback<T>(
  item: CallbackItem<T>,
  run: CallbackRun,
  {
    requests,
    hasPlace,
    createdAtMs = run.world.epochMs(),
  }: { requests: RequestSender | null; hasPlace: boolean; createdAtMs?: number | undefined },
): Promise<T> {
  return new Promise((resolve, reject) => {
    new OpenCallback(item, run, { createdAtMs, hasPlace, resolve, reject }).open(requests);
  });
}
