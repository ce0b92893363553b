import type { DeltaEvent } from '../../../protocol/deltas.ts';
import type { DurableEvent } from '../../../protocol/events.ts';
import type { ModelMessage } from '../../../protocol/messages/messages.ts';
import { RunProjector } from '../../../server/frontends/acp/updates/run-projector.ts';
import type { Update } from './acp-client.ts';

/** Updates that are about a session rather than about what was said in it. */
const besides = ['available_commands_update', 'session_info_update', 'usage_update'];

/** What a person sees in the end: the texts of one message put together, and each call in its last state. */
export function merged(updates: readonly Update[]): Record<string, unknown>[] {
  const shown = new Map<string, Record<string, unknown>>();
  for (const update of updates) {
    const { sessionUpdate, messageId, toolCallId, content, ...rest } = update;
    if (besides.includes(sessionUpdate)) continue;
    const key = String(toolCallId ?? messageId ?? JSON.stringify(update));
    const before = shown.get(key);
    if (toolCallId !== undefined) shown.set(key, { ...before, toolCallId, ...(content ? { content } : {}), ...rest });
    else if (messageId !== undefined) {
      const said = `${before?.text ?? ''}${(content as { text?: string }).text ?? ''}`;
      shown.set(key, { kind: sessionUpdate, text: said });
    } else shown.set(key, { sessionUpdate, ...rest });
  }
  return [...shown.values()];
}

/** The updates of a run that is watched, from its events and deltas as they came. */
export function liveUpdates(runId: string, cwd: string, shown: readonly { event_kind: string }[]): Update[] {
  const updates: Update[] = [];
  const projector = new RunProjector({
    runId,
    cwd,
    windowTokens: null,
    costBefore: 0,
    send: (update) => updates.push(update),
    warn: () => undefined,
  });
  for (const event of shown) {
    if (deltas.has(event.event_kind)) projector.delta(event as DeltaEvent);
    else projector.event(event as DurableEvent);
  }
  return updates;
}

const deltas = new Set(['part_start', 'part_delta', 'part_end', 'final_result', 'tool_progress']);

/** One thing that an editor shows, in words of its own. */
export type Entry = { user: string } | { thought: string } | { text: string } | { call: string; ended: string };

/** What an editor that was sent these updates shows. */
export function entriesOf(updates: readonly Update[]): Entry[] {
  return merged(updates).flatMap(({ kind, text, toolCallId, status, rawOutput }): Entry[] => {
    if (toolCallId !== undefined) {
      const call = String(toolCallId).replace(/^[^/]*\//, '');
      return [{ call, ended: status === 'completed' ? returned(rawOutput) : String(status) }];
    }
    if (kind === 'user_message_chunk') return [{ user: String(text) }];
    if (kind === 'agent_thought_chunk') return [{ thought: String(text) }];
    return kind === 'agent_message_chunk' ? [{ text: String(text) }] : [];
  });
}

const returned = (value: unknown) => `returned ${JSON.stringify(value)}`;

/** What has to be shown of the messages of one run, read from the messages alone: its prompts, then what came of them. */
export function conversationOf(messages: readonly ModelMessage[]): Entry[] {
  const prompts: Entry[] = [];
  const entries: Entry[] = [];
  const calls: { id: string; entry: { call: string; ended: string } }[] = [];
  for (const part of messages.flatMap((message): readonly MessagePart[] => message.parts)) {
    if (part.part_kind === 'user-prompt') prompts.push({ user: promptText(part.content) });
    if (part.part_kind === 'text' && part.content !== '') entries.push({ text: part.content });
    if (part.part_kind === 'thinking' && part.content !== '') entries.push({ thought: part.content });
    if (part.part_kind === 'tool-call') {
      const same = calls.filter(({ id }) => id === part.tool_call_id).length;
      const entry = { call: `${part.tool_call_id}${same > 0 ? `#${same + 1}` : ''}`, ended: 'failed' };
      calls.push({ id: part.tool_call_id, entry });
      entries.push(entry);
    }
    if (part.part_kind === 'tool-return' && part.outcome === 'success') {
      const call = calls.find(({ id, entry }) => id === part.tool_call_id && entry.ended === 'failed');
      if (call) call.entry.ended = returned(part.content);
    }
  }
  return [...prompts, ...entries];
}

type MessagePart = ModelMessage['parts'][number];

/** The text of a prompt; what is not text, and not shown as a picture or a sound, has its type. */
function promptText(content: unknown): string {
  if (!Array.isArray(content)) return String(content);
  return content
    .map((item) => {
      if (typeof item === 'string') return item;
      const { kind, media_type: type } = item as { kind: string; media_type?: string };
      return kind === 'binary' && /^(image|audio)\//.test(type ?? '') ? '' : `[${type ?? kind}]`;
    })
    .join('');
}
