import type { RunOwner } from '../../../runs/run-owner.ts';
import type { RunRecord } from '../../../runs/run-record.ts';
import type { RunView } from '../../run-executor.ts';
import { FollowedRun, type Shown } from './followed-run.ts';

export type { TakePieces } from './followed-run.ts';

/** The live runs that each owner observes, beside its own. */
export class ObservedRuns {
  readonly #runs = new WeakMap<RunOwner, Set<RunRecord>>();
  readonly #followers = new WeakMap<RunOwner, AbortController>();

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

  /** Sends an owner the events of a run that another process drives, as they are recorded. */
  follow(run: RunView, { owner, afterSeq, shown }: { owner: RunOwner; afterSeq: number; shown: Shown }): void {
    if (run.state === 'finished' || run.state === 'interrupted') return;
    const follower = this.#followers.get(owner) ?? new AbortController();
    this.#followers.set(owner, follower);
    void new FollowedRun(run, owner, afterSeq).toEnd(shown, follower.signal).catch(() => undefined);
  }

  removeAll(owner: RunOwner): void {
    this.#followers.get(owner)?.abort();
    this.#followers.delete(owner);
    for (const run of this.#runs.get(owner) ?? []) run.emitter.unobserve(owner.notifications);
    this.#runs.delete(owner);
  }
}
