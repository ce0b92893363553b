import { asObject, asObjects, type Loose, wordOf } from '../raw/loose-json.ts';

/** An error that the provider sent instead of a response, or within it. */
export interface OwnError {
  readonly message: string;
  /** The status that the error would have had before the response began; undefined when it is not known. */
  readonly statusCode: number | undefined;
  readonly isRetryable: boolean;
  /** The provider's own data. */
  readonly data: unknown;
}

/** The members of a regular response: next to them, a text called `message` is not an error. */
const answerMembers = ['choices', 'candidates', 'output', 'content', 'response', 'delta', 'item', 'part', 'usage'];

const textMembers = ['message', 'detail', 'msg', 'Message', 'error_message'];

/**
 * Returns the provider's own error in a body of status 200 or in one event of a stream, whatever its shape.
 *
 * Source: Pydantic AI `_model_errors.stream_error`, `_OpenRouterErrorResponse`.
 */
export function ownError(value: unknown): OwnError | undefined {
  const body = asObject(Array.isArray(value) ? value[0] : value);
  const found = errorIn(body);
  return found === undefined ? undefined : errorOf(found, body);
}

/**
 * Returns an error that replaces an event of an Amazon stream, with the status that it has before a stream begins.
 *
 * Source: Pydantic AI `_STREAM_EXCEPTION_STATUS_CODES`.
 */
export function errorOfFrame(error: { name: string; message: string | undefined }, payload: unknown): OwnError {
  const __type = error.name.charAt(0).toUpperCase() + error.name.slice(1);
  const message = error.message === undefined ? {} : { message: error.message };
  const body = { __type, ...message, ...asObject(payload) };
  const { message: said, ...rest } = errorOf(body, body);
  return { message: textMembers.some((name) => name in body) ? said : __type, ...rest };
}

/** Returns whether another try may help; Amazon wants one for 424, a stream that its model broke off. */
const mayHelp = (status: number) => [408, 409, 424, 429].includes(status) || status >= 500;

function errorOf(found: unknown, body: Loose): OwnError {
  const error = asObject(found);
  const statusCode = statusOf([error, asObject(error.error), body]);
  return {
    message: messageOf(found),
    statusCode,
    isRetryable: statusCode === undefined || mayHelp(statusCode),
    data: found,
  };
}

function errorIn(body: Loose): unknown {
  const { error, errors, type, object, response } = body;
  if (error && !isEmpty(error)) return Array.isArray(error) ? error[0] : error;
  if (Array.isArray(errors) && errors.length > 0) return errors[0];
  if (type === 'error' || object === 'error') return body;
  const failed = type === 'response.failed' ? asObject(response).error : asObjects(body.choices)[0]?.error;
  if (failed) return failed;
  const isTyped = typeof type === 'string' && !/error|exception/i.test(type);
  const isAnswer = isTyped || answerMembers.some((name) => body[name] !== undefined && body[name] !== null);
  return !isAnswer && textMembers.some((name) => typeof body[name] === 'string' || Array.isArray(body[name]))
    ? body
    : undefined;
}

const isEmpty = (value: unknown): boolean => typeof value === 'object' && Object.keys(value ?? {}).length === 0;

function messageOf(found: unknown): string {
  if (typeof found === 'string') return found;
  const error = asObject(found);
  const text = textMembers.map((name) => wordOf(error[name])).find((word) => word !== undefined);
  if (text) return text;
  return error.error ? messageOf(error.error) : JSON.stringify(found);
}

const statusMembers = ['status_code', 'statusCode', 'http_status', 'code', 'status'];
const wordMembers = ['code', 'type', 'status', '__type'];

/** The status by the words of an error. Source: Pydantic AI `_OPENAI_COMPATIBLE_STATUSES`; Anthropic, Google, AWS. */
const statusOfWord: Readonly<Record<string, number>> = {
  rate_limit_exceeded: 429,
  rate_limit_error: 429,
  too_many_requests: 429,
  insufficient_quota: 429,
  context_length_exceeded: 400,
  service_unavailable: 503,
  service_unavailable_error: 503,
  server_is_overloaded: 503,
  overloaded: 503,
  overloaded_error: 529,
  server_error: 500,
  api_error: 500,
  timeout_error: 504,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  billing_error: 402,
  invalid_request_error: 400,
  request_too_large: 413,
  RESOURCE_EXHAUSTED: 429,
  UNAVAILABLE: 503,
  INTERNAL: 500,
  DEADLINE_EXCEEDED: 504,
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ThrottlingException: 429,
  ServiceUnavailableException: 503,
  InternalServerException: 500,
  ModelStreamErrorException: 424,
  ModelTimeoutException: 408,
  ValidationException: 400,
  AccessDeniedException: 403,
};

function statusOf(objects: readonly Loose[]): number | undefined {
  for (const object of objects) {
    for (const name of statusMembers) {
      const status = Number(object[name] ?? Number.NaN);
      if (Number.isInteger(status) && status >= 400 && status < 600) return status;
    }
  }
  const words = objects.flatMap((object) => wordMembers.map((name) => wordOf(object[name]) ?? ''));
  const word = words.find((one) => Object.hasOwn(statusOfWord, one));
  return word === undefined ? undefined : statusOfWord[word];
}
