import type { RunResult } from '../../../protocol/result.ts';
import { runToEnd } from '../../engine/ending.ts';
import { EngineError } from '../../engine/errors.ts';
import type { World } from '../../engine/steps/steps.ts';
import type { RunRecord } from '../../runs/run-record.ts';
import type { RunScheduler } from '../../runs/run-scheduler.ts';
import type { Tag } from '../../store/names.ts';
import type { OwnedRun, Store } from '../../store/store.ts';
import type { OwnedRuns } from './owned-runs.ts';
import { interrupted } from './run-errors.ts';
import type { RunRegistry } from './run-registry.ts';

/** The parts of the daemon that driving a run changes. */
export interface DriverDeps {
  readonly runs: RunRegistry;
  readonly owned: OwnedRuns;
  readonly world: World & { epochMs(): number };
  readonly reportBug: (error: unknown) => EngineError;
  /** Called when a stored run that was stopped has ended. */
  readonly onStopped?: (runId: string, error: EngineError) => void;
}

/** Where a run is stored. */
export interface StoredIn {
  readonly store: Store;
  readonly owned: OwnedRun;
}

const tags: Record<RunResult['outcome'], Tag> = { success: 'ok', deferred: 'def', cancelled: 'can', failed: 'err' };

/** Drives runs to their end, or to where they are left. */
export class RunDriver {
  readonly #deps: DriverDeps;
  readonly #stored = new WeakMap<RunRecord, StoredIn>();

  constructor(deps: DriverDeps) {
    this.#deps = deps;
  }

  /** Marks a run as stored: from here on it is left where it cannot be written down. */
  store(record: RunRecord, stored: StoredIn): void {
    this.#stored.set(record, stored);
    stored.owned.file.onFailure = (error) => this.leave(record, error);
  }

  /**
   * Calls `begin` once the run has a slot, after the caller has had a turn of the event loop to respond. A run that is
   * stopped in the queue begins there, to end at once, without taking a slot.
   */
  begin(record: RunRecord, scheduler: RunScheduler, begin: () => void): void {
    let hasBegun = false;
    const { signal } = record.engine.input;
    const onAbort = () => scheduler.withdraw() && begin();
    scheduler.start(() => {
      hasBegun = true;
      signal.removeEventListener('abort', onAbort);
      setImmediate(begin);
    });
    if (!hasBegun) signal.addEventListener('abort', onAbort, { once: true });
  }

  /** Resolves when the run has ended, or was left; `onEnd` is called then. */
  drive(record: RunRecord, scheduler: RunScheduler, onEnd: () => void): Promise<void> {
    const report = (error: unknown) => (record.isLeft ? interrupted(record.runId, error) : this.#deps.reportBug(error));
    return runToEnd(record.engine, report).then(
      (result) => this.#ended(record, { scheduler, onEnd, result }),
      (error) => {
        // Its end could not be written down, so that it has none.
        this.leave(record, error);
        this.#ended(record, { scheduler, onEnd, result: null });
      },
    );
  }

  #ended(
    record: RunRecord,
    { scheduler, onEnd, result }: { scheduler: RunScheduler; onEnd: () => void; result: RunResult | null },
  ): void {
    scheduler.end();
    this.#deps.owned.remove(record);
    if (result && !record.isLeft) this.#finish(record, result);
    else record.left();
    onEnd();
  }

  #finish(record: RunRecord, result: RunResult): void {
    const { runs, world } = this.#deps;
    const stored = this.#stored.get(record);
    stored?.store.release(stored.owned, tags[result.outcome]);
    const { reason } = record.engine.input.signal;
    if (stored && record.stop.isRequested && reason instanceof EngineError)
      this.#deps.onStopped?.(record.runId, reason);
    record.finish(result, world.epochMs());
    runs.finished(record, world.epochMs());
  }

  /** Parks a stored run, so that this or another daemon continues it. */
  leave(record: RunRecord, cause: unknown): void {
    if (record.isLeft || record.result) return;
    record.leave(interrupted(record.runId, cause));
    const stored = this.#stored.get(record);
    stored?.store.release(stored.owned, 'park');
    this.#deps.runs.leave(record);
  }
}
