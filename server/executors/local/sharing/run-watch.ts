import { tooManyWait } from '../../../runs/run-waiters.ts';
import type { Store } from '../../../store/store.ts';
import type { StoredRun } from '../../../store/stored-run.ts';

/** Waits for what other daemons do with runs of the store. */
export class RunWatch {
  readonly #store: () => Store;
  readonly #max: number;
  readonly #waiting = new Map<string, number>();

  constructor(store: () => Store, { waitersPerRun }: { waitersPerRun: number }) {
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
      const changed = await this.#store().changed(run, { signal, ms });
      return changed === undefined ? run : changed;
    } finally {
      const left = (this.#waiting.get(runId) ?? 1) - 1;
      if (left > 0) this.#waiting.set(runId, left);
      else this.#waiting.delete(runId);
    }
  }
}
