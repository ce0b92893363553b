import fs from 'node:fs';
import { compact } from './compaction.ts';
import type { RunRef } from './names.ts';
import type { RunStore } from './run-store.ts';
import type { Keeping } from './setting.ts';

/** Ended runs as old as this lose their events, in days. */
export const compactAfterDays = 7;

const dayMs = 86_400_000;

/** A conversation as keeping sees it. */
interface Kept {
  readonly refs: RunRef[];
  bytes: number;
  /** When it was written to last, in milliseconds since 1970. */
  touchedMs: number;
  /** Whether a run of it has not ended, or has ended deferred: it stays. */
  isOpen: boolean;
}

/** What was done to keep a store small. */
export interface Swept {
  readonly deletedConversations: number;
  readonly deletedRuns: number;
  readonly compactedRuns: number;
  readonly savedBytes: number;
}

/**
 * Deletes the conversations that a store does not keep, and takes the events out of runs that ended long ago. `onDeleted` is called
 * for each deleted conversation with why.
 *
 * Errors: `store.unavailable`.
 */
export async function sweep(
  store: RunStore,
  { days, maxBytes }: Keeping,
  { nowMs, onDeleted }: { nowMs: number; onDeleted: (text: string) => void },
): Promise<Swept> {
  const all = await conversationsOf(store);
  let bytes = all.reduce((sum, one) => sum + one.bytes, 0);
  const swept = { deletedConversations: 0, deletedRuns: 0, compactedRuns: 0, savedBytes: 0 };
  for (const one of all) {
    const ageDays = (nowMs - one.touchedMs) / dayMs;
    const isOld = days !== undefined && ageDays > days;
    if (one.isOpen || !(isOld || bytes > maxBytes)) {
      await compactOld(store, one, { nowMs, swept });
      continue;
    }
    const why = isOld ? `it was not touched for ${days} days` : `the store has more than ${maxBytes} bytes`;
    const name = await nameOf(store, one);
    if (store.remove(one.refs)) continue;
    onDeleted(`conversation ${name} (${one.refs.length} runs, ${one.bytes} bytes) was deleted: ${why}`);
    bytes -= one.bytes;
    swept.deletedConversations += 1;
    swept.deletedRuns += one.refs.length;
    swept.savedBytes += one.bytes;
  }
  return swept;
}

/** All conversations, the one that was touched longest ago first. */
async function conversationsOf(store: RunStore): Promise<Kept[]> {
  const all = new Map<string, Kept>();
  for (const ref of await store.refs()) {
    const stats = await fs.promises.stat(store.pathOf(ref)).catch(() => null);
    if (!stats) continue;
    const { conversation } = ref;
    const one = all.get(conversation) ?? { refs: [], bytes: 0, touchedMs: 0, isOpen: false };
    one.refs.push(ref);
    one.bytes += stats.size;
    one.touchedMs = Math.max(one.touchedMs, stats.mtimeMs);
    one.isOpen ||= !['ok', 'can', 'err'].includes(ref.tag);
    all.set(conversation, one);
  }
  return [...all.values()].sort((a, b) => a.touchedMs - b.touchedMs);
}

async function compactOld(
  store: RunStore,
  { refs }: Kept,
  { nowMs, swept }: { nowMs: number; swept: { compactedRuns: number; savedBytes: number } },
): Promise<void> {
  for (const ref of refs) {
    const isEnded = ['ok', 'can', 'err'].includes(ref.tag);
    if (!isEnded || nowMs - Number.parseInt(ref.start, 16) < compactAfterDays * dayMs) continue;
    // One that cannot be read stays as it is.
    const saved = await compact(store, ref).catch(() => 0);
    if (saved === 0) continue;
    swept.compactedRuns += 1;
    swept.savedBytes += saved;
  }
}

async function nameOf(store: RunStore, { refs: [ref] }: Kept): Promise<string> {
  const summary = ref && (await store.summary(ref).catch(() => null));
  return summary ? `'${summary.conversationId}'` : 'without a readable run';
}
