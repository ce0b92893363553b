import type { ModelMessage } from '../../protocol/messages.ts';
import type { RunStartParams } from '../../protocol/run.ts';
import { formatTimestamp } from '../../protocol/timestamp.ts';
import { repairOpenCalls } from '../engine/cleaning.ts';
import { EngineError, userError } from '../engine/errors.ts';
import { mintId } from '../engine/ids.ts';
import { completeMessages } from '../engine/intake.ts';
import { stepKey } from '../engine/steps.ts';
import type { RunRegistry } from './registry.ts';
import { uuid7 } from './uuid7.ts';

/**
 * The history a run begins with: the given messages, or those of a finished run, completed.
 *
 * Errors: `run.notFound`, `run.evicted`, `run.notFinished`, `run.invalid`.
 * @since 0.1.0
 */
export function givenHistory(
  params: RunStartParams,
  runId: string,
  from: { runs: RunRegistry; nowMs: number },
): ModelMessage[] {
  const given = params.messageHistory;
  if (!given) return [];
  const messages = Array.isArray(given) ? given : messagesOf(from.runs, given.runId);
  if (messages.some((message) => message.run_id === runId)) {
    throw userError(
      `\`run_id='${runId}'\` already appears in \`message_history\`. Each agent run needs a distinct \`run_id\`; reuse breaks \`new_messages()\`. Use \`conversation_id\` to correlate across turns or deferred-tool resume. When retrying a failed run with the same \`run_id\`, rebuild \`message_history\` without the failed attempt's messages.`,
    );
  }
  const complete = completeMessages(messages, {
    time: formatTimestamp(from.nowMs),
    mintId: (index) => mintId({ runId, stepKey: stepKey.start, index }),
  });
  const mayClose = !Array.isArray(given) || params.openToolCalls === 'close';
  // Calls stay open for what is to answer them: their results, or the run itself when nothing new is said.
  const isSettled = params.prompt !== null && params.prompt !== undefined && !params.deferredToolResults;
  return mayClose && isSettled ? [...repairOpenCalls(complete, true)] : complete;
}

function messagesOf(runs: RunRegistry, runId: string): readonly ModelMessage[] {
  const record = runs.get(runId);
  if (record.state === 'finished') return record.engine.history.messages;
  throw new EngineError(
    'run.notFinished',
    `Run '${runId}' is ${record.state}; its messages are a history once it has ended.`,
    {
      runId,
      state: record.state,
    },
  );
}

/** Explicit, else that of the history, else a new one; `new` starts another conversation. @since 0.1.0 */
export function conversationOf(params: RunStartParams, history: readonly ModelMessage[], nowMs: number): string {
  if (params.conversationId && params.conversationId !== 'new') return params.conversationId;
  const last = params.conversationId
    ? undefined
    : history.findLast((message) => message.conversation_id)?.conversation_id;
  return last ?? uuid7(nowMs);
}
