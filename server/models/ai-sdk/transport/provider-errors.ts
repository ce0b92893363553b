import {
  APICallError,
  EmptyResponseBodyError,
  InvalidPromptError,
  InvalidResponseDataError,
  JSONParseError,
  LoadAPIKeyError,
  NoContentGeneratedError,
  NoSuchProviderReferenceError,
  TypeValidationError,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider';
import { EngineError, unexpectedBehavior, userError } from '../../../engine/errors.ts';
import { redacted, shownBody } from '../../../redaction/shown-body.ts';
import { retryAfterMs } from './retry-after.ts';

/** The context that an error is reported in. */
export interface ErrorContext {
  readonly provider: string;
  readonly modelName: string;
  /** The variable that should hold the key. */
  readonly envVar: string;
  /** Texts that must not appear anywhere: keys and credential headers. */
  readonly secrets: readonly string[];
  /** The caller's signal: once it is aborted nothing else matters. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch, for `retry-after` dates. */
  now(): number;
}

/**
 * Returns what to throw for an error of the AI SDK or of the network: an `EngineError`, the reason of an aborted
 * signal, or the error itself if it is a bug. Nothing is taken from the request, which holds the prompt.
 *
 * Source: Pydantic AI `_map_api_errors`, `ModelHTTPError`, `ModelAPIError`.
 */
export function toEngineError(error: unknown, context: ErrorContext): unknown {
  if (context.signal.aborted) return context.signal.reason;
  if (error instanceof EngineError) return error;
  if (APICallError.isInstance(error)) return fromApiCall(error, context);
  if (LoadAPIKeyError.isInstance(error)) return authMissing(context);
  if (UnsupportedFunctionalityError.isInstance(error) || NoSuchProviderReferenceError.isInstance(error)) {
    return userError(`${redacted(error.message, context.secrets)} (model '${context.modelName}')`);
  }
  if (InvalidPromptError.isInstance(error))
    return userError(`The messages are not a valid prompt for '${context.modelName}'.`);
  if (isBadAnswer(error)) return invalidResponse(context);
  if (isNetworkError(error)) {
    return connectionFailed(isTerminated(error) ? brokenMessage : messageOf(error), context);
  }
  if (error instanceof Error && /event[- ]stream/i.test(error.message)) {
    return /incomplete/i.test(error.message) ? connectionFailed(brokenMessage, context) : invalidResponse(context);
  }
  return isReported(error) ? reportedError(error, context) : error;
}

/** Returns the error of a provider without a key. */
export function authMissing({ provider, envVar }: Pick<ErrorContext, 'provider' | 'envVar'>): EngineError {
  return new EngineError('auth.missing', `No API key for '${provider}': set the \`${envVar}\` environment variable.`, {
    provider,
    envVar,
  });
}

/**
 * Returns the error of a response that could not be read for an unforeseen reason: the provider's doing, not a bug of
 * ours.
 */
export function unreadable({ provider, modelName, secrets }: ErrorContext, error: unknown): EngineError {
  const reason = redacted(messageOf(error), secrets).slice(0, 256);
  return unexpectedBehavior(`Invalid response from ${provider} for '${modelName}': it cannot be read (${reason}).`);
}

/**
 * Returns the error of a response that had already begun: what arrived is kept, and nothing falls back.
 */
export function brokenOff(error: unknown): unknown {
  if (!(error instanceof EngineError) || error.kind !== 'model.api') return error;
  const isOfReading = error.details.retryable === true || error.details.limit !== undefined;
  return isOfReading ? new EngineError('model.stream', error.message, error.details) : error;
}

/** An error inside a stream: an object that the provider sent. */
interface ReportedError {
  readonly message: string;
  readonly statusCode?: unknown;
  readonly isRetryable?: unknown;
  readonly data?: unknown;
}

const isReported = (error: unknown): error is ReportedError =>
  error !== null &&
  typeof error === 'object' &&
  !(error instanceof Error) &&
  'message' in error &&
  typeof error.message === 'string';

function reportedError(error: ReportedError, { provider, modelName, secrets }: ErrorContext): EngineError {
  const { statusCode, isRetryable, data = error } = error;
  const body = shownBody(JSON.stringify(data), secrets);
  const retryable = isRetryable === true;
  const message = redacted(error.message, secrets).slice(0, 4_096);
  return typeof statusCode === 'number' && statusCode >= 400
    ? new EngineError('model.http', message, { provider, model: modelName, status: statusCode, retryable, body })
    : new EngineError('model.api', message, { provider, model: modelName, retryable, body });
}

function fromApiCall(error: APICallError, context: ErrorContext): EngineError {
  const status = error.statusCode;
  // A body that broke off or was not a response arrives with the status of the response.
  // A body that is not text was a response: the package has invented the status.
  if (typeof error.responseBody !== 'string' && error.responseBody) {
    return reportedError({ message: error.message, data: error.responseBody }, context);
  }
  if (status === undefined) return connectionFailed(isTerminated(error) ? brokenMessage : error.message, context);
  if (status >= 300) return httpError(status, error, context);
  return error.isRetryable ? connectionFailed(brokenMessage, context) : invalidResponse(context);
}

function httpError(status: number, error: APICallError, context: ErrorContext): EngineError {
  const headers = error.responseHeaders ?? {};
  const body = shownBody(error.responseBody, context.secrets);
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? null);
  const waitMs = retryAfterMs(headers, context.now());
  const requestId = headers['x-request-id'] ?? headers['request-id'];
  return new EngineError('model.http', `status_code: ${status}, model_name: ${context.modelName}, body: ${text}`, {
    provider: context.provider,
    status,
    retryable: mayRetry(headers) ?? error.isRetryable,
    ...(waitMs === null ? {} : { retryAfterMs: waitMs }),
    ...(requestId ? { requestId } : {}),
    ...(body === null ? {} : { body }),
  });
}

/** OpenAI's servers say more precisely than the status whether a retry helps. */
function mayRetry(headers: Record<string, string>): boolean | null {
  const word = headers['x-should-retry'];
  return word === 'true' ? true : word === 'false' ? false : null;
}

const connectionFailed = (message: string, { provider, modelName, secrets }: ErrorContext) =>
  new EngineError('model.api', redacted(message, secrets), { provider, model: modelName, retryable: true });

const invalidResponse = ({ provider, modelName }: ErrorContext) =>
  unexpectedBehavior(`Invalid response from ${provider} for '${modelName}'.`);

const isBadAnswer = (error: unknown) =>
  TypeValidationError.isInstance(error) ||
  JSONParseError.isInstance(error) ||
  InvalidResponseDataError.isInstance(error) ||
  EmptyResponseBodyError.isInstance(error) ||
  NoContentGeneratedError.isInstance(error);

/** Not every package wraps the errors of `fetch`. */
function isNetworkError(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if (at instanceof TypeError && /^(fetch failed|terminated)$/.test(at.message)) return true;
    const code = 'code' in at ? at.code : undefined;
    if (typeof code === 'string' && /^(UND_ERR_|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/.test(code)) return true;
  }
  return false;
}

const brokenMessage = 'The connection broke off.';

/** Returns whether an error is that of `fetch` for a body that was cut; packages wrap it in errors of their own. */
function isTerminated(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if (at.message === 'terminated') return true;
  }
  return false;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
