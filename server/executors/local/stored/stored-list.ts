import { idOf, type RunRef } from '../../../store/names.ts';
import type { StoredSummary } from '../../../store/store.ts';
import type { RunSummary } from '../../run-executor.ts';
import { summaryOf } from '../record-view.ts';
import type { RunRegistry } from '../run-registry.ts';
import type { StoredRuns } from './stored-runs.ts';
import { storedDetail } from './stored-view.ts';

/** A run of a list, and the key of its place there. */
export interface Listed {
  readonly key: string;
  readonly summary: RunSummary;
}

/** What a list is made of. */
export interface ListQuery {
  /** Only runs of this conversation. */
  readonly conversationId: string | undefined;
  /** The key that it goes on after. */
  readonly after: string | undefined;
  /** Whether each run is described as well. */
  readonly detail: boolean;
}

/** Orders runs by their start; the same for a run in memory and in the store. */
export const listKey = ({ start, id }: Pick<RunRef, 'start' | 'id'>): string => `${start}-${id}`;

/** The key of a run in memory. */
export const keyOf = (runId: string, startedAtMs: number): string =>
  listKey({ start: startedAtMs.toString(16).padStart(12, '0'), id: idOf(runId) });

/** Files of a list that are read at once. */
const readAtOnce = 16;
/** The runs of the store as `run/list` shows them, and as they stand in memory when they are there. */
export class StoredList {
  readonly #stored: StoredRuns;
  readonly #runs: RunRegistry;

  constructor(stored: StoredRuns, runs: RunRegistry) {
    this.#stored = stored;
    this.#runs = runs;
  }

  /** Runs as a list shows them, newest first, after one of them; what cannot be read is passed over. */
  async *summaries({ conversationId, after, detail }: ListQuery): AsyncGenerator<Listed> {
    const { store } = this.#stored;
    const refs = conversationId === undefined ? await store.refs() : await store.ofConversation(conversationId);
    const wanted = refs.filter((ref) => after === undefined || listKey(ref) < after);
    for (let from = 0; from < wanted.length; from += readAtOnce) {
      const some = wanted.slice(from, from + readAtOnce);
      const read = await Promise.all(some.map((ref) => this.#shown(ref, detail).catch(() => null)));
      for (const [index, summary] of read.entries())
        if (summary) yield { key: listKey(some[index] as RunRef), summary };
    }
  }

  /** A run as a list shows it; null when it is gone. Errors: those of the store. */
  async #shown(ref: RunRef, detail: boolean): Promise<RunSummary | null> {
    const ended = detail ? await this.#store.endedSummary(ref).catch(() => null) : null;
    const stored = ended ?? (await this.#store.summary(ref));
    return stored && this.#summaryOf(stored, detail);
  }

  #summaryOf(stored: StoredSummary, detail: boolean): RunSummary {
    const { runId, conversationId, agent, startedAt, outcome, ref } = stored;
    const live = this.#runs.find(runId);
    if (live) return summaryOf(live, { detail });
    return {
      runId,
      state: outcome !== null ? 'finished' : this.#stateOf(ref),
      ...(outcome === null ? {} : { outcome }),
      ...(agent === undefined ? {} : { agent }),
      conversationId,
      startedAt,
      ...(detail ? { detail: storedDetail(stored, stored.end ?? null) } : {}),
    };
  }

  #stateOf(ref: RunRef): RunSummary['state'] {
    if (this.#store.shared?.isQueued(ref)) return 'queued';
    return this.#store.driverOf(ref) === null ? 'interrupted' : 'running';
  }

  get #store() {
    return this.#stored.store;
  }
}
