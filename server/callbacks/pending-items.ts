import type { CallbackMethod } from '../../protocol/catalogue.ts';
import { formatTimestamp } from '../../protocol/messages/timestamp.ts';
import type { PendingItem } from '../../protocol/pending.ts';
import { EngineError } from '../engine/errors.ts';
import type { CallbackFailure, RequestSender } from './client.ts';
import type { PendingAnswer } from './pending-journal.ts';

/** A callback that waits for its response, wherever that comes from. */
export interface PendingEntry {
  readonly pendingId: string;
  readonly runId: string;
  readonly method: CallbackMethod;
  readonly params: Record<string, unknown>;
  readonly createdAtMs: number;
  readonly deadlineAtMs: number | null;
  /**
   * Answers it in place of its client. Returns a promise while that is on its way to the disk.
   *
   * Errors: `callback.invalid`; then it waits on.
   */
  resolve(answer: PendingAnswer): Promise<void> | undefined;
  fail(failure: CallbackFailure): void;
  /** Withdraws it from the client it was sent to and sends it to another one; null: it waits for `pending/resolve`. */
  moveTo(requests: RequestSender | null): void;
}

/** Why an item waits no longer. */
export type PendingEnd = 'answered' | 'expired' | 'withdrawn';

const ends: Record<PendingEnd, string> = {
  answered: 'was answered already',
  expired: 'was not answered before its deadline',
  withdrawn: 'was withdrawn, since its run goes on without it or has ended',
};

/** Number of ended items that are remembered, to distinguish them from ids that never existed. */
const remembered = 4096;

/** The open callbacks of all runs, oldest first. */
export class PendingItems {
  readonly #open = new Map<string, PendingEntry>();
  readonly #over = new Map<string, PendingEnd>();
  #onGone: ((entry: PendingEntry) => void) | null = null;

  add(entry: PendingEntry): void {
    this.#open.set(entry.pendingId, entry);
    this.#onGone?.(entry);
  }

  /**
   * No client is left: all callbacks, open or still to come, fail as `client.gone`. With `leave` their runs are left instead,
   * to continue with another client.
   */
  abandon(leave?: (runId: string) => void): void {
    this.#onGone = (entry) => (leave ? leave(entry.runId) : entry.fail({ kind: 'gone' }));
    for (const entry of [...this.#open.values()]) if (this.#open.has(entry.pendingId)) this.#onGone(entry);
  }

  has(pendingId: string): boolean {
    return this.#open.has(pendingId);
  }

  remove(pendingId: string, end: PendingEnd): void {
    if (!this.#open.delete(pendingId)) return;
    this.#over.set(pendingId, end);
    if (this.#over.size <= remembered) return;
    const [oldest] = this.#over.keys();
    if (oldest !== undefined) this.#over.delete(oldest);
  }

  /** All of them, or those of one run. */
  list(runId?: string): PendingEntry[] {
    const all = [...this.#open.values()];
    return runId === undefined ? all : all.filter((entry) => entry.runId === runId);
  }

  /** Errors: `pending.resolved`, `pending.notFound`. */
  get(pendingId: string): PendingEntry {
    const entry = this.#open.get(pendingId);
    if (entry) return entry;
    const end = this.#over.get(pendingId);
    if (end) throw new EngineError('pending.resolved', `'${pendingId}' ${ends[end]}.`, { pendingId, end });
    throw new EngineError(
      'pending.notFound',
      `Nothing waits under the id '${pendingId}'; pending/list has what does.`,
      {
        pendingId,
      },
    );
  }
}

/** Returns an item as `pending/list` shows it. */
export function pendingItem(entry: PendingEntry): PendingItem {
  const { pendingId, runId, method, params, createdAtMs, deadlineAtMs } = entry;
  return {
    pendingId,
    runId,
    method,
    params,
    createdAt: formatTimestamp(createdAtMs),
    ...(deadlineAtMs === null ? {} : { deadlineAt: formatTimestamp(deadlineAtMs) }),
  };
}
