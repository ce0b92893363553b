import type { ModelMessage } from '../../protocol/messages/messages.ts';
import { kindOf } from './kinds.ts';
import { firstSentence } from './normalize.ts';
import type { PlayedRun } from './play.ts';
import type { ExpectedRun } from './scenario.ts';
import { joined, type Views } from './views.ts';

/** A run that has failed, or that was refused. */
export function errorViews(run: PlayedRun, { error, messages_at_error }: ExpectedRun): Views {
  // Two tools of one name are found in a run by upstream, and before it here.
  const isConflict = run.refused !== undefined && error?.message.includes('name conflicts with existing tool');
  const kind = isConflict ? 'tool.conflict' : (kindOf(error?.type ?? '') ?? 'callback.failed');
  const { data, message } = run.result?.error ?? { message: run.refused?.message, data: { kind: run.refused?.kind } };
  const views = [
    {
      wanted: { messages_at_error: messages_at_error && withoutClosed(messages_at_error, kind) },
      actual: { messages_at_error: withoutClosed(run.messages, kind) },
    },
    {
      wanted: { outcome: kind === 'run.cancelled' ? 'cancelled' : 'failed' },
      actual: { outcome: run.result?.outcome },
    },
    {
      wanted: { error: { kind, message: sameDeferral(firstSentence(error?.message ?? '')) } },
      actual: { error: { kind: data?.kind, message: sameDeferral(firstSentence(message ?? '')) } },
    },
    causeViews(error?.cause, data && 'cause' in data ? data.cause : undefined),
    attemptViews(error?.attempts, data && 'attempts' in data ? data.attempts : undefined),
  ].slice(run.result ? 0 : 2);
  return joined(views);
}

/** Upstream writes in the names of its classes what we write in those of the protocol. */
const sameDeferral = (message: string) =>
  /^A deferred tool call was present|and nobody in this run can answer\. Choose one of three/.test(message)
    ? 'a call was deferred, and nothing in this run can resolve it'
    : message;

/** A cancelled run closes its open calls here, which upstream leaves to the next run. */
function withoutClosed(messages: ModelMessage[], kind: string): ModelMessage[] {
  if (kind !== 'run.cancelled') return messages;
  const isKept = (part: object) =>
    !(part as { metadata?: Record<string, unknown> | null }).metadata?.pydantic_ai_synthesized_tool_return;
  return messages
    .map((message) => (message.kind === 'request' ? { ...message, parts: message.parts.filter(isKept) } : message))
    .filter((message) => message.kind === 'response' || message.parts.length > 0);
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
