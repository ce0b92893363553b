import type { Limits } from '../../../protocol/lifecycle.ts';
import { EngineError } from '../../engine/errors.ts';
import { jsonSize } from '../../engine/json/json-size.ts';
import { refuseExcess } from '../../runs/overload.ts';
import type { RunRecord } from '../../runs/run-record.ts';

const remembered = 4096;

/** The runs of a daemon: live ones, and finished ones until they are forgotten. */
export class RunRegistry {
  readonly #records = new Map<string, RunRecord>();
  /** Ids of forgotten runs, to distinguish them from ids that never existed. */
  readonly #evicted = new Set<string>();
  /** Those that are over, in the order in which they ended. */
  readonly #finished = new Set<RunRecord>();
  readonly #starting = new Map<string, Promise<unknown>>();
  readonly #limits: Limits;
  #finishedBytes = 0;
  #givenBytes = 0;
  /** Live runs whose steering queue may hold something. */
  readonly #steered = new Set<RunRecord>();

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

  /**
   * The same for a request that may have come right after the start of the run: a host that chose the id need not wait
   * for the response.
   */
  look(runId: string): RunRecord | Promise<RunRecord> {
    const starting = this.#starting.get(runId);
    // Without a promise when nothing is awaited: the next message of the client must not overtake the request.
    return starting ? starting.then(() => this.get(runId)) : this.get(runId);
  }

  /** Marks an id as being started until the promise settles. */
  starting(runId: string, started: Promise<unknown>): void {
    const settled = started.then(
      () => this.#starting.delete(runId),
      () => this.#starting.delete(runId),
    );
    this.#starting.set(runId, settled);
  }

  /** Resolves when a run is not being started any more; undefined when it is not. */
  settled(runId: string): Promise<unknown> | undefined {
    return this.#starting.get(runId);
  }

  find(runId: string): RunRecord | undefined {
    return this.#records.get(runId);
  }

  add(record: RunRecord): void {
    this.#givenBytes += record.givenBytes;
    this.#records.set(record.runId, record);
    this.#evicted.delete(record.runId);
  }

  /** Drops a run that goes on elsewhere, or later from the store. */
  leave(record: RunRecord): void {
    if (this.#records.get(record.runId) !== record) return;
    this.#givenBytes -= record.givenBytes;
    this.#steered.delete(record);
    this.#records.delete(record.runId);
  }

  /** In the order in which they started. */
  list(): RunRecord[] {
    return [...this.#records.values()];
  }

  /** Those that are shown under a progress token. */
  withProgress(token: string | number): RunRecord[] {
    return this.list().filter((record) => record.emitter.progressToken === token);
  }

  /** About the bytes, as JSON, that are held for runs. */
  get heldBytes(): { openRuns: number; finishedRuns: number; steering: number } {
    const steering = [...this.#steered].reduce((sum, { engine }) => sum + engine.steering.bytes, 0);
    return { openRuns: this.#givenBytes + steering, finishedRuns: this.#finishedBytes, steering };
  }

  /** Counts what waits in the steering queue of a run from here on. */
  steered(record: RunRecord): void {
    this.#steered.add(record);
  }

  /** Errors: `overloaded` when open runs hold too much to be given so many bytes more. */
  checkRoom(bytes: number, what: string, max: number): void {
    refuseExcess({
      limit: 'openRunsBytes',
      max,
      value: this.heldBytes.openRuns + bytes,
      what: `With ${what} the bytes that open runs were given would be`,
      advice: 'Wait until some have ended, or begin from the messages of a finished run by its runId.',
      retryAfterMs: 1000,
    });
  }

  get finishedCount(): number {
    return this.#finished.size;
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
    this.#givenBytes -= record.givenBytes;
    this.#steered.delete(record);
    record.bytes = sizeOf(record);
    this.#finishedBytes += record.bytes;
    const { finishedRunsKept, finishedRunsKeptMs, finishedRunsKeptBytes } = this.#limits;
    this.#finished.add(record);
    for (const old of this.#finished) {
      const tooOld = nowMs - old.finishedAtMs > finishedRunsKeptMs;
      const tooMany = this.#finished.size > finishedRunsKept || this.#finishedBytes > finishedRunsKeptBytes;
      if (old === record || !(tooOld || tooMany)) return;
      this.#forget(old);
    }
  }

  #forget(record: RunRecord): void {
    this.#finished.delete(record);
    this.#records.delete(record.runId);
    this.#finishedBytes -= record.bytes;
    this.#evicted.add(record.runId);
    if (this.#evicted.size <= remembered) return;
    const [oldest] = this.#evicted;
    if (oldest !== undefined) this.#evicted.delete(oldest);
  }
}

/** What a run was given and its new messages; a history that it has from another run is shared with that. */
function sizeOf({ engine, emitter, givenBytes }: RunRecord): number {
  const { messages, newMessageIndex } = engine.history;
  return givenBytes + jsonSize(messages.slice(newMessageIndex)) + emitter.events.bytes;
}
