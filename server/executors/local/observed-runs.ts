import type { RunOwner } from '../../runs/run-owner.ts';
import type { RunRecord } from '../../runs/run-record.ts';

/** The live runs that each owner observes, beside its own. */
export class ObservedRuns {
  readonly #runs = new WeakMap<RunOwner, Set<RunRecord>>();

  /** An owner is sent the events of its own runs anyway. */
  add(run: RunRecord, owner: RunOwner): void {
    if (run.owner === owner || run.result) return;
    const known = this.#runs.get(owner) ?? new Set<RunRecord>();
    for (const one of known) if (one.result || one.isLeft) known.delete(one);
    this.#runs.set(owner, known.add(run));
    run.emitter.observe(owner.notifications);
  }

  /** For an owner that a run is given to: it would be sent everything twice. */
  remove(run: RunRecord, owner: RunOwner): void {
    if (this.#runs.get(owner)?.delete(run)) run.emitter.unobserve(owner.notifications);
  }

  removeAll(owner: RunOwner): void {
    for (const run of this.#runs.get(owner) ?? []) run.emitter.unobserve(owner.notifications);
    this.#runs.delete(owner);
  }
}
