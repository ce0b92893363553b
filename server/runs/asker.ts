import type { CallbackMethod } from '../../protocol/catalogue.ts';
import type { CallbackContext, PendingAdded, WaitingCall } from '../engine/callbacks.ts';
import type { EngineError } from '../engine/errors.ts';
import { failed, timedOut } from './callback-errors.ts';
import type { CallbackError, Client } from './client.ts';
import { Gate } from './gate.ts';
import { ask, type CallbackWorld } from './open-callback.ts';

/** What asking for a run needs. @since 0.2.0 */
export interface AskerOptions {
  readonly client: Client;
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
  readonly isForPeople?: boolean;
  read(answer: unknown): T;
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
  async ask<T>(call: Ask<T>, params: object, context: CallbackContext): Promise<T> {
    const { client, runId, deps, world } = this.#options;
    const isSent = !call.isForPeople && client.serves(call.method);
    const leave = isSent ? await this.#gate.enter(context.signal) : undefined;
    const timeoutMs = call.timeoutMs === undefined ? this.#options.timeoutMs : call.timeoutMs;
    const pendingId = this.#pendingId(context.idempotencyKey);
    const question = {
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
      read: call.read,
      errorOf: (error: CallbackError) => call.onError?.(error) ?? failed(call, error),
      timedOut: () => timedOut(call, timeoutMs ?? 0),
    };
    if (!isSent) context.tell?.(pendingAdded(call, pendingId));
    try {
      return await ask(question, { client: isSent ? client : null, world, signal: context.signal });
    } finally {
      leave?.();
      if (!isSent && !context.signal.aborted) context.tell?.({ event_kind: 'pending_resolved', pendingId });
    }
  }

  waitsAs({ kind, stepKey, name, toolCallId }: WaitingCall): PendingAdded | null {
    const { client, runId } = this.#options;
    const method = methods[kind];
    if (kind !== 'awaitPeople' && client.serves(method)) return null;
    return pendingAdded({ method, name, toolCallId }, `${runId}/${stepKey}`);
  }

  /** Follows from the step that asks, so that it is the same after a restart; several questions of a step are counted. */
  #pendingId(idempotencyKey: string): string {
    this.#asked = idempotencyKey === this.#askedBy ? this.#asked + 1 : 1;
    this.#askedBy = idempotencyKey;
    return this.#asked === 1 ? idempotencyKey : `${idempotencyKey}#${this.#asked}`;
  }
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
