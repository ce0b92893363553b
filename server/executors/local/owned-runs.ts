import type { EngineError } from '../../engine/errors.ts';
import type { RunOwner } from '../../runs/run-owner.ts';
import type { RunRecord } from '../../runs/run-record.ts';

interface Owned {
  readonly live: Set<RunRecord>;
  /** Why its runs were ended, also those that were being started then. */
  ended: EngineError | undefined;
}

/** The live runs of each owner. */
export class OwnedRuns {
  readonly #owners = new WeakMap<RunOwner, Owned>();

  add(run: RunRecord): void {
    const owned = this.#of(run.owner);
    owned.live.add(run);
    if (owned.ended) run.cancel(owned.ended);
  }

  /** A run that has ended, or has another owner from now on. */
  remove(run: RunRecord): void {
    this.#of(run.owner).live.delete(run);
  }

  /** Resolves when no run of the owner is live. */
  async idle(owner: RunOwner): Promise<void> {
    const { live } = this.#of(owner);
    while (live.size > 0) await Promise.all([...live].map((run) => run.ended()));
  }

  /** Cancels them; resolves when all have ended, or after the grace. */
  async end(owner: RunOwner, error: EngineError, graceMs: number): Promise<void> {
    const owned = this.#of(owner);
    owned.ended = error;
    const runs = [...owned.live];
    const ended = Promise.all(runs.map((run) => run.ended()));
    for (const run of runs) run.cancel(error);
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([ended, grace]);
    clearTimeout(timer);
  }

  #of(owner: RunOwner): Owned {
    const known = this.#owners.get(owner);
    if (known) return known;
    const owned: Owned = { live: new Set(), ended: undefined };
    this.#owners.set(owner, owned);
    return owned;
  }
}
