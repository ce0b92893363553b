import { existsSync } from 'node:fs';
import type { ModelMessage } from '../../../protocol/messages/messages.ts';
import { byStart, type RunRef } from '../../store/names.ts';
import type { RunStore } from '../../store/run-store.ts';
import type { Store, StoredSummary } from '../../store/store.ts';
import type { StoredRun } from '../../store/stored-run.ts';
import type { Desk } from '../command.ts';
import { UsageError } from '../options.ts';
import type { TextSink } from '../output.ts';

/** What the parts of `runwire store` work with. */
export interface StoreDesk {
  readonly store: Store;
  /** The same when it is a folder; null for a database. */
  readonly folder: RunStore | null;
  /** Whose runs they are, in a database. */
  readonly tenant?: string | undefined;
  readonly ids: readonly string[];
  readonly stdout: TextSink;
  readonly warn: (text: string) => void;
  readonly isJson: boolean;
  /** The process that the command is run by. */
  readonly desk: Pick<Desk, 'env' | 'open' | 'interrupted' | 'database'>;
}

/** Errors: `UsageError` for a folder that is not there: nobody means to make one by looking at it. */
export function checkThere(path: string): void {
  if (!existsSync(path)) throw new UsageError(`there is no store '${path}'`);
}

/**
 * The runs of a conversation, newest first, by its id or by that of one of its runs; the beginning of an id will do where only one
 * begins so.
 *
 * Errors: `UsageError` for an id that nothing has, or several.
 */
export async function conversationRefs(store: Store, id: string): Promise<RunRef[]> {
  const named = await store.ofConversation(id);
  if (named.length > 0) return named;
  const run = (await store.find(id)) ?? (await refThatBegins(store, id));
  if (!run) throw new UsageError(`the store has no conversation and no run '${id}'`);
  return (await store.refs()).filter(({ conversation }) => conversation === run.conversation);
}

async function refThatBegins(store: Store, start: string): Promise<RunRef | null> {
  const found = new Map<string, RunRef>();
  for (const ref of start.length < 4 ? [] : await store.refs()) {
    const one = await store.summary(ref).catch(() => null);
    if (one?.conversationId.startsWith(start) || one?.runId.startsWith(start)) found.set(ref.conversation, ref);
  }
  if (found.size > 1) throw new UsageError(`${found.size} conversations begin with '${start}'; give more of the id`);
  const [ref] = found.values();
  return ref ?? null;
}

/** The run whose messages are those of a conversation: the latest one, runs of tools apart. Errors: `run.unreadable`. */
export async function latestRun(store: Store, refs: readonly RunRef[]): Promise<StoredRun | null> {
  let latest: StoredRun | null = null;
  for (const ref of [...refs].sort(byStart)) {
    const run = await store.load(ref);
    if (run && run.head.parentRunId === undefined) return run;
    latest ??= run;
  }
  return latest;
}

/** How a run stands, in a word. */
export function stateOf(store: Store, { outcome, ref }: Pick<StoredSummary, 'outcome' | 'ref'>): string {
  if (outcome !== null) return outcome;
  if (store.shared?.isQueued(ref)) return 'queued';
  const pid = store.driverOf(ref);
  return pid === null ? 'interrupted' : `running (${pid})`;
}

/** One thing that somebody said in a conversation. */
export interface Said {
  readonly who: 'system' | 'user' | 'model' | 'thinking' | 'call' | 'tool';
  readonly text: string;
}

/** What was said in messages, as text. */
export function* saidIn(messages: readonly ModelMessage[]): Generator<Said> {
  for (const message of messages) {
    for (const part of message.parts) {
      const said = saidBy(part);
      if (said) yield said;
    }
  }
}

function saidBy(part: ModelMessage['parts'][number]): Said | null {
  switch (part.part_kind) {
    case 'system-prompt':
      return { who: 'system', text: part.content };
    case 'user-prompt':
      return { who: 'user', text: asText(part.content) };
    case 'text':
      return { who: 'model', text: part.content };
    case 'thinking':
      return { who: 'thinking', text: part.content };
    case 'tool-call':
      return { who: 'call', text: `${part.tool_name}(${asText(part.args ?? '')})` };
    case 'tool-return':
      return { who: 'tool', text: `${part.tool_name}: ${asText(part.content)}` };
    default:
      return 'content' in part ? { who: 'tool', text: asText(part.content) } : null;
  }
}

/** The text of a prompt in a word or two, or of what is none, as JSON. */
export function asText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return JSON.stringify(content) ?? '';
  return content.map((piece) => (typeof piece === 'string' ? piece : textIn(piece))).join(' ');
}

function textIn(piece: unknown): string {
  const { kind, content } = (piece ?? {}) as { kind?: unknown; content?: unknown };
  if (kind === 'text' && typeof content === 'string') return content;
  return kind === undefined ? JSON.stringify(piece) : `[${String(kind)}]`;
}
