import type { ParamsOf, ResultOf } from '../../../protocol/catalogue.ts';
import type { ModelDeltaParams, ToolProgressParams } from '../../../protocol/deltas.ts';
import type { Limits } from '../../../protocol/lifecycle.ts';
import type { RunStartParams } from '../../../protocol/run.ts';
import { PendingItems, pendingItem } from '../../callbacks/pending-items.ts';
import type { EngineError } from '../../engine/errors.ts';
import { jsonSize } from '../../engine/json/json-size.ts';
import type { Warning } from '../../engine/model.ts';
import { invalidParams } from '../../errors/params-error.ts';
import type { RunOwner } from '../../runs/run-owner.ts';
import type { RunRecord } from '../../runs/run-record.ts';
import { RunSlots } from '../../runs/slots.ts';
import { pageOf } from '../page.ts';
import type { ExecutorHealth, PendingAnswer, RunExecutor, RunView } from '../run-executor.ts';
import { OwnedRuns } from './owned-runs.ts';
import { RecordView, summaryOf } from './record-view.ts';
import { RunRegistry } from './run-registry.ts';
import { RunStarter, type RunStarterDeps } from './run-starter.ts';

/** The parts of the daemon, or of another program, that an executor uses. */
export interface LocalExecutorDeps
  extends Pick<
    RunStarterDeps,
    'agents' | 'keys' | 'world' | 'reportBug' | 'toolsets' | 'onDebug' | 'runner' | 'after'
  > {
  readonly limits: Limits;
}

/** Runs of this process, kept in its memory. */
export function createLocalExecutor({ limits, ...deps }: LocalExecutorDeps): RunExecutor {
  return new LocalExecutor(limits, deps);
}

class LocalExecutor implements RunExecutor {
  readonly #runs: RunRegistry;
  readonly #slots: RunSlots;
  readonly #owned = new OwnedRuns();
  readonly #pending = new PendingItems();
  readonly #counters = { open: 0, late: 0 };
  readonly #starter: RunStarter;

  constructor(limits: Limits, deps: Omit<LocalExecutorDeps, 'limits'>) {
    this.#runs = new RunRegistry(limits);
    this.#slots = new RunSlots(limits);
    this.#starter = new RunStarter({
      ...deps,
      runs: this.#runs,
      owned: this.#owned,
      slots: this.#slots,
      counters: this.#counters,
      pending: this.#pending,
    });
  }

  async start(params: RunStartParams, owner: RunOwner): Promise<RunView> {
    const started = this.#starter.start(params, owner);
    if (params.runId) this.#runs.starting(params.runId, started);
    return new RecordView(await started);
  }

  async get(runId: string): Promise<RunView> {
    return new RecordView(await this.#runs.look(runId));
  }

  async list({ cursor, limit, state }: ParamsOf<'run/list'>): Promise<ResultOf<'run/list'>> {
    const all = this.#runs.list().filter((record) => !state || record.state === state);
    const { items, nextCursor } = pageOf(all, { cursor, limit });
    return { runs: items.map(summaryOf), ...nextCursor };
  }

  async cancel(runId: string, error: EngineError): Promise<ResultOf<'run/cancel'>> {
    const record = await this.#runs.look(runId);
    const { state } = record;
    const accepted = record.cancel(error);
    await record.stop.written;
    return { state, accepted };
  }

  async steer({ runId, ...said }: ParamsOf<'run/steer'>): Promise<ResultOf<'run/steer'>> {
    const record = await this.#runs.look(runId);
    const { openRunsBytes } = record.owner.limits;
    if (record.state !== 'finished')
      this.#runs.checkRoom(jsonSize(said.content), `the message to run '${runId}'`, openRunsBytes);
    const accepted = record.steer(said);
    if (accepted) this.#runs.steered(record);
    return { accepted, state: record.state };
  }

  async release(runId: string): Promise<ResultOf<'run/release'>> {
    return { released: this.#runs.release(runId) };
  }

  async moveTo(runId: string, owner: RunOwner): Promise<RunView> {
    const record = await this.#runs.look(runId);
    if (record.state !== 'finished') this.#move(record, owner);
    return new RecordView(record);
  }

  #move(record: RunRecord, owner: RunOwner): void {
    this.#owned.remove(record);
    record.moveTo(owner);
    this.#owned.add(record);
  }

  async pendingItems({ runId, ...page }: ParamsOf<'pending/list'>): Promise<ResultOf<'pending/list'>> {
    const record = runId ? await this.#runs.look(runId) : undefined;
    const { items, nextCursor } = pageOf(this.#pending.list(record?.runId), page);
    return { pending: items.map(pendingItem), ...nextCursor };
  }

  async resolve(pendingId: string, { result, error }: PendingAnswer): Promise<ResultOf<'pending/resolve'>> {
    const entry = this.#pending.get(pendingId);
    if (error && result !== undefined && result !== null)
      throw invalidParams([{ path: ['error'], message: 'Give `result` or `error`, not both.' }]);
    if (error) entry.fail({ kind: 'error', code: error.code, message: error.message, data: error.data });
    else entry.answer(result ?? null);
    return { runId: entry.runId };
  }

  modelDelta(params: ModelDeltaParams): void {
    this.#runs.find(params.runId)?.modelDelta(params);
  }

  toolProgress(params: ToolProgressParams): void {
    this.#runs.find(params.runId)?.toolProgress(params);
  }

  cancelProgress(token: string | number, error: EngineError): void {
    for (const record of this.#runs.withProgress(token)) record.cancel(error);
  }

  warn(runIds: Iterable<string>, warning: Warning): void {
    for (const runId of runIds) this.#runs.find(runId)?.warn(warning);
  }

  idle(owner: RunOwner): Promise<void> {
    return this.#owned.idle(owner);
  }

  endRuns(owner: RunOwner, error: EngineError, graceMs: number): Promise<void> {
    return this.#owned.end(owner, error, graceMs);
  }

  abandonCallbacks(): void {
    this.#pending.abandon();
  }

  health(): ExecutorHealth {
    const { active, queued } = this.#slots;
    const { finishedCount: finished, heldBytes } = this.#runs;
    return { runs: { active, queued, finished }, callbacks: { ...this.#counters }, heldBytes };
  }
}
