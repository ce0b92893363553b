import type { EngineError } from '../../engine/errors.ts';
import type { RunOwner } from '../../runs/run-owner.ts';
import type { RunRecord } from '../../runs/run-record.ts';

interface Owned {
  readonly live: Set<RunRecord>;
  /** Ends a run that was being started when the others were ended. */
  end: ((run: RunRecord) => void) | undefined;
}

/** The live runs of each owner. */
export class OwnedRuns {
  readonly #owners = new WeakMap<RunOwner, Owned>();

  add(run: RunRecord): void {
    const owned = this.#of(run.owner);
    owned.live.add(run);
    owned.end?.(run);
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
    await this.leave(owner, (run) => run.cancel(error), graceMs);
  }

  /** Does something with each of them, and with those that are being started, once they are. */
  each(owner: RunOwner, act: (run: RunRecord) => void): void {
    const owned = this.#of(owner);
    owned.end = act;
    for (const run of [...owned.live]) act(run);
  }

  /** Ends them in another way; resolves when all have ended or were left, or after the grace. */
  async leave(owner: RunOwner, end: (run: RunRecord) => void, graceMs: number): Promise<void> {
    const owned = this.#of(owner);
    owned.end = end;
    const runs = [...owned.live];
    const ended = Promise.all(runs.map((run) => run.ended()));
    for (const run of runs) end(run);
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
    const owned: Owned = { live: new Set(), end: undefined };
    this.#owners.set(owner, owned);
    return owned;
  }
}
