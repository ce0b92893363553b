import type { CallbackMethod } from '../../protocol/catalogue.ts';
import type { CallbackContext, PendingAdded, WaitingCall } from '../engine/callbacks.ts';
import type { Serves } from '../engine/steps/run-lines.ts';
import { methodNotFound } from './callback-errors.ts';
import { type CallbackRequest, errorOf, readResult } from './callback-request.ts';
import { CallbackError, type RequestSender } from './client.ts';
import { type CallbackItem, type CallbackRun, type CallbackWorld, openCallback } from './open-callback.ts';
import type { PendingAnswer, PendingJournal } from './pending-journal.ts';
import { Semaphore } from './semaphore.ts';

/** Options of a `CallbackRequester`. */
export interface RequesterOptions {
  /** Has the client that callbacks are sent to now; null when there will never be one. */
  readonly owner: { readonly current: { readonly requests: RequestSender | null } };
  /** Callbacks that the client serves for this run, beside those it serves for all. */
  readonly served: ReadonlySet<string>;
  readonly runId: string;
  readonly deps: unknown;
  readonly timeoutMs: number;
  readonly inFlight: number;
  readonly world: CallbackWorld;
  readonly stored?: StoredCallbacks;
}

/** What a run that is stored adds to its callbacks. */
export interface StoredCallbacks {
  /** Keeps what waits; absent when the run is not stored. */
  readonly journal: PendingJournal | undefined;
  /** While the run is rebuilt: the callbacks that its client was sent then; undefined once it is live. */
  readonly serves: Serves | undefined;
}

/** Sends the callbacks of one run. */
export class CallbackRequester implements CallbackRun {
  readonly runId: string;
  readonly world: CallbackWorld;
  readonly #options: RequesterOptions;
  readonly #semaphore: Semaphore;
  #lastKey = '';
  /** Callbacks of the last key, by method. */
  #counts: Partial<Record<CallbackMethod, number>> = {};

  constructor(options: RequesterOptions) {
    this.runId = options.runId;
    this.world = options.world;
    this.#options = options;
    this.#semaphore = new Semaphore(options.inFlight);
  }

  /**
   * Sends a callback and resolves with what `read` makes of its result. A method that the client does not serve, and a
   * request for a human, waits for `pending/resolve` instead.
   *
   * Errors: `callback.failed`, `callback.unsupported`, `callback.timeout`, `client.gone`, `callback.invalid`; the reason
   * of the signal when that is aborted first. `onError` may replace the error of a response.
   */
  request<T>(call: CallbackRequest<T>, params: object, context: CallbackContext): Promise<T> {
    const requests = this.#options.owner.current.requests;
    if (!requests) return Promise.reject(errorOf(call, unserved(call.method)));
    const item = this.#itemOf(call, params, context);
    if (call.isForHuman || !this.serves(call.method)) return this.#wait(item, context);
    const known = this.#options.stored?.journal?.answerTo(item.pendingId);
    if (known) return answered(call, known);
    if (!context.signal.aborted && this.#semaphore.tryEnter()) return this.#send(item);
    return this.#semaphore.enter(context.signal).then(() => this.#send(item));
  }

  #send<T>(item: CallbackItem<T>): Promise<T> {
    return openCallback(item, this, { requests: this.#options.owner.current.requests, hasPlace: true });
  }

  leave(): void {
    this.#semaphore.leave();
  }

  /** Returns whether the client is sent a callback. */
  serves(method: CallbackMethod): boolean {
    const then = this.#options.stored?.serves;
    if (then !== undefined) return then === null || then.includes(method);
    const requests = this.#options.owner.current.requests;
    return requests !== null && (this.#options.served.has(method) || requests.serves(method));
  }

  /** Waits for `pending/resolve`. The events that announce the item are emitted here when the step does not emit them. */
  async #wait<T>(item: CallbackItem<T>, context: CallbackContext): Promise<T> {
    const { call, pendingId } = item;
    const journal = this.#options.stored?.journal;
    const known = journal?.answerTo(pendingId);
    const createdAtMs = journal && !known ? this.#opened(journal, item) : undefined;
    context.emit?.(pendingAdded(call, pendingId));
    try {
      if (known) return await answered(call, known);
      return await openCallback(item, this, { requests: null, hasPlace: false, createdAtMs });
    } finally {
      if (!context.signal.aborted) context.emit?.({ event_kind: 'pending_resolved', pendingId });
    }
  }

  /** Writes down that something waits, and returns since when. */
  #opened(journal: PendingJournal, { call: { method }, pendingId, params, timeoutMs }: CallbackItem<unknown>): number {
    const before = journal.openedBefore(pendingId);
    if (before) return before.at;
    const at = this.#options.world.epochMs();
    journal.opened({ id: pendingId, method, params, at, ...(timeoutMs === null ? {} : { until: at + timeoutMs }) });
    return at;
  }

  #itemOf<T>(call: CallbackRequest<T>, params: object, context: CallbackContext): CallbackItem<T> {
    const { runId, deps } = this.#options;
    const timeoutMs = call.timeoutMs === undefined ? this.#options.timeoutMs : call.timeoutMs;
    const pendingId = this.#pendingId(context.idempotencyKey, call.method);
    const whole = {
      runId,
      runStep: context.runStep,
      pendingId,
      ...(timeoutMs === null ? {} : { deadlineMs: timeoutMs }),
      ...(deps === undefined ? {} : { deps }),
      ...params,
    };
    return { call, pendingId, params: whole, timeoutMs, signal: context.signal };
  }

  written({ call, pendingId }: CallbackItem<unknown>, answer: PendingAnswer): Promise<void> | undefined {
    // A secret is written nowhere.
    return call.method === 'secret/get' ? undefined : this.#options.stored?.journal?.answer(pendingId, answer);
  }

  waitsAs(call: WaitingCall): PendingAdded | null {
    if (!this.#options.owner.current.requests) return null;
    return waitsAs(this.#options.runId, call, (method) => this.serves(method));
  }

  /**
   * The id is derived from the step, so that it is the same after a restart; several callbacks of one step are counted, each
   * method by itself: a secret that is known is not requested again.
   */
  #pendingId(idempotencyKey: string, method: CallbackMethod): string {
    if (idempotencyKey !== this.#lastKey) this.#counts = {};
    this.#lastKey = idempotencyKey;
    const count = (this.#counts[method] ?? 0) + 1;
    this.#counts[method] = count;
    const id = idempotencyKey + (marks[method] ?? '');
    return count === 1 ? id : `${id}#${count}`;
  }
}

/** Distinguishes the callbacks that one step may send beside others. */
const marks: Partial<Record<CallbackMethod, string>> = {
  'tools/prepare': '#tools',
  'prompt/resolve': '#prompt',
  'history/process': '#history',
  'secret/get': '#secret',
};

/** What a callback comes to whose answer was given before the run was interrupted. Errors: those of the callback. */
async function answered<T>(call: CallbackRequest<T>, { result, error }: PendingAnswer): Promise<T> {
  if (error) throw errorOf(call, new CallbackError({ kind: 'error', ...error, data: error.data }));
  return readResult(call, result ?? null);
}

const unserved = (method: string) =>
  new CallbackError({ kind: 'error', code: methodNotFound, message: method, data: null });

/** How a call waits that its client is not sent; null when it is. */
export function waitsAs(
  runId: string,
  { kind, stepKey, name, toolCallId }: WaitingCall,
  serves: (method: CallbackMethod) => boolean,
): PendingAdded | null {
  const method = methods[kind];
  if (kind !== 'awaitHuman' && serves(method)) return null;
  return pendingAdded({ method, name, toolCallId }, `${runId}/${stepKey}`);
}

const methods = {
  callTool: 'tool/call',
  validateOutput: 'output/validate',
  handleDeferred: 'deferred/handle',
  awaitHuman: 'deferred/handle',
} as const;

const pendingAdded = (
  { method, name, toolCallId }: { method: CallbackMethod; name: string; toolCallId?: string | undefined },
  pendingId: string,
): PendingAdded => ({
  event_kind: 'pending_added',
  pendingId,
  method,
  name,
  ...(toolCallId === undefined ? {} : { toolCallId }),
});
