import { firstSentence } from './normalize.ts';
import type { PlayedRun } from './play.ts';
import type { ExpectedRun } from './scenario.ts';
import { joined, type Views } from './views.ts';

/** Upstream's exceptions and the kinds they have here; whatever a tool raised is passed on as `callback.failed`. */
export const errorKinds: Readonly<Record<string, string>> = {
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

/** A run that has failed, or that was refused. */
export function errorViews(run: PlayedRun, { error, messages_at_error }: ExpectedRun): Views {
  // Two tools of one name are found in a run by upstream, and before it here.
  const isConflict = run.refused !== undefined && error?.message.includes('name conflicts with existing tool');
  const kind = isConflict ? 'tool.conflict' : (errorKinds[error?.type ?? ''] ?? 'callback.failed');
  const { data, message } = run.result?.error ?? { message: run.refused?.message, data: { kind: run.refused?.kind } };
  const views = [
    { wanted: { messages_at_error }, actual: { messages_at_error: run.messages } },
    {
      wanted: { outcome: kind === 'run.cancelled' ? 'cancelled' : 'failed' },
      actual: { outcome: run.result?.outcome },
    },
    {
      wanted: { error: { kind, message: firstSentence(error?.message ?? '') } },
      actual: { error: { kind: data?.kind, message: firstSentence(message ?? '') } },
    },
    causeViews(error?.cause, data && 'cause' in data ? data.cause : undefined),
    attemptViews(error?.attempts, data && 'attempts' in data ? data.attempts : undefined),
  ].slice(run.result ? 0 : 2);
  return joined(views);
}

/** Exceptions that only upstream can name, and what a caller of it catches. */
const publicTypes: Readonly<Record<string, string>> = { _UnknownTool: 'ModelRetry' };

type Cause = { type: string; message?: string } | null | undefined;

/** We need not name a cause, but where we do it is upstream's; its message is compared where upstream's is somebody's. */
function causeViews(wanted: Cause, cause: { kind?: string; message?: string } | undefined): Views {
  const hasMessage = wanted?.message !== undefined;
  return {
    wanted: {
      ...(wanted && cause ? { cause_kind: publicTypes[wanted.type] ?? wanted.type } : {}),
      ...(hasMessage ? { cause_message: wanted.message } : {}),
    },
    actual: {
      ...(wanted && cause ? { cause_kind: cause.kind } : {}),
      ...(hasMessage ? { cause_message: cause?.message } : {}),
    },
  };
}

/** Where all models have failed, the attempts say how. */
const attemptViews = (wanted: unknown, actual: unknown): Views =>
  wanted === undefined ? { wanted: {}, actual: {} } : { wanted: { attempts: wanted }, actual: { attempts: actual } };
