import type { ModelMessage } from '../../../protocol/messages/messages.ts';
import type { RunStartParams } from '../../../protocol/run.ts';
import { neededCallbacks } from '../../callbacks/needed-callbacks.ts';
import { EngineError, userError } from '../../engine/errors.ts';
import { jsonSize } from '../../engine/json/json-size.ts';
import { cleanHistory } from '../../engine/messages/cleaning.ts';
import { JournaledRunner } from '../../engine/steps/journaled-runner.ts';
import { overloaded } from '../../runs/overload.ts';
import type { RunOwner } from '../../runs/run-owner.ts';
import type { RunRecord } from '../../runs/run-record.ts';
import { checkSizes } from '../../runs/sizes.ts';
import { uuid7 } from '../../runs/uuid7.ts';
import { RunJournal } from '../../store/run-journal.ts';
import type { RunView } from '../run-executor.ts';
import { fingerprintOf } from './fingerprint.ts';
import { RecordView } from './record-view.ts';
import type { BuilderDeps, Controls, RunBuilder } from './run-builder.ts';
import { type Compiled, type CompilerDeps, compileRun, recordedServes } from './run-compiler.ts';
import type { DriverDeps, RunDriver, StoredIn } from './run-driver.ts';
import { idConflict, noQueues } from './run-errors.ts';
import { headOf, planOf, type RunPlan } from './run-plan.ts';
import type { StoredStarts } from './stored/stored-starts.ts';

/** The parts of the daemon that starting a run uses. */
export interface RunStarterDeps extends BuilderDeps, CompilerDeps, DriverDeps {
  readonly builder: RunBuilder;
  readonly driver: RunDriver;
  /** The runs of the store; absent when there is none. */
  readonly stored: StoredStarts | undefined;
}

/** A start that was checked. */
interface Checked {
  readonly params: RunStartParams;
  readonly fingerprint: string;
  readonly parent: RunRecord | undefined;
  readonly compiled: Compiled;
  readonly continuedFrom: string | undefined;
}

/** Starts runs. */
export class RunStarter {
  readonly #deps: RunStarterDeps;
  #latestStart = 0;

  constructor(deps: RunStarterDeps) {
    this.#deps = deps;
  }

  /**
   * Checks everything that can be checked before a run exists, and starts it. The first event is sent after the caller
   * has had a turn of the event loop to respond.
   *
   * Errors: those of `run/start`.
   */
  async start(params: RunStartParams, owner: RunOwner, continuedFrom?: string): Promise<RunView> {
    const { runs } = this.#deps;
    const fingerprint = fingerprintOf(params);
    const known = params.runId ? runs.find(params.runId) : undefined;
    if (known) return sameRun(known, fingerprint);
    checkSizes(params, owner.limits);
    const parent = params.parentRunId ? parentOf(runs.get(params.parentRunId), owner.limits) : undefined;
    const compiled = await compileRun(params, params.queue ? workerOwner(owner) : owner, this.#deps);
    if (params.queue) refuseCallbacks(params, compiled);
    for (;;) {
      const checked = { params, fingerprint, parent, compiled, continuedFrom };
      const started = await this.#try(checked, owner);
      if (started) return started;
    }
  }

  /** Null when another run came in between: then all is looked at again. */
  async #try({ params: given, ...checked }: Checked, owner: RunOwner): Promise<RunView | null> {
    const { runs, slots, world, builder, stored } = this.#deps;
    const { fingerprint, parent, compiled } = checked;
    const { runId: id } = given;
    const same = stored && id ? await stored.same({ ...given, runId: id }, fingerprint, owner) : null;
    if (same) return same;
    const params = stored && !parent ? await stored.inConversation(given) : given;
    const base = await this.#baseOf(params);
    const runId = params.runId ?? uuid7(world.epochMs());
    if (params.queue) return this.#enqueue({ ...checked, params }, { runId, base, owner });
    const controls = builder.controls({ runId, params, owner, isChild: parent !== undefined, meta: params._meta });
    const model = await builder.open(runId, compiled.handle, controls);
    // Another request may have taken the id, or the last slot, meanwhile.
    const taken = params.runId ? runs.find(params.runId) : undefined;
    if (taken) return sameRun(taken, fingerprint);
    if (!parent) slots.check();
    const { servers } = compiled;
    const givenBytes = jsonSize(params);
    runs.checkRoom(givenBytes, `run '${runId}'`, owner.limits.openRunsBytes);
    const from = { runId, fingerprint, nowMs: world.epochMs(), bounds: owner.limits, messagesOf: () => base };
    const planned = planOf(params, compiled, from);
    // Without a store nothing is awaited from here on: the checks above still hold.
    const latest = stored && isNamed(planned) ? await stored.latestStart(planned.conversationId) : 0;
    const plan = { ...planned, startedAtMs: this.#nextStart(latest) };
    if (!stored) return this.#begin({ plan, model, controls, params, parent, givenBytes, servers });
    const whole = { ...plan, history: cleanHistory(plan.history, { repairLast: false }) };
    const created = await this.#create(whole, { ...checked, params, modelId: model.id }, owner);
    if (!created) return null;
    this.#journal(controls, whole, created);
    return this.#begin({ plan: whole, model, controls, params, parent, givenBytes, servers, stored: created });
  }

  /** A worker opens the model and drives the run. */
  async #enqueue(
    { params, fingerprint, compiled, parent, continuedFrom }: Checked,
    { runId, base, owner }: { runId: string; base: readonly ModelMessage[]; owner: RunOwner },
  ): Promise<RunView | null> {
    const { stored, world } = this.#deps;
    const { queue, priority, tenant, onBusy } = params;
    if (!stored || !queue) throw noQueues(queue ?? '');
    if (parent) throw userError(`Run '${runId}' has a parent, which waits for it here; it cannot go into a queue.`);
    const from = { runId, fingerprint, nowMs: world.epochMs(), bounds: owner.limits, messagesOf: () => base };
    const planned = planOf(params, compiled, from);
    const latest = isNamed(planned) ? await stored.latestStart(planned.conversationId) : 0;
    const started = { ...planned, startedAtMs: this.#nextStart(latest) };
    const plan = { ...started, history: cleanHistory(started.history, { repairLast: false }) };
    const modelId = compiled.handle.id;
    return stored.enqueue(
      plan,
      (history) => headOf(plan, { by: stored.by, modelId, serves: null, history, continuedFrom }),
      {
        id: params.runId !== undefined,
        isNamed: isNamed(planned),
        onBusy: onBusy ?? 'queue',
        into: { queue, priority: priority ?? 0, tenant: tenant ?? '' },
      },
    );
  }

  /**
   * No two runs of a process start in one millisecond, and none before another one of its conversation, so that their order is
   * that of their starts, also when the clock is set back.
   */
  #nextStart(latestInConversation: number): number {
    this.#latestStart = Math.max(this.#deps.world.epochMs(), this.#latestStart + 1);
    return Math.max(this.#latestStart, latestInConversation + 1);
  }

  async #create(
    plan: RunPlan,
    more: Omit<Checked, 'compiled'> & { modelId: string },
    owner: RunOwner,
  ): Promise<StoredIn | null> {
    const { stored } = this.#deps;
    const { params, parent, modelId, continuedFrom } = more;
    const serves = recordedServes(params, owner);
    return (
      stored?.create(plan, (history) => headOf(plan, { by: stored.by, modelId, serves, history, continuedFrom }), {
        id: params.runId !== undefined,
        isChild: parent !== undefined,
        isNamed: isNamed(plan),
        onBusy: params.onBusy ?? 'queue',
      }) ?? null
    );
  }

  #journal({ stored, scheduler }: Controls, _plan: RunPlan, { owned }: StoredIn): void {
    stored.journal = new RunJournal({ file: owned.file, usedMs: () => scheduler.usedMs });
  }

  #begin(run: {
    plan: RunPlan;
    model: Awaited<ReturnType<RunBuilder['open']>>;
    controls: Controls;
    params: RunStartParams;
    parent: RunRecord | undefined;
    givenBytes: number;
    servers: Compiled['servers'];
    stored?: StoredIn;
  }): RunView {
    const { runs, owned, world, builder, driver } = this.#deps;
    const { plan, model, controls, params, parent, givenBytes, stored } = run;
    const { journal } = controls.stored;
    const runner = journal ? { runner: new JournaledRunner({ runId: plan.runId, world, journal }) } : {};
    const depth = parent ? parent.depth + 1 : 0;
    const sources = builder.sources(plan, controls, run.servers);
    const record = builder.record({ plan, model, controls, following: params, depth, givenBytes, sources, ...runner });
    if (stored) driver.store(record, stored);
    runs.add(record);
    owned.add(record);
    const unlink = parent ? endWith(record, parent) : undefined;
    const { scheduler } = controls;
    const onEnd = () => {
      unlink?.();
      void sources?.release();
    };
    driver.begin(record, scheduler, () => void driver.drive(record, scheduler, onEnd));
    return new RecordView(record);
  }

  /** The messages of the run that another one goes on from. Errors: `run.notFound`, `run.evicted`, `run.notFinished`. */
  async #baseOf({ messageHistory: given }: RunStartParams): Promise<readonly ModelMessage[]> {
    if (!given || Array.isArray(given)) return [];
    const { runs, stored } = this.#deps;
    const live = runs.find(given.runId);
    if (live) return messagesOf(live);
    return (await stored?.messagesOf(given.runId)) ?? messagesOf(runs.get(given.runId));
  }
}

/** An owner as a worker is one: it has keys of its own, and nobody to answer anything else. */
const workerOwner = (owner: RunOwner): RunOwner => ({
  ...owner,
  requests: { serves: (method) => method === 'secret/get', request: () => ({ withdraw: () => undefined }) },
  isPolling: true,
});

/** Errors: `run.invalid` for a run that needs a callback, which no worker can send. */
function refuseCallbacks(params: RunStartParams, { spec, modelSpec }: Compiled): void {
  const [needed] = neededCallbacks({ spec, params, model: modelSpec });
  if (!needed) return;
  const [method, [name]] = needed;
  throw userError(
    `The run needs ${method} for '${name}', and a worker has no host to send it to. Use MCP servers, or tools that are external or need an approval, which end the run deferred; or leave out \`queue\`.`,
  );
}
/** Whether the conversation of a run may have had others: one with an id of its own has not. */
export const isNamed = ({ conversationId, params, history }: RunPlan): boolean =>
  params.conversationId === conversationId || history.some((message) => message.conversation_id === conversationId);

/** Links a child to its parent, whose stop stops it; the returned function undoes the link. */
export function endWith(child: RunRecord, parent: RunRecord): () => void {
  const { signal } = parent.engine.input;
  const stop = () => {
    // One that is parked has not ended, and neither have its children.
    if (parent.isLeft) return;
    const { reason } = signal;
    child.cancel(
      reason instanceof EngineError ? reason : new EngineError('run.cancelled', 'The agent run was cancelled.'),
    );
  };
  signal.addEventListener('abort', stop, { once: true });
  return () => signal.removeEventListener('abort', stop);
}

/** Errors: `run.invalid` for a parent that is over, `overloaded` when runs are nested too deep. */
function parentOf(parent: RunRecord, { runDepth }: RunOwner['limits']): RunRecord {
  if (parent.state !== 'running')
    throw userError(`Run '${parent.runId}' is ${parent.state}; only a running run can have child runs.`);
  if (parent.depth + 1 < runDepth) return parent;
  throw overloaded({
    limit: 'runDepth',
    max: runDepth,
    value: parent.depth + 2,
    what: `With a child of run '${parent.runId}' the depth of nested runs would be`,
    advice: 'Let an outer run do the work.',
  });
}

/** The messages of an ended run, as a history. Errors: `run.notFinished`. */
function messagesOf({ runId, state, engine }: RunRecord): readonly ModelMessage[] {
  if (state === 'finished') return engine.history.messages;
  throw new EngineError(
    'run.notFinished',
    `Run '${runId}' is ${state}; its messages are a history once it has ended.`,
    { runId, state },
  );
}

function sameRun(record: RunRecord, fingerprint: string): RunView {
  if (record.fingerprint === fingerprint) return new RecordView(record);
  throw idConflict(record.runId);
}
