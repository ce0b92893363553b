import type { CallbackMethod } from '../../protocol/catalogue.ts';
import type { EngineError } from '../engine/errors.ts';
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

/** One callback, ready to be sent. */
export interface OpenCallbackOptions<T> {
  readonly pendingId: string;
  readonly runId: string;
  readonly method: CallbackMethod;
  readonly params: Record<string, unknown>;
  /** Milliseconds until it is given up; null: never. */
  readonly timeoutMs: number | null;
  /** True when it is never sent, since a human decides. */
  readonly isForHuman: boolean;
  /** Leaves out of the parameters what the client keeps. */
  readonly shorten?: Shorten | undefined;
  /** Reads the result. Errors: `callback.invalid`. */
  readonly read: (answer: unknown) => T;
  /** Returns the error for a response that is an error. */
  readonly errorOf: (error: CallbackError) => EngineError;
  readonly timedOut: () => EngineError;
  /** Called when it is answered in place of its client, before anything follows from that. */
  readonly onResolved?: (answer: PendingAnswer) => Promise<void> | undefined;
}

/** Returns the parameters as a client is sent them; with `isWhole` nothing is left out. */
export type Shorten = (
  params: Record<string, unknown>,
  requests: RequestSender,
  isWhole: boolean,
) => { params: Record<string, unknown>; isShort: boolean };

/** How a callback ends for the step that sent it. */
interface Until<T> {
  readonly signal: AbortSignal;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
  readonly onEnd: (() => void) | undefined;
}

/**
 * A callback that waits. It ends with the first of: the response to its request, when it was sent; `pending/resolve`; its
 * deadline; an abort. A response that arrives afterwards is only counted.
 */
class OpenCallback<T> implements PendingEntry, AnswerListener {
  readonly pendingId: string;
  readonly runId: string;
  readonly method: CallbackMethod;
  readonly params: Record<string, unknown>;
  readonly createdAtMs: number;
  readonly deadlineAtMs: number | null;
  readonly #options: OpenCallbackOptions<T>;
  readonly #world: CallbackWorld;
  readonly #until: Until<T>;
  readonly #onAbort = () => this.#end('withdrawn', () => this.#until.reject(this.#until.signal.reason));
  #sent: SentRequest | null = null;
  #stopTimer: (() => void) | null = null;
  /** Sends it again with what was left out; null when nothing was. */
  #sendWhole: (() => void) | null = null;
  #isOpen = true;

  constructor(
    options: OpenCallbackOptions<T>,
    world: CallbackWorld,
    { until, createdAtMs }: { until: Until<T>; createdAtMs: number },
  ) {
    const { pendingId, runId, method, params, timeoutMs } = options;
    this.pendingId = pendingId;
    this.runId = runId;
    this.method = method;
    this.params = params;
    this.createdAtMs = createdAtMs;
    this.deadlineAtMs = timeoutMs === null ? null : this.createdAtMs + timeoutMs;
    this.#options = options;
    this.#world = world;
    this.#until = until;
  }

  /** Opens it and sends it; with `requests` null it waits in `pending/list`. */
  open(requests: RequestSender | null): void {
    const { pending, counters, after, epochMs } = this.#world;
    const { signal } = this.#until;
    counters.open += 1;
    if (this.deadlineAtMs !== null)
      this.#stopTimer = after(Math.max(0, this.deadlineAtMs - epochMs()), () => this.#expire());
    signal.addEventListener('abort', this.#onAbort, { once: true });
    pending.add(this);
    if (signal.aborted) this.#onAbort();
    else if (requests && this.#isOpen) this.#send(requests);
  }

  #send(requests: RequestSender, isWhole = false): void {
    const short = requests.keepsHistories ? this.#options.shorten?.(this.params, requests, isWhole) : undefined;
    this.#sendWhole = short?.isShort ? () => this.#send(requests, true) : null;
    this.#sent = requests.request(this.method, short?.params ?? this.params, this);
  }

  /** A new object takes its place, so that a response of the former client is late like any other. */
  moveTo(requests: RequestSender | null): void {
    if (!this.#isOpen) return;
    this.#close();
    const { createdAtMs } = this;
    new OpenCallback(this.#options, this.#world, { until: this.#until, createdAtMs }).open(
      this.#options.isForHuman ? null : requests,
    );
  }

  resolve({ result, error }: PendingAnswer): Promise<void> | undefined {
    const { read, onResolved } = this.#options;
    if (error) {
      const written = onResolved?.({ error });
      this.fail({ kind: 'error', code: error.code, message: error.message, data: error.data });
      return written;
    }
    const value = read(result);
    const written = onResolved?.({ result });
    this.#end('answered', () => this.#until.resolve(value));
    return written;
  }

  fail(failure: CallbackFailure): void {
    this.#end('answered', () => this.#until.reject(this.#options.errorOf(new CallbackError(failure))));
  }

  answered(answer: unknown): void {
    if (!this.#isOpen) {
      this.#world.counters.late += 1;
      return;
    }
    this.#sent = null;
    if (this.#sendWhole && wantsWholeHistory(answer)) {
      this.#sendWhole();
      return;
    }
    try {
      const value = this.#options.read(answer);
      this.#end('answered', () => this.#until.resolve(value));
    } catch (error) {
      this.#end('answered', () => this.#until.reject(error));
    }
  }

  failed(error: CallbackError): void {
    if (!this.#isOpen) {
      this.#world.counters.late += 1;
      return;
    }
    this.#sent = null;
    this.#end('answered', () => this.#until.reject(this.#options.errorOf(error)));
  }

  #expire(): void {
    this.#end('expired', () => this.#until.reject(this.#options.timedOut()));
  }

  #end(how: PendingEnd, then: () => void): void {
    if (!this.#isOpen) return;
    this.#close();
    this.#world.pending.remove(this.pendingId, how);
    this.#until.onEnd?.();
    then();
  }

  #close(): void {
    this.#isOpen = false;
    this.#stopTimer?.();
    this.#until.signal.removeEventListener('abort', this.#onAbort);
    this.#world.counters.open -= 1;
    this.#sent?.withdraw(countLate(this.#world.counters));
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
 * Sends a callback, or lets it wait for `pending/resolve`.
 *
 * Errors: those of the callback; the reason of the signal when that is aborted first.
 */
export function openCallback<T>(
  options: OpenCallbackOptions<T>,
  where: {
    requests: RequestSender | null;
    world: CallbackWorld;
    signal: AbortSignal;
    onEnd?: () => void;
    createdAtMs?: number | undefined;
  },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const { requests, world, signal, onEnd, createdAtMs = world.epochMs() } = where;
    const until = { signal, resolve, reject, onEnd };
    new OpenCallback(options, world, { until, createdAtMs }).open(requests);
  });
}
