import { ErrorCode, type ErrorKind } from '../../protocol/errors.ts';
import type { RunError } from '../../protocol/result.ts';

/** What an error tells a program beside its message: plain JSON, and `cause` for the error behind it. @since 0.1.0 */
export type ErrorDetailsMap = { cause?: { kind: string; message: string }; [detail: string]: unknown };

const mark = Symbol.for('runwire.EngineError');

/**
 * An error with a kind a client can branch on. Inside a run it ends the run; outside it becomes the answer of the
 * request. Anything else that is thrown is a bug.
 *
 * @since 0.1.0
 */
export class EngineError extends Error {
  /** Heavy parts are bundled on their own, each with its copy of this class: the mark tells, not the class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && mark in value;
  }

  override readonly name = 'EngineError';
  readonly [mark] = true;
  readonly kind: ErrorKind;
  readonly details: ErrorDetailsMap;

  constructor(kind: ErrorKind, message: string, details: ErrorDetailsMap = {}) {
    super(message);
    this.kind = kind;
    this.details = details;
  }
}

/** The shape an error has on the wire and in step outputs. @since 0.1.0 */
export function toRunError(error: EngineError): RunError {
  return { code: ErrorCode[error.kind], message: error.message, data: { ...error.details, kind: error.kind } };
}

/** The error a step recorded, as an exception again. @since 0.1.0 */
export function fromRunError(error: RunError): EngineError {
  const { kind, ...details } = error.data;
  return new EngineError(kind as ErrorKind, error.message, details as ErrorDetailsMap);
}

/** Upstream's `UserError`: the run was asked for something that cannot be. @since 0.1.0 */
export function userError(message: string): EngineError {
  return new EngineError('run.invalid', message);
}

/** Upstream's `UnexpectedModelBehavior`, with the last retry as its cause. @since 0.1.0 */
export function unexpectedBehavior(message: string, cause?: { kind: string; message: string }): EngineError {
  return new EngineError('model.unexpectedBehavior', message, cause ? { cause } : {});
}

/** Upstream's error when calls are left to others and the output does not allow it. @since 0.2.0 */
export const deferralNotAllowed = () =>
  userError(
    'A deferred tool call was present, but `DeferredToolRequests` is not among output types. To resolve this, add `DeferredToolRequests` to the list of output types for this agent, or use a `HandleDeferredToolCalls` capability to handle deferred tool calls inline.',
  );
