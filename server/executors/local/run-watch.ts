import { setTimeout as sleep } from 'node:timers/promises';
import { tooManyWait } from '../../runs/run-waiters.ts';
import type { RunStore } from '../../store/run-store.ts';
import type { StoredRun } from '../../store/stored-run.ts';

/** How often the file of a run that another daemon drives is looked at, in milliseconds. */
const lookMs = 100;

/** Waits for what other daemons do with runs of the store. */
export class RunWatch {
  readonly #store: () => RunStore;
  readonly #max: number;
  readonly #waiting = new Map<string, number>();

  constructor(store: () => RunStore, { waitersPerRun }: { waitersPerRun: number }) {
    this.#store = store;
    this.#max = waitersPerRun;
  }

  /**
   * Resolves with the run as it is after a change, or as it was after so many milliseconds; null when it is gone.
   *
   * Errors: `overloaded` when too many wait, the reason of the signal when that is aborted.
   */
  async changed(run: StoredRun, { signal, ms }: { signal: AbortSignal; ms: number }): Promise<StoredRun | null> {
    const { runId } = run;
    const waiting = this.#waiting.get(runId) ?? 0;
    if (waiting >= this.#max) throw tooManyWait(runId, this.#max);
    this.#waiting.set(runId, waiting + 1);
    try {
      return await this.#look(run, { signal, ms });
    } finally {
      const left = (this.#waiting.get(runId) ?? 1) - 1;
      if (left > 0) this.#waiting.set(runId, left);
      else this.#waiting.delete(runId);
    }
  }

  async #look(run: StoredRun, { signal, ms }: { signal: AbortSignal; ms: number }): Promise<StoredRun | null> {
    const until = performance.now() + ms;
    for (;;) {
      const left = until - performance.now();
      if (left <= 0) return run;
      await sleep(Math.min(lookMs, left), undefined, { signal }).catch(() => signal.throwIfAborted());
      const size = await this.#store().sizeOf(run.ref);
      // Renamed: it was parked, taken over or has ended. Or its owner is gone without a word.
      const isDriven = size !== null && this.#store().driverOf(run.ref) !== null;
      if (!isDriven || size > run.at.size) return this.#store().loadAgain(run.ref);
    }
  }
}
