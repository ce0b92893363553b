import type { ModelMessage, ModelRequest } from '../../protocol/messages/messages.ts';
import type { RequestUsage } from '../../protocol/messages/usage.ts';
import type { MessagesParams, MessagesResult } from '../../protocol/run.ts';
import { EngineError } from '../engine/errors.ts';
import { stringifyExact } from '../engine/json/exact-json.ts';
import { invalidParams } from '../errors/params-error.ts';

/** The messages of a run, and its output once it has ended. */
export interface RunMessages {
  readonly runId: string;
  readonly messages: readonly ModelMessage[];
  readonly newMessageIndex: number;
  /** How the output came about, if it has; the call id is null for an output from text. */
  readonly output: { readonly toolCallId: string | null } | null;
  readonly isComplete: boolean;
}

/**
 * A page of the messages of a run, exact at this instant. The cursor is a position in the whole list.
 *
 * Errors: `run.outputIsText`, `run.noToolReturn`, `params.invalid` for a cursor that was not given out.
 * Source: Pydantic AI `AgentRunResult.all_messages`, `new_messages`, and their `_json` twins.
 */
export function messagesPage(
  run: RunMessages,
  params: Omit<MessagesParams, 'runId'>,
  which: 'all' | 'new',
): MessagesResult {
  const { newMessageIndex } = run;
  const { length } = run.messages;
  const messages = withReturnContent(run, params.outputToolReturnContent ?? params.resultToolReturnContent);
  const first = which === 'new' ? newMessageIndex : 0;
  const from = params.cursor ? position(params.cursor, first, length) : first;
  const to = params.limit ? Math.min(from + params.limit, length) : length;
  const page = messages.slice(from, to);
  return {
    ...(params.format === 'json' ? { json: stringifyExact(page) } : { messages: page }),
    newMessageIndex,
    total: length - first,
    complete: run.isComplete,
    ...(to < length ? { nextCursor: String(to) } : {}),
  };
}

function position(cursor: string, first: number, length: number): number {
  const at = /^\d{1,9}$/.test(cursor) ? Number(cursor) : -1;
  if (at >= first && at <= length) return at;
  throw invalidParams([
    { path: ['cursor'], message: `'${cursor}' is not a cursor of this list; leave it out for the first page.` },
  ]);
}

/** The list with the content of the output tool's return replaced; only the last message is copied. */
function withReturnContent(
  { runId, messages, output }: RunMessages,
  content: string | null | undefined,
): readonly ModelMessage[] {
  if (content === null || content === undefined) return messages;
  if (output && output.toolCallId === null) {
    throw new EngineError(
      'run.outputIsText',
      `The output of run '${runId}' came from text, so there is no tool return to rewrite.`,
      { runId },
    );
  }
  const last = messages.at(-1);
  const at = last?.kind === 'request' && output ? indexOfReturn(last, output.toolCallId) : -1;
  if (last?.kind !== 'request' || at < 0) {
    throw new EngineError(
      'run.noToolReturn',
      `The last message of run '${runId}' holds no return of its output tool; it is there once the run has succeeded.`,
      { runId },
    );
  }
  const parts = last.parts.map((part, index) => (index === at ? { ...part, content } : part)) as ModelRequest['parts'];
  return [...messages.slice(0, -1), { ...last, parts }];
}

/** Found by the id of the call: a name may stand there twice, and the failed one is not meant. */
function indexOfReturn(request: ModelRequest, toolCallId: string | null): number {
  return request.parts.findIndex((part) => part.part_kind === 'tool-return' && part.tool_call_id === toolCallId);
}

/** The usage of each response of the run, in order. */
export function requestUsages({ messages, newMessageIndex }: RunMessages): RequestUsage[] {
  return messages.slice(newMessageIndex).flatMap((message) => (message.kind === 'response' ? [message.usage] : []));
}
