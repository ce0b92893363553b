import type { PlanEntry, SessionUpdate } from '@agentclientprotocol/sdk';
import { shortText } from './shortened.ts';

/** Entries that are shown, and characters of one. */
const most = { entries: 100, characters: 400 };

/** The plan that a call of `update_plan` shows. */
export function planUpdate(args: Readonly<Record<string, unknown>>): SessionUpdate {
  const entries = Array.isArray(args.entries) ? args.entries : [];
  return { sessionUpdate: 'plan', entries: entries.slice(0, most.entries).map(entryOf) };
}

function entryOf(value: unknown): PlanEntry {
  const { content, status, priority } = (value ?? {}) as Record<string, unknown>;
  return {
    content: shortText(String(content ?? ''), most.characters),
    status: status === 'completed' || status === 'in_progress' ? status : 'pending',
    priority: priority === 'high' || priority === 'low' ? priority : 'medium',
  };
}
