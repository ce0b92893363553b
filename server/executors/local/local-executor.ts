import type { ParamsOf, ResultOf } from '../../../protocol/catalogue.ts';
import type { ModelDeltaParams, ToolProgressParams } from '../../../protocol/deltas.ts';
import type { Limits } from '../../../protocol/lifecycle.ts';
import type { RunStartParams } from '../../../protocol/run.ts';
import { PendingItems, pendingItem } from '../../callbacks/pending-items.ts';
import type { PendingAnswer as StoredAnswer } from '../../callbacks/pending-journal.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Warning } from '../../engine/model.ts';
import { invalidParams } from '../../errors/params-error.ts';
import type { RunOwner } from '../../runs/run-owner.ts';
import type { RunRecord } from '../../runs/run-record.ts';
import { RunSlots } from '../../runs/slots.ts';
import type { Store } from '../../store/store.ts';
import { pageOf } from '../page.ts';
import type { ExecutorHealth, PendingAnswer, RunExecutor, RunView } from '../run-executor.ts';
import { OwnedRuns } from './owned-runs.ts';
import { quietOwner } from './quiet-owner.ts';
import { RecordView, summaryOf } from './record-view.ts';
import { progressOf, RunBuilder } from './run-builder.ts';
import { RunDriver } from './run-driver.ts';
import { notFound } from './run-errors.ts';
import type { ResumeOptions } from './run-plan.ts';
import { RunRegistry } from './run-registry.ts';
import { RunResumer } from './run-resumer.ts';
import { RunStarter, type RunStarterDeps } from './run-starter.ts';
import { ObservedRuns, type TakePieces } from './sharing/observed-runs.ts';
import { ServedRequests } from './sharing/served-requests.ts';
import { Conversations } from './stored/conversations.ts';
import { InterruptedRuns, refuseAnswered } from './stored/interrupted-runs.ts';
import { keyOf, type Listed, type ListQuery, StoredList } from './stored/stored-list.ts';
import { StoredRuns } from './stored/stored-runs.ts';
import { StoredStarts } from './stored/stored-starts.ts';

/** The parts of the daemon, or of another program, that an executor uses. */
export interface LocalExecutorDeps
  extends Pick<
    RunStarterDeps,
    'agents' | 'keys' | 'world' | 'reportBug' | 'toolsets' | 'onDebug' | 'runner' | 'tracer' | 'after'
  > {
  readonly limits: Limits;
  /** Where runs are kept; absent: in memory alone. */
  readonly store?: StoreAccess | undefined;
  /** Places for runs, when executors share them; default: as many as the limits say. */
  readonly slots?: RunSlots;
}

/** A store that is opened on first use. */
export interface StoreAccess {
  /** Errors: `store.unavailable`. */
  readonly open: () => Store;
  /** Version of the daemon. */
  readonly by: string;
  /** Whether it answers, where that is not certain: false while a database is away. */
  readonly isReachable?: () => boolean;
}

/** Runs of this process, kept in its memory and, when there is one, in a store. */
export function createLocalExecutor({ limits, store, slots, ...deps }: LocalExecutorDeps): RunExecutor {
  return new LocalExecutor(limits, { store, slots: slots ?? new RunSlots(limits) }, deps);
}

class LocalExecutor implements RunExecutor {
  readonly #runs: RunRegistry;
  readonly #slots: RunSlots;
  readonly #owned = new OwnedRuns();
  readonly #observed = new ObservedRuns();
  readonly #pending = new PendingItems();
  readonly #counters = { open: 0, late: 0 };
  readonly #limits: Limits;
  /** Whom the runs belong to that go on without a host. */
  readonly #nobody: RunOwner;
  readonly #stored: StoredRuns | undefined;
  readonly #isReachable: StoreAccess['isReachable'];
  readonly #list: StoredList | undefined;
  readonly #interrupted: InterruptedRuns | undefined;
  readonly #driver: RunDriver;
  readonly #starter: RunStarter;
  readonly #resumer: RunResumer;
  readonly #served: ServedRequests;

  constructor(
    limits: Limits,
    { store, slots }: { store: StoreAccess | undefined; slots: RunSlots },
    given: Omit<LocalExecutorDeps, 'limits' | 'store' | 'slots'>,
  ) {
    this.#limits = limits;
    this.#isReachable = store?.isReachable;
    this.#nobody = quietOwner(limits, { serves: false });
    this.#runs = new RunRegistry(limits);
    this.#slots = slots;
    const own = { runs: this.#runs, owned: this.#owned, slots: this.#slots, counters: this.#counters };
    const deps = { ...given, ...own, pending: this.#pending };
    const onStopped = (runId: string, error: EngineError) => void this.#cancelChildren(runId, error);
    this.#driver = new RunDriver({ ...deps, onStopped });
    const builder = new RunBuilder(deps);
    const resume = (runId: string, options: ResumeOptions, owner: RunOwner) =>
      this.#resume(runId, { owner, options }).then((record) => new RecordView(record));
    const stop = (runId: string, error: EngineError) => {
      const record = this.#runs.find(runId);
      record?.cancel(error);
      return record !== undefined;
    };
    const by = store?.by ?? '';
    this.#served = new ServedRequests(deps);
    const stored = store && new StoredRuns({ ...store, limits, served: this.#served, stop });
    this.#stored = stored;
    this.#list = stored && new StoredList(stored, this.#runs);
    this.#interrupted = stored && new InterruptedRuns({ stored, by, now: given.world.now });
    const starts = stored && new StoredStarts({ stored, by, runs: this.#runs, resume });
    this.#starter = new RunStarter({ ...deps, builder, driver: this.#driver, stored: starts });
    this.#resumer = new RunResumer({ ...deps, builder, driver: this.#driver, by });
  }

  start(params: RunStartParams, owner: RunOwner): Promise<RunView> {
    // Of two starts with one id the second one looks at what the first one has made.
    const before = params.runId ? this.#runs.settled(params.runId) : undefined;
    const start = () => this.#starter.start(params, owner);
    const started = before ? before.then(start) : start();
    if (params.runId) this.#runs.starting(params.runId, started);
    return started;
  }

  async get(runId: string): Promise<RunView> {
    return (await this.#find(runId)).view;
  }

  async resume(
    { runId, deferredToolResults, ...options }: Omit<ParamsOf<'run/resume'>, 'wait' | 'include'>,
    owner: RunOwner,
  ): Promise<{ run: RunView; lastSeq: number }> {
    const { record, view } = await this.#find(runId);
    if (record && record.state !== 'finished') {
      this.#move(record, owner, options);
      return { run: view, lastSeq: record.emitter.events.lastSeq };
    }
    // It goes on by itself, in a worker.
    if (view.state === 'queued') return this.attach(runId, owner);
    if (view.state === 'finished') return this.#afterEnd(view, { deferredToolResults, owner, options });
    const resumed = this.#resume(runId, { owner, options });
    this.#runs.starting(runId, resumed);
    const live = await resumed;
    return { run: new RecordView(live), lastSeq: live.engine.lastSeq };
  }

  async attach(runId: string, owner: RunOwner): Promise<{ run: RunView; lastSeq: number }> {
    const { record, view } = await this.#find(runId);
    if (!record) {
      const { lastSeq } = await view.snapshot();
      const shown = (take: TakePieces, signal: AbortSignal) => this.#stored?.follow(runId, take, signal);
      this.#observed.follow(view, { owner, afterSeq: lastSeq, shown });
      return { run: view, lastSeq };
    }
    this.#observed.add(record, owner);
    return { run: view, lastSeq: record.emitter.events.lastSeq };
  }

  detach(owner: RunOwner, to: RunOwner): void {
    this.#observed.removeAll(owner);
    this.#owned.each(owner, (record) => this.#move(record, to, {}));
  }

  async resumeInterrupted(onFailure: (runId: string, error: unknown) => void): Promise<void> {
    for (const runId of (await this.#interrupted?.ids()) ?? []) {
      const resumed = this.#resume(runId, { owner: this.#nobody, options: { deltas: 'none' } });
      this.#runs.starting(runId, resumed);
      await resumed.catch((error: unknown) => onFailure(runId, error));
    }
  }

  async list(query: ParamsOf<'run/list'>): Promise<ResultOf<'run/list'>> {
    const { cursor, limit, state, outcome, conversationId, detail } = query;
    const isWanted = ({ summary }: Listed) =>
      (!state || summary.state === state) &&
      (!outcome || summary.outcome === outcome) &&
      (!conversationId || summary.conversationId === conversationId);
    const found: Listed[] = [];
    const most = limit ?? 100;
    const listed = { conversationId: conversationId ?? undefined, after: cursor ?? undefined, detail: detail === true };
    for await (const one of this.#listed(listed)) {
      if (!isWanted(one)) continue;
      if (found.length === most)
        return { runs: found.map(({ summary }) => summary), nextCursor: found.at(-1)?.key ?? '' };
      found.push(one);
    }
    return { runs: found.map(({ summary }) => summary) };
  }

  async cancel(runId: string, error: EngineError): Promise<ResultOf<'run/cancel'>> {
    const { record, view } = await this.#find(runId);
    if (!record && view.state === 'finished') return { state: 'finished', accepted: false };
    if (!record && (await this.#stored?.stopElsewhere(runId, error))) return { state: view.state, accepted: true };
    // Those of an interrupted run first: whoever is cut off in between can be requested again, unlike a run that has ended.
    if (!record) await this.#cancelChildren(runId, error);
    // An interrupted run ends as one that is live does: rebuilt, for nobody.
    const live = record ?? (await this.#toEnd(runId));
    const { state } = live;
    const accepted = live.cancel(error);
    await live.stop.written;
    if (record && accepted) await this.#cancelChildren(runId, error);
    return { state, accepted };
  }

  /** Runs that tools of a run started are linked to it where this process drives both; the others are in the store. */
  async #cancelChildren(runId: string, error: EngineError): Promise<void> {
    const children = (await this.#interrupted?.childrenOf(runId).catch(() => [])) ?? [];
    // One that cannot be continued from here stays as it is.
    for (const child of children) await this.cancel(child, error).catch(() => undefined);
  }

  async steer({ runId, ...said }: ParamsOf<'run/steer'>): Promise<ResultOf<'run/steer'>> {
    const { record, view } = await this.#find(runId);
    if (!record) {
      if (view.state === 'finished') return { accepted: false, state: 'finished' };
      const reply = await this.#stored?.requestElsewhere(runId, { kind: 'steer', ...said });
      if (reply) return (reply.result ?? { accepted: true, state: view.state }) as ResultOf<'run/steer'>;
      const live = await this.#stored?.load(runId);
      if (live) this.#stored?.refuse(live);
      throw notFound(runId);
    }
    return this.#served.steer(record, said);
  }

  async release(runId: string): Promise<ResultOf<'run/release'>> {
    return { released: this.#runs.release(runId) };
  }

  async moveTo(runId: string, owner: RunOwner): Promise<RunView> {
    const record = await this.#runs.look(runId);
    if (record.state !== 'finished') this.#move(record, owner, {});
    return new RecordView(record);
  }

  async pendingItems({ runId, ...page }: ParamsOf<'pending/list'>): Promise<ResultOf<'pending/list'>> {
    const record = runId ? (await this.#find(runId)).record : undefined;
    const own = record || !runId ? this.#pending.list(record?.runId).map(pendingItem) : [];
    const others = record ? [] : ((await this.#interrupted?.pending(runId ?? undefined)) ?? []);
    const { items, nextCursor } = pageOf([...others, ...own], page);
    return { pending: items, ...nextCursor };
  }

  async resolve(pendingId: string, { result, error }: PendingAnswer): Promise<ResultOf<'pending/resolve'>> {
    const answer = error ? { error } : { result: result ?? null };
    const run = this.#pending.has(pendingId) ? null : await this.#interrupted?.runOfItem(pendingId);
    if (run) refuseAnswered(run, pendingId);
    const isElsewhere = run && !this.#runs.find(run.runId);
    const entry = isElsewhere ? null : this.#pending.get(pendingId);
    if (error && result !== undefined && result !== null)
      throw invalidParams([{ path: ['error'], message: 'Give `result` or `error`, not both.' }]);
    if (entry) await entry.resolve(answer);
    else await this.#resolveStored(run?.runId ?? '', pendingId, answer);
    return { runId: entry?.runId ?? run?.runId ?? '' };
  }

  /** Whoever drives the run takes the answer; of one that is interrupted it is there when the run goes on. */
  async #resolveStored(runId: string, pendingId: string, answer: StoredAnswer): Promise<void> {
    if (await this.#stored?.requestElsewhere(runId, { kind: 'answer', pendingId, answer })) return;
    await this.#interrupted?.resolve(runId, pendingId, answer);
  }

  conversations(): Conversations {
    if (this.#stored) return new Conversations(this.#stored, this.#runs);
    throw new EngineError(
      'store.unavailable',
      'There is no store; start the daemon with --store DIR to keep conversations.',
      {
        reason: 'none',
      },
    );
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

  async endRuns(owner: RunOwner, error: EngineError, graceMs: number): Promise<void> {
    if (!this.#stored) return this.#owned.end(owner, error, graceMs);
    const leave = (record: RunRecord) => this.#driver.leave(record, error);
    await Promise.all([owner, this.#nobody].map((one) => this.#owned.leave(one, leave, graceMs)));
    if (!this.#stored.isOpen) return;
    const { store } = this.#stored;
    await Promise.race([store.flush(), new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
  }

  close(): void {
    if (this.#stored?.isOpen) this.#stored.store.close();
  }

  abandonCallbacks(): void {
    // What waits for a client waits for the next one.
    this.#pending.abandon(this.#stored ? (runId) => this.#leave(runId) : undefined);
  }

  health(): ExecutorHealth {
    const { active, queued } = this.#slots;
    const { finishedCount: finished, heldBytes } = this.#runs;
    const store = this.#isReachable ? { store: { available: this.#isReachable() } } : {};
    return { runs: { active, queued, finished }, callbacks: { ...this.#counters }, heldBytes, ...store };
  }

  /** A run in memory, or else in the store. Errors: `run.notFound`, `run.evicted`, `run.unreadable`. */
  async #find(runId: string): Promise<{ record?: RunRecord; view: RunView }> {
    const starting = this.#runs.settled(runId);
    // Without a promise when nothing is awaited: the next message of the client must not overtake the request.
    if (starting) await starting;
    const record = this.#runs.find(runId);
    if (record) return { record, view: new RecordView(record, this.#stored?.events) };
    const view = await this.#stored?.view(runId);
    if (view) return { view };
    // With its error.
    return { view: new RecordView(this.#runs.get(runId)) };
  }

  /** A run that is rebuilt to be cancelled needs no model. */
  async #toEnd(runId: string): Promise<RunRecord> {
    const modelId = (await this.#stored?.load(runId))?.head.spec.modelId ?? '';
    return this.#resume(runId, { owner: quietOwner(this.#limits, { serves: true }), options: { modelId } });
  }

  async #resume(runId: string, to: { owner: RunOwner; options: ResumeOptions }): Promise<RunRecord> {
    const stored = this.#stored;
    if (!stored) throw notFound(runId);
    for (;;) {
      const run = await stored.free(runId);
      const record = await this.#resumer.resume(run, stored.store, to);
      if (record) return record;
    }
  }

  /** A deferred run goes on in another one of its conversation; any other is answered as it stands. */
  async #afterEnd(
    view: RunView,
    {
      deferredToolResults,
      owner,
      options,
    }: Pick<ParamsOf<'run/resume'>, 'deferredToolResults'> & {
      owner: RunOwner;
      options: ResumeOptions;
    },
  ): Promise<{ run: RunView; lastSeq: number }> {
    const run = deferredToolResults ? await this.#stored?.load(view.runId) : null;
    if (run?.result?.outcome !== 'deferred') {
      const { lastSeq } = await view.snapshot();
      return { run: view, lastSeq };
    }
    const { agent, model, params } = run.head.spec;
    const { prompt: _prompt, runId: _runId, usage: _usage, ...others } = params;
    const further = { ...others, ...agent, ...options, model, deferredToolResults };
    const { conversationId, runId } = run.head;
    const next = { ...further, conversationId, messageHistory: { runId } } as RunStartParams;
    return { run: await this.#starter.start(next, owner, runId), lastSeq: 0 };
  }

  async *#listed(query: ListQuery): AsyncGenerator<Listed> {
    if (this.#list) {
      yield* this.#list.summaries(query);
      return;
    }
    const { after, detail } = query;
    const all = this.#runs.list().map((record) => {
      return { key: keyOf(record.runId, Date.parse(record.startedAt)), summary: summaryOf(record, { detail }) };
    });
    all.sort((a, b) => (a.key < b.key ? 1 : -1));
    yield* all.filter(({ key }) => after === undefined || key < after);
  }

  #leave(runId: string): void {
    const record = this.#runs.find(runId);
    if (record) this.#driver.leave(record, undefined);
  }

  #move(record: RunRecord, owner: RunOwner, options: ResumeOptions): void {
    this.#owned.remove(record);
    this.#observed.remove(record, owner);
    const { runId, engine } = record;
    record.moveTo(owner, progressOf(options, owner, { runId, title: engine.agent.name ?? 'Agent run' }));
    this.#owned.add(record);
  }
}
