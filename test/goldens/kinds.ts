/** Upstream's exceptions and the kinds they have here. */
const kinds: Record<string, string> = {
  UserError: 'run.invalid',
  UnexpectedModelBehavior: 'model.unexpectedBehavior',
  ContentFilterError: 'contentFilter',
  IncompleteToolCall: 'model.incompleteToolCall',
  UsageLimitExceeded: 'usage.limitExceeded',
  ModelHTTPError: 'model.http',
  ModelAPIError: 'model.api',
  FallbackExceptionGroup: 'model.allFailed',
  OutputTokenLimitExceeded: 'model.outputTokenLimit',
  RunCancelled: 'run.cancelled',
  // An assertion inside the embedded model.
  AssertionError: 'run.invalid',
};

/** The kind of an exception; undefined for what a tool or a host raised, which is passed on as `callback.failed`. */
export const kindOf = (exception: string): string | undefined => kinds[exception];
