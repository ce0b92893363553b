import { ErrorCode, type ErrorKind } from '../../protocol/errors.ts';
import type { RunError } from '../../protocol/result.ts';

/** The data of an error for programs, beside its message: plain JSON, and `cause` for the error that caused it. */
export type ErrorDetailsMap = { cause?: { kind: string; message: string }; [detail: string]: unknown };

const mark = Symbol.for('runwire.EngineError');

/**
 * An error with a kind a client can branch on. Inside a run it ends the run; outside it becomes the response of the
 * request. Anything else that is thrown is a bug.
 */
export class EngineError extends Error {
  /** Heavy parts are bundled on their own, each with its copy of this class: they are recognised by this mark, not by the class. */
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

/** The shape an error has on the wire and in step outputs. */
export function toRunError(error: EngineError): RunError {
  return { code: ErrorCode[error.kind], message: error.message, data: { ...error.details, kind: error.kind } };
}

/** The error a step recorded, as an exception again. */
export function fromRunError(error: RunError): EngineError {
  const { kind, ...details } = error.data;
  return new EngineError(kind as ErrorKind, error.message, details as ErrorDetailsMap);
}

/** Upstream's `UserError`: the run was configured in a way that cannot work. */
export function userError(message: string): EngineError {
  return new EngineError('run.invalid', message);
}

/** Upstream's `UnexpectedModelBehavior`, with the last retry as its cause. */
export function unexpectedBehavior(message: string, cause?: { kind: string; message: string }): EngineError {
  return new EngineError('model.unexpectedBehavior', message, cause ? { cause } : {});
}

/** Upstream's `OutputTokenLimitExceeded`. */
export function outputTokenLimit(message: string, cause?: { kind: string; message: string }): EngineError {
  return new EngineError('model.outputTokenLimit', message, cause ? { cause } : {});
}

/** Upstream's name for the exception of a kind; kinds of the host are exceptions of its own. */
export function upstreamType({ kind, details }: EngineError): string {
  if (typeof details.hostKind === 'string') return details.hostKind;
  return upstreamTypes[kind] ?? 'Exception';
}

const upstreamTypes: Partial<Record<ErrorKind, string>> = {
  'run.invalid': 'UserError',
  'model.unexpectedBehavior': 'UnexpectedModelBehavior',
  contentFilter: 'ContentFilterError',
  'model.incompleteToolCall': 'IncompleteToolCall',
  'model.outputTokenLimit': 'OutputTokenLimitExceeded',
  'usage.limitExceeded': 'UsageLimitExceeded',
  'model.http': 'ModelHTTPError',
  'model.api': 'ModelAPIError',
  'model.stream': 'ModelAPIError',
  'model.allFailed': 'FallbackExceptionGroup',
  'model.rejected': 'ResponseRejected',
  'run.cancelled': 'RunCancelled',
};

/**
 * Returns the error for a deferred call that nothing in the run can resolve, with the three ways out.
 *
 * Source: Pydantic AI, which names its own classes in this error.
 */
export const deferralNotAllowed = (reason: string) =>
  userError(
    `${reason}, and nobody in this run can answer. Choose one of three: add \`{"type": "deferred"}\` to the \`anyOf\` of the output, and the run ends \`deferred\` with its open calls; set \`deferred: "handle"\` and serve \`deferred/handle\`; or set \`deferred: "wait"\`, and the run waits for \`pending/resolve\`.`,
  );
