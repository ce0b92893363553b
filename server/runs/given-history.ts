import type { GivenMessage, ModelMessage } from '../../protocol/messages/messages.ts';
import { formatTimestamp } from '../../protocol/messages/timestamp.ts';
import type { RunStartParams } from '../../protocol/run.ts';
import { EngineError, userError } from '../engine/errors.ts';
import { mintId } from '../engine/ids.ts';
import { repairOpenCalls } from '../engine/messages/cleaning.ts';
import { completeMessages } from '../engine/messages/intake.ts';
import { unknownKinds } from '../engine/messages/unknown-kinds.ts';
import type { Warning } from '../engine/model.ts';
import { stepKey } from '../engine/steps/steps.ts';
import { uuid7 } from './uuid7.ts';

/** The history a run begins with. */
export interface GivenHistory {
  readonly history: ModelMessage[];
  /** Warns of messages of unknown kinds, which are not shown to the model. */
  readonly carried: Warning | null;
}

/**
 * Reads the history a run begins with: the given messages, or those of a finished run, completed.
 *
 * Errors: `run.notFound`, `run.evicted`, `run.notFinished`, `run.invalid`, `history.invalid`.
 */
export function givenHistory(
  params: RunStartParams,
  runId: string,
  from: { messagesOf: (runId: string) => readonly ModelMessage[]; nowMs: number },
): GivenHistory {
  const given = params.messageHistory;
  if (!given) return { history: [], carried: null };
  const messages: readonly GivenMessage[] = Array.isArray(given) ? given : from.messagesOf(given.runId);
  if (messages.some((message) => message.run_id === runId)) {
    throw userError(
      `\`run_id='${runId}'\` already appears in \`message_history\`. Each agent run needs a distinct \`run_id\`; reuse breaks \`new_messages()\`. Use \`conversation_id\` to correlate across turns or deferred-tool resume. When retrying a failed run with the same \`run_id\`, rebuild \`message_history\` without the failed attempt's messages.`,
    );
  }
  const carried = carriedIn(messages, params.unknownParts ?? 'refuse');
  const complete = completeMessages(messages, {
    time: formatTimestamp(from.nowMs),
    mintId: (index) => mintId({ runId, stepKey: stepKey.start, index }),
  });
  const mayClose = (params.openToolCalls ?? (Array.isArray(given) ? 'refuse' : 'close')) === 'close';
  // Calls stay open for their results, or for the run itself when there is no new prompt.
  const isSettled = params.prompt !== null && params.prompt !== undefined && !params.deferredToolResults;
  return { history: mayClose && isSettled ? [...repairOpenCalls(complete, true)] : complete, carried };
}

/** Errors: `history.invalid` for the first thing of an unknown kind, unless such things are carried. */
function carriedIn(messages: readonly GivenMessage[], mode: 'refuse' | 'carry'): Warning | null {
  const found = [...unknownKinds(messages)];
  const [first] = found;
  if (!first) return null;
  if (mode === 'refuse') {
    const { index, reason } = first;
    throw new EngineError('history.invalid', `Message ${index} of the history is invalid: ${reason}`, {
      index,
      reason,
    });
  }
  const what = found.length === 1 ? 'One thing' : `${found.length} things`;
  const message = `${what} in the history stays there and is not shown to the model. In message ${first.index}: ${first.reason}`;
  return { kind: 'history.carried', message };
}

/** Explicit, else that of the history, else a new one; `new` starts another conversation. */
export function conversationOf(params: RunStartParams, history: readonly ModelMessage[], nowMs: number): string {
  if (params.conversationId && params.conversationId !== 'new') return params.conversationId;
  const last = params.conversationId
    ? undefined
    : history.findLast((message) => message.conversation_id)?.conversation_id;
  return last ?? uuid7(nowMs);
}
