import type { Limits } from '../../protocol/lifecycle.ts';
import { EngineError } from '../engine/errors.ts';
import type { RunRecord } from './run-record.ts';

const remembered = 4096;

/** The runs of a daemon: live ones, and finished ones until they are forgotten. @since 0.1.0 */
export class RunRegistry {
  readonly #records = new Map<string, RunRecord>();
  /** Ids of forgotten runs, so that asking for one is told from a misspelt id. */
  readonly #evicted = new Set<string>();
  readonly #limits: Limits;
  #finishedBytes = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Errors: `run.notFound`, `run.evicted`. */
  get(runId: string): RunRecord {
    const record = this.#records.get(runId);
    if (record) return record;
    if (this.#evicted.has(runId)) {
      throw new EngineError(
        'run.evicted',
        `Run '${runId}' is no longer kept: it was released, or it made room for newer ones.`,
        { runId },
      );
    }
    throw new EngineError('run.notFound', `There is no run '${runId}'.`, { runId });
  }

  find(runId: string): RunRecord | undefined {
    return this.#records.get(runId);
  }

  add(record: RunRecord): void {
    this.#records.set(record.runId, record);
    this.#evicted.delete(record.runId);
  }

  /** In the order in which they started. */
  list(): RunRecord[] {
    return [...this.#records.values()];
  }

  count(): { finished: number; live: number } {
    let finished = 0;
    for (const record of this.#records.values()) if (record.state === 'finished') finished += 1;
    return { finished, live: this.#records.size - finished };
  }

  /** Forgets a run; false when there is nothing to forget. Errors: `run.notFinished`. */
  release(runId: string): boolean {
    const record = this.#records.get(runId);
    if (!record) return false;
    if (record.state !== 'finished') {
      throw new EngineError(
        'run.notFinished',
        `Run '${runId}' is ${record.state}; cancel it, or wait for its end, before it is released.`,
        {
          runId,
          state: record.state,
        },
      );
    }
    this.#forget(record);
    return true;
  }

  /** Counts a run that has just finished, and makes room. */
  finished(record: RunRecord, nowMs: number): void {
    record.bytes = sizeOf(record);
    this.#finishedBytes += record.bytes;
    const { finishedRunsKept, finishedRunsKeptMs, finishedRunsKeptBytes } = this.#limits;
    const done = this.list()
      .filter((one) => one.state === 'finished')
      .sort((a, b) => a.finishedAtMs - b.finishedAtMs);
    let kept = done.length;
    for (const old of done) {
      if (old === record) return;
      const tooOld = nowMs - old.finishedAtMs > finishedRunsKeptMs;
      if (!tooOld && kept <= finishedRunsKept && this.#finishedBytes <= finishedRunsKeptBytes) return;
      this.#forget(old);
      kept -= 1;
    }
  }

  #forget(record: RunRecord): void {
    this.#records.delete(record.runId);
    this.#finishedBytes -= record.bytes;
    this.#evicted.add(record.runId);
    if (this.#evicted.size <= remembered) return;
    const [oldest] = this.#evicted;
    if (oldest !== undefined) this.#evicted.delete(oldest);
  }
}

/** The new messages are what a run adds to memory; those of its history are mostly shared. */
function sizeOf({ engine }: RunRecord): number {
  const { messages, newMessageIndex } = engine.history;
  return JSON.stringify(messages.slice(newMessageIndex)).length;
}
