import { formatTimestamp } from '../../../protocol/messages/timestamp.ts';
import type { RunResult } from '../../../protocol/result.ts';
import type { RunStartParams } from '../../../protocol/run.ts';
import { HostCallbacks } from '../../callbacks/host-callbacks.ts';
import type { CallbackCounters, CallbackWorld } from '../../callbacks/open-callback.ts';
import type { PendingItems } from '../../callbacks/pending-items.ts';
import { type After, after } from '../../callbacks/timer.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Model } from '../../engine/model.ts';
import { initialState } from '../../engine/start.ts';
import type { RunInput, RunState } from '../../engine/state.ts';
import type { Serves } from '../../engine/steps/run-lines.ts';
import { directRunner, type StepRunner, type World } from '../../engine/steps/steps.ts';
import type { ModelHandle } from '../../models/registry.ts';
import type { KeySource } from '../../models/secrets/keys.ts';
import { RunProgress } from '../../runs/events/progress.ts';
import { RunEmitter } from '../../runs/events/run-emitter.ts';
import { RunDeadline } from '../../runs/run-deadline.ts';
import type { OwnerReference, RunOwner } from '../../runs/run-owner.ts';
import { RunRecord } from '../../runs/run-record.ts';
import { RunScheduler } from '../../runs/run-scheduler.ts';
import { RunStop } from '../../runs/run-stop.ts';
import { type RunTrace, type RunTracer, TraceContext } from '../../runs/run-trace.ts';
import { secretSource } from '../../runs/secrets.ts';
import type { RunSlots } from '../../runs/slots.ts';
import { sourceWorld } from '../../runs/toolsets/source-world.ts';
import type { RunJournal } from '../../store/run-journal.ts';
import type { RunToolset } from '../../toolsets/run-toolset.ts';
import type { NamedServer } from '../../toolsets/server-specs.ts';
import type { Toolsets } from '../../toolsets/toolsets.ts';
import { mostWorkspaceTools } from '../../toolsets/workspace/opened-workspace.ts';
import { inputOf, type RunPlan } from './run-plan.ts';

/** Shared, since most runs serve no callbacks of their own and thousands may wait. */
const none: ReadonlySet<string> = new Set();

/** Makes the runner of a run, for tests; steps are called unless given. */
export type RunnerFactory = (input: Omit<RunInput, 'runner'>, world: World) => StepRunner;

/** The parts of the daemon that a run is built with. */
export interface BuilderDeps {
  readonly slots: RunSlots;
  readonly world: World & { epochMs(): number };
  readonly counters: CallbackCounters;
  readonly pending: PendingItems;
  readonly keys: KeySource;
  /** Absent: runs have no tool servers. */
  readonly toolsets?: Toolsets;
  /** For what tool servers do, in the log. */
  readonly onDebug?: (text: string) => void;
  readonly runner?: RunnerFactory;
  /** Records spans of runs; absent: none are. */
  readonly tracer?: RunTracer | undefined;
  /** Timers; those of the process unless given. */
  readonly after?: After;
}

/** How a client follows a run. */
export type Following = Pick<RunStartParams, 'deltas' | 'maxLatencyMs' | 'workDoneToken'>;

/** The parts of a run that act on it from outside. */
export interface Controls {
  readonly stop: RunStop;
  readonly scheduler: RunScheduler;
  readonly owner: OwnerReference;
  readonly callbacks: HostCallbacks;
  readonly trace: TraceContext;
  readonly stored: { serves: Serves | undefined; journal: RunJournal | undefined };
}

/** What the controls of a run are made for. */
export interface ControlledRun {
  readonly runId: string;
  readonly params: Pick<RunStartParams, 'callbacks' | 'deps' | 'unknownParts' | 'timeoutMs'>;
  readonly owner: RunOwner;
  readonly isChild: boolean;
  /** `_meta` of the request. */
  readonly meta: unknown;
  /** Milliseconds of its time that it has used. */
  readonly usedMs?: number;
}

/** A run about to be built. */
export interface BuiltRun {
  readonly plan: RunPlan;
  readonly model: Model;
  readonly controls: Controls;
  readonly following: Following;
  readonly depth: number;
  readonly givenBytes: number;
  readonly sources: RunToolset | null;
  readonly runner?: StepRunner;
}

/** Puts the parts of runs together. */
export class RunBuilder {
  readonly #deps: BuilderDeps;
  readonly #after: After;
  readonly #callbackWorld: CallbackWorld;

  constructor(deps: BuilderDeps) {
    this.#deps = deps;
    this.#after = deps.after ?? after;
    const { pending, counters, world } = deps;
    this.#callbackWorld = { pending, counters, after: this.#after, epochMs: world.epochMs };
  }

  controls(run: ControlledRun): Controls {
    const stop = new RunStop(this.#deps.world.now);
    const scheduler = this.#scheduler(run, stop);
    const owner: OwnerReference = { current: run.owner };
    const stored = { serves: undefined, journal: undefined };
    const trace = new TraceContext(run.meta);
    const callbacks = this.#callbacks(run, { owner, scheduler, stored, trace });
    return { stop, scheduler, owner, callbacks, trace, stored };
  }

  /** Opens the model of a run. Errors: `auth.missing`, and those of the model. */
  open(runId: string, handle: ModelHandle, { owner, callbacks }: Controls): Promise<Model> {
    return handle.open({ runId, callbacks, secrets: secretSource(owner, callbacks) });
  }

  /** The toolsets of a run; null when it has none. */
  sources(
    { runId, agent, spec }: RunPlan,
    { owner, callbacks, trace }: Controls,
    servers: readonly NamedServer[],
  ): RunToolset | null {
    const { keys, toolsets, onDebug = () => undefined } = this.#deps;
    const { workspace } = spec;
    if ((servers.length === 0 && !workspace) || !toolsets) return null;
    const world = sourceWorld({ runId, owner, callbacks, keys, onDebug, trace });
    const { toolsPerRun } = owner.current.limits;
    const hostTools = agent.tools.size + (workspace ? mostWorkspaceTools : 0);
    return toolsets.forRun({ ...world, servers, workspace, toolsPerRun, hostTools });
  }

  record({ plan, model, controls, following, depth, givenBytes, sources, runner: given }: BuiltRun): RunRecord {
    const { world } = this.#deps;
    const { stop, scheduler, owner, callbacks, trace } = controls;
    const { journal } = controls.stored;
    const { runId, agent, fingerprint } = plan;
    const { limits } = owner.current;
    const emitter = this.#emitter(following, { runId, owner, trace, title: agent.name ?? 'Agent run' });
    const input = inputOf(plan, {
      model,
      events: emitter,
      sources: sources ?? undefined,
      ending: journal && ((result) => ending(record, result)),
      callbacks,
      signal: stop.signal,
      now: stop.time,
      runner: directRunner(runId, world),
    });
    input.runner = given ?? this.#deps.runner?.(input, world) ?? input.runner;
    stop.attach(input.runner);
    const state = initialState(input);
    journal?.attach(state);
    trace.recorded = this.#trace(plan, { model, state, traceparent: trace.given });
    const startedAt = formatTimestamp(plan.startedAtMs);
    const parentRunId = plan.params.parentRunId ?? undefined;
    const identity = { runId, fingerprint, startedAt, depth, parentRunId, givenBytes, trace };
    const record = new RunRecord({ ...identity, state, owner, stop, callbacks, emitter, scheduler, limits, journal });
    return record;
  }

  #trace(
    { runId, conversationId, agent }: RunPlan,
    { model, state, traceparent }: { model: Model; state: RunState; traceparent: string | undefined },
  ): RunTrace | null {
    const messages = () => state.history.messages;
    const run = { runId, conversationId, agent: agent.name ?? undefined, model: model.id, traceparent, messages };
    return this.#deps.tracer?.trace(run) ?? null;
  }

  #emitter(
    { deltas, maxLatencyMs, workDoneToken }: Following,
    { runId, owner, trace, title }: { runId: string; owner: OwnerReference; trace: TraceContext; title: string },
  ): RunEmitter {
    const { limits } = owner.current;
    return new RunEmitter({
      runId,
      owner,
      trace,
      deltas: deltas ?? 'coalesced',
      maxLatencyMs: maxLatencyMs ?? 16,
      after: this.#after,
      progress: progressOf({ workDoneToken }, owner.current, { runId, title }),
      kept: limits,
    });
  }

  /** A child takes no slot: its parent has one, and may wait for it. */
  #scheduler(run: ControlledRun, stop: RunStop): RunScheduler {
    return new RunScheduler(run.isChild ? null : this.#deps.slots, this.#deadline(run, stop));
  }

  #deadline({ params: { timeoutMs }, usedMs = 0 }: ControlledRun, stop: RunStop): RunDeadline | null {
    if (timeoutMs === undefined || timeoutMs === null) return null;
    const error = () => new EngineError('run.timeout', `The run did not end within ${timeoutMs} ms.`, { timeoutMs });
    return new RunDeadline({
      timeoutMs,
      usedMs,
      after: this.#after,
      elapsed: this.#deps.world.elapsed,
      onTimeout: () => stop.request(error()),
    });
  }

  #callbacks(
    { runId, params }: ControlledRun,
    { owner, scheduler, stored, trace }: Pick<Controls, 'owner' | 'scheduler' | 'stored' | 'trace'>,
  ): HostCallbacks {
    return new HostCallbacks({
      owner,
      served: params.callbacks?.length ? new Set(params.callbacks) : none,
      runId,
      deps: params.deps ?? undefined,
      unknownParts: params.unknownParts ?? 'refuse',
      timeoutMs: owner.current.limits.callbackTimeoutMs,
      inFlight: owner.current.limits.callbacksInFlight,
      world: this.#callbackWorld,
      trace,
      scheduler,
      stored,
    });
  }
}

/** Shows a run as LSP's progress, when its client wants that. */
export function progressOf(
  { workDoneToken }: Pick<Following, 'workDoneToken'>,
  { notifications, requests, showsProgress }: RunOwner,
  { runId, title }: { runId: string; title: string },
): RunProgress | null {
  const token = workDoneToken ?? null;
  return token !== null || showsProgress ? new RunProgress({ notifications, requests, runId, title, token }) : null;
}

/** A run that was left does not end here. */
function ending(record: RunRecord, result: RunResult): Promise<void> | undefined {
  return record.isLeft ? undefined : record.journal?.end(result);
}
