import type { CallbackMethod } from '../../protocol/catalogue.ts';
import { EngineError } from '../engine/errors.ts';
import { describeOverflow, overflowIn } from '../errors/json-overflow.ts';
import { failed } from './callback-errors.ts';
import type { CallbackError, RequestSender } from './client.ts';

/** One callback and how its result is read. */
export interface CallbackRequest<T> {
  readonly method: CallbackMethod;
  readonly name: string;
  readonly toolCallId?: string;
  /** Milliseconds until it is given up; null: never; absent: as the limits say. */
  readonly timeoutMs?: number | null | undefined;
  /** True when it is never sent, since a human decides. */
  readonly isForHuman?: boolean;
  /** Leaves out of the parameters what the client keeps. */
  readonly shorten?: Shorten;
  /** Reads the result. Errors: `callback.invalid`. */
  read(result: unknown): T | PromiseLike<T>;
  /** Called as soon as it ends in any way: what the client sends after that is late. */
  onEnd?(): void;
  /** Returns the error for a response that is an error, where that is not the usual one. */
  onError?(error: CallbackError): EngineError | undefined;
}

/** Returns the parameters as a client is sent them; with `isWhole` nothing is left out. */
export type Shorten = (
  params: Record<string, unknown>,
  requests: RequestSender,
  isWhole: boolean,
) => { params: Record<string, unknown>; isShort: boolean };

/** Reads the result of a callback. Errors: `callback.invalid`, also for a number like 1e400, which would become null. */
export function readResult<T>(call: CallbackRequest<T>, result: unknown): T | PromiseLike<T> {
  const overflow = overflowIn(result);
  if (!overflow) return call.read(result);
  const { method, name } = call;
  const message = `The answer of ${method} for '${name}' cannot be used: ${describeOverflow(overflow)}.`;
  throw new EngineError('callback.invalid', message, { method, name, path: overflow.path });
}

/** Returns the error of a callback that brought no result. */
export function errorOf(call: CallbackRequest<unknown>, error: CallbackError): EngineError {
  return call.onError?.(error) ?? failed(call, error);
}
