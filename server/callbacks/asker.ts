import type { CallbackMethod } from '../../protocol/catalogue.ts';
import type { CallbackContext, PendingAdded, WaitingCall } from '../engine/callbacks.ts';
import { EngineError } from '../engine/errors.ts';
import { describeOverflow, overflowIn } from '../message-json.ts';
import { failed, methodNotFound, timedOut } from './callback-errors.ts';
import { CallbackError, type RequestSender } from './client.ts';
import { Gate } from './gate.ts';
import { ask, type CallbackWorld, type Question } from './open-callback.ts';

/** What asking for a run needs. @since 0.2.0 */
export interface AskerOptions {
  /** Where callbacks go now; null when nobody will ever answer them. */
  readonly requests: () => RequestSender | null;
  /** Callbacks that the client serves for this run, beside those it serves for all. */
  readonly served: ReadonlySet<string>;
  readonly runId: string;
  readonly deps: unknown;
  readonly timeoutMs: number;
  readonly inFlight: number;
  readonly world: CallbackWorld;
}

/** One callback and how its answer is read. @since 0.2.0 */
export interface Ask<T> {
  readonly method: CallbackMethod;
  readonly name: string;
  readonly toolCallId?: string;
  /** Milliseconds until it is given up; null: never; absent: as the limits say. */
  readonly timeoutMs?: number | null | undefined;
  readonly isForHuman?: boolean;
  read(answer: unknown): T;
  /** Called as soon as it ends, whichever way: what the client sends after that comes too late. */
  onEnd?(): void;
  onError?(error: CallbackError): EngineError | undefined;
}

/** Asks the host on behalf of one run. @since 0.2.0 */
export class Asker {
  readonly #options: AskerOptions;
  readonly #gate: Gate;
  #askedBy = '';
  #asked = 0;

  constructor(options: AskerOptions) {
    this.#options = options;
    this.#gate = new Gate(options.inFlight);
  }

  /**
   * Asks one thing of the host and gives back what `read` makes of the answer. What the client does not serve, and what
   * is for people, waits to be picked up.
   *
   * Errors: `callback.failed`, `callback.unsupported`, `callback.timeout`, `client.gone`, `callback.invalid`; the reason
   * of the signal when that is aborted first. `onError` may turn the error of an answer into another.
   */
  ask<T>(call: Ask<T>, params: object, context: CallbackContext): Promise<T> {
    const requests = this.#options.requests();
    if (!requests) return Promise.reject(errorOf(call, unserved(call.method)));
    if (call.isForHuman || !this.serves(call.method)) return this.#wait(call, params, context);
    return this.#gate.enter(context.signal).then((leave) => {
      const { world } = this.#options;
      const onEnd = () => {
        leave();
        call.onEnd?.();
      };
      const now = this.#options.requests();
      return ask(this.#question(call, params, context), { requests: now, world, signal: context.signal, onEnd });
    });
  }

  /** Tells whether the client is sent a callback. */
  serves(method: CallbackMethod): boolean {
    const requests = this.#options.requests();
    return requests !== null && (this.#options.served.has(method) || requests.serves(method));
  }

  /** Nobody is sent it: somebody has to come for it, and is told so when the step does not do that. */
  async #wait<T>(call: Ask<T>, params: object, context: CallbackContext): Promise<T> {
    const { world } = this.#options;
    const question = this.#question(call, params, context);
    const { pendingId } = question;
    context.tell?.(pendingAdded(call, pendingId));
    try {
      return await ask(question, { requests: null, world, signal: context.signal, onEnd: () => call.onEnd?.() });
    } finally {
      if (!context.signal.aborted) context.tell?.({ event_kind: 'pending_resolved', pendingId });
    }
  }

  #question<T>(call: Ask<T>, params: object, context: CallbackContext): Question<T> {
    const { runId, deps } = this.#options;
    const timeoutMs = call.timeoutMs === undefined ? this.#options.timeoutMs : call.timeoutMs;
    const pendingId = this.#pendingId(context.idempotencyKey);
    return {
      pendingId,
      runId,
      method: call.method,
      params: {
        runId,
        runStep: context.runStep,
        pendingId,
        ...(timeoutMs === null ? {} : { deadlineMs: timeoutMs }),
        ...(deps === undefined ? {} : { deps }),
        ...params,
      },
      timeoutMs,
      isForHuman: call.isForHuman ?? false,
      read: (answer) => call.read(finite(call, answer)),
      errorOf: (error: CallbackError) => errorOf(call, error),
      timedOut: () => timedOut(call, timeoutMs ?? 0),
    };
  }

  waitsAs({ kind, stepKey, name, toolCallId }: WaitingCall): PendingAdded | null {
    const { runId } = this.#options;
    const method = methods[kind];
    if (!this.#options.requests() || (kind !== 'awaitPeople' && this.serves(method))) return null;
    return pendingAdded({ method, name, toolCallId }, `${runId}/${stepKey}`);
  }

  /** Follows from the step that asks, so that it is the same after a restart; several questions of a step are counted. */
  #pendingId(idempotencyKey: string): string {
    this.#asked = idempotencyKey === this.#askedBy ? this.#asked + 1 : 1;
    this.#askedBy = idempotencyKey;
    return this.#asked === 1 ? idempotencyKey : `${idempotencyKey}#${this.#asked}`;
  }
}

const errorOf = <T>(call: Ask<T>, error: CallbackError) => call.onError?.(error) ?? failed(call, error);

const unserved = (method: string) =>
  new CallbackError({ kind: 'error', code: methodNotFound, message: method, data: null });

/** Errors: `callback.invalid` for a result with a number like 1e400, which would become null. */
function finite(call: { method: string; name: string }, answer: unknown): unknown {
  const overflow = overflowIn(answer);
  if (!overflow) return answer;
  const { method, name } = call;
  const message = `The answer of ${method} for '${name}' cannot be used: ${describeOverflow(overflow)}.`;
  throw new EngineError('callback.invalid', message, { method, name, path: overflow.path });
}

const methods = {
  callTool: 'tool/call',
  validateOutput: 'output/validate',
  handleDeferred: 'deferred/handle',
  awaitPeople: 'deferred/handle',
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
