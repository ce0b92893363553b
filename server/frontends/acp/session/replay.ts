import type { ContentBlock } from '@agentclientprotocol/sdk';
import type { UserContent } from '../../../../protocol/messages/content.ts';
import type { ModelMessage } from '../../../../protocol/messages/messages.ts';
import type { RunView } from '../../../executors/run-executor.ts';
import { plainBase64 } from '../updates/result-content.ts';
import { RunProjector } from '../updates/run-projector.ts';
import { lineBytes, maxUpdateBytes, piecesOf } from '../updates/shortened.ts';
import { addedCost } from '../updates/usage-update.ts';
import { compactPrompt } from './commands.ts';
import { recordIn } from './session-record.ts';
import type { TurnSession } from './turn-session.ts';

/** Events that are read at once. */
const pageSize = 500;

/** Sends the updates of runs that are over once more, in their order; it requests nothing and runs nothing. */
export async function replay(
  session: TurnSession,
  runs: readonly RunView[],
  windowTokens: number | null,
): Promise<void> {
  for (const run of runs) {
    const { messages = [] } = await run.newMessages({});
    showPrompts(session, run.runId, messages, recordIn(run.metadata)?.isSummary === true);
    const projector = new RunProjector({
      runId: run.runId,
      cwd: session.workspace.roots.cwd,
      windowTokens,
      costBefore: session.cost,
      send: (update) => session.update(update),
      warn: (message) => session.warn(message),
    });
    if (!(await replayEvents(run, projector))) replayMessages(messages, projector);
    const { usage } = await run.usage({});
    session.cost = addedCost(session.cost, usage);
  }
}

/** False when the events are no longer kept. */
async function replayEvents(run: RunView, projector: RunProjector): Promise<boolean> {
  const { signal } = new AbortController();
  for (let afterSeq = 0; ; ) {
    const { events, lastSeq, snapshot } = await run.events({ afterSeq, limit: pageSize }, signal);
    if (snapshot) return false;
    for (const { event } of events) projector.event(event);
    afterSeq = events.at(-1)?.seq ?? lastSeq;
    if (afterSeq >= lastSeq) return true;
  }
}

/** The same as far as messages show it. */
function replayMessages(messages: readonly ModelMessage[], projector: RunProjector): void {
  for (const message of messages) {
    if (message.kind === 'response') projector.response(message);
    else for (const part of message.parts) if (part.part_kind === 'tool-return') projector.result(part);
  }
  projector.calls.failOpen();
}

function showPrompts(session: TurnSession, runId: string, messages: readonly ModelMessage[], isSummary: boolean): void {
  const prompts = messages.flatMap((message) =>
    message.kind === 'request' ? message.parts.filter((part) => part.part_kind === 'user-prompt') : [],
  );
  for (const [at, { content }] of prompts.entries()) {
    const shown = isSummary && content === compactPrompt ? '/compact' : content;
    const items: readonly UserContent[] = typeof shown === 'string' ? [shown] : (shown as readonly UserContent[]);
    for (const block of items.flatMap(blocksOf))
      session.update({ sessionUpdate: 'user_message_chunk', messageId: `${runId}/user.${at}`, content: block });
  }
}

function blocksOf(item: UserContent): ContentBlock[] {
  if (typeof item === 'string') return piecesOf(item).map((text) => ({ type: 'text', text }));
  const { kind, data, media_type: mimeType } = item as Record<string, unknown>;
  const isShown = kind === 'binary' && typeof data === 'string' && typeof mimeType === 'string';
  const type =
    isShown && mimeType.startsWith('image/') ? 'image' : isShown && mimeType.startsWith('audio/') ? 'audio' : null;
  if (isShown && type && lineBytes(data) < maxUpdateBytes - 4096) return [{ type, data: plainBase64(data), mimeType }];
  return [{ type: 'text', text: `[${String(mimeType ?? kind)}]` }];
}
