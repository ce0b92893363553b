import type { CallbackMethod } from '../../../protocol/catalogue.ts';
import type { ModelMessage } from '../../../protocol/messages/messages.ts';
import { formatTimestamp } from '../../../protocol/messages/timestamp.ts';
import type { RunResult } from '../../../protocol/result.ts';
import type { RunStartParams } from '../../../protocol/run.ts';
import type { AgentSpec } from '../../../protocol/spec.ts';
import { HostCallbacks } from '../../callbacks/host-callbacks.ts';
import { notServed } from '../../callbacks/needed-callbacks.ts';
import type { CallbackCounters } from '../../callbacks/open-callback.ts';
import type { PendingItems } from '../../callbacks/pending-items.ts';
import { type After, after } from '../../callbacks/timer.ts';
import { type CompiledAgent, compileAgent } from '../../engine/agent.ts';
import { runToEnd } from '../../engine/ending.ts';
import { EngineError, userError } from '../../engine/errors.ts';
import { jsonSize } from '../../engine/json/json-size.ts';
import type { Model, Warning } from '../../engine/model.ts';
import { initialState } from '../../engine/start.ts';
import type { RunInput } from '../../engine/state.ts';
import { directRunner, type StepRunner, type World } from '../../engine/steps/steps.ts';
import { type ModelHandle, resolveModel } from '../../models/registry.ts';
import type { KeySource } from '../../models/secrets/keys.ts';
import type { AgentRegistry } from '../../runs/agent-registry.ts';
import { RunProgress } from '../../runs/events/progress.ts';
import { RunEmitter } from '../../runs/events/run-emitter.ts';
import { givenHistory } from '../../runs/given-history.ts';
import { agentFieldsOf, mergeAgent } from '../../runs/merge.ts';
import { overloaded } from '../../runs/overload.ts';
import { runInput } from '../../runs/run-input.ts';
import type { OwnerReference, RunOwner } from '../../runs/run-owner.ts';
import { RunRecord } from '../../runs/run-record.ts';
import { RunScheduler } from '../../runs/run-scheduler.ts';
import { RunStop } from '../../runs/run-stop.ts';
import { secretSource } from '../../runs/secrets.ts';
import { checkSizes } from '../../runs/sizes.ts';
import type { RunSlots } from '../../runs/slots.ts';
import { sourceWorld } from '../../runs/toolsets/source-world.ts';
import { uuid7 } from '../../runs/uuid7.ts';
import { type NamedServer, refuseApprovals, serversOfRun } from '../../toolsets/server-specs.ts';
import { type RunToolset, Toolsets } from '../../toolsets/toolsets.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { OwnedRuns } from './owned-runs.ts';
import type { RunRegistry } from './run-registry.ts';

/** Makes the runner of a run, for tests; steps are called unless given. */
export type RunnerFactory = (input: Omit<RunInput, 'runner'>, world: World) => StepRunner;

/** The parts of the daemon that runs use. */
export interface RunStarterDeps {
  readonly agents: AgentRegistry;
  readonly runs: RunRegistry;
  readonly owned: OwnedRuns;
  readonly slots: RunSlots;
  readonly keys: KeySource;
  readonly world: World & { epochMs(): number };
  readonly counters: CallbackCounters;
  readonly pending: PendingItems;
  readonly reportBug: (error: unknown) => EngineError;
  /** Absent: runs have no tool servers. */
  readonly toolsets?: Toolsets;
  /** For what tool servers do, in the log. */
  readonly onDebug?: (text: string) => void;
  readonly runner?: RunnerFactory;
  /** Timers; those of the process unless given. */
  readonly after?: After;
}

/** A specification made ready to run. */
interface Compiled {
  readonly agent: CompiledAgent;
  readonly handle: ModelHandle;
  readonly warnings: readonly Warning[];
  readonly servers: readonly NamedServer[];
}

interface Controls {
  readonly stop: RunStop;
  readonly scheduler: RunScheduler;
  readonly owner: OwnerReference;
  readonly callbacks: HostCallbacks;
}

interface RunParts extends Compiled, Controls {
  readonly runId: string;
  readonly model: Model;
  readonly fingerprint: string;
  readonly sources: RunToolset | null;
  readonly parent: RunRecord | undefined;
  readonly givenBytes: number;
}

/** Starts runs and drives them to their end. */
export class RunStarter {
  readonly #deps: RunStarterDeps;
  readonly #after: After;
  readonly #toolsets: Toolsets;

  constructor(deps: RunStarterDeps) {
    this.#deps = deps;
    this.#toolsets = deps.toolsets ?? new Toolsets('off');
    this.#after = deps.after ?? after;
  }

  /**
   * Checks everything that can be checked before a run exists, and starts it. The first event is sent after the caller
   * has had a turn of the event loop to respond.
   *
   * Errors: those of `run/start`.
   */
  async start(params: RunStartParams, owner: RunOwner): Promise<RunRecord> {
    const { runs, owned, slots, world } = this.#deps;
    const fingerprint = fingerprintOf(params);
    const known = params.runId ? runs.find(params.runId) : undefined;
    if (known) return sameRun(known, fingerprint);
    checkSizes(params, owner.limits);
    const parent = params.parentRunId ? parentOf(runs.get(params.parentRunId), owner.limits) : undefined;
    const compiled = await this.#compile(params, owner);
    const runId = params.runId ?? uuid7(world.epochMs());
    const controls = this.#controls(params, { runId, owner, isChild: parent !== undefined });
    const { callbacks } = controls;
    const model = await compiled.handle.open({ runId, callbacks, secrets: secretSource(controls.owner, callbacks) });
    // Another request may have taken the id, or the last slot, while this one was compiled.
    const taken = params.runId ? runs.find(params.runId) : undefined;
    if (taken) return sameRun(taken, fingerprint);
    if (!parent) slots.check();
    const givenBytes = jsonSize(params);
    runs.checkRoom(givenBytes, `run '${runId}'`, owner.limits.openRunsBytes);
    const sources = this.#sources(params, { ...compiled, ...controls, runId });
    const record = this.#record(params, {
      ...{ ...compiled, ...controls, sources },
      ...{ givenBytes, runId, model, fingerprint, parent },
    });
    runs.add(record);
    owned.add(record);
    this.#begin(record, { scheduler: controls.scheduler, parent, sources });
    return record;
  }

  /** The parts of a run that act on it from outside. */
  #controls(
    params: RunStartParams,
    { runId, owner, isChild }: { runId: string; owner: RunOwner; isChild: boolean },
  ): Controls {
    const stop = new RunStop(this.#deps.world.now);
    const scheduler = this.#scheduler(params, stop, isChild);
    const reference: OwnerReference = { current: owner };
    const callbacks = this.#callbacks(params, { runId, owner: reference, scheduler });
    return { stop, scheduler, owner: reference, callbacks };
  }

  #record(params: RunStartParams, parts: RunParts): RunRecord {
    const { runId, owner, stop, callbacks, agent, handle, model, fingerprint, parent, scheduler, givenBytes } = parts;
    const { runs, world } = this.#deps;
    const { limits } = owner.current;
    const { history, carried } = givenHistory(params, runId, {
      messagesOf: (id) => messagesOf(runs.get(id)),
      nowMs: world.epochMs(),
    });
    const emitter = this.#emitter(params, { runId, owner, title: agent.name ?? 'Agent run' });
    const input: Omit<RunInput, 'runner'> = {
      ...runInput(params, { runId, history, nowMs: world.epochMs() }),
      emit: (seq, event) => emitter.emit(seq, event),
      ready: (aborted) => emitter.ready(aborted),
      ...(emitter.sink ? { sink: emitter.sink } : {}),
      ...(parts.sources ? { sources: parts.sources } : {}),
      agent,
      model,
      modelSettings: settingsOf(handle, agent),
      warnings: carried ? [...parts.warnings, carried] : parts.warnings,
      callbacks,
      bounds: limits,
      signal: stop.signal,
      now: stop.time,
    };
    const runner = this.#deps.runner?.(input, world) ?? directRunner(runId, world);
    stop.attach(runner);
    const state = initialState(Object.assign(input, { runner }));
    const startedAt = formatTimestamp(world.epochMs());
    const depth = parent ? parent.depth + 1 : 0;
    const identity = { runId, fingerprint, startedAt, depth, givenBytes };
    return new RunRecord({ ...identity, state, owner, stop, callbacks, emitter, scheduler, limits });
  }

  /** Drives the run once it has a slot. One that is cancelled in the queue ends there, without taking a slot. */
  #begin(record: RunRecord, { scheduler, parent, sources }: Pick<RunParts, 'scheduler' | 'parent' | 'sources'>): void {
    let hasBegun = false;
    const unlink = parent ? endWith(record, parent) : undefined;
    const onEnd = () => {
      unlink?.();
      void sources?.release();
    };
    const drive = () => void this.#drive(record, scheduler).finally(onEnd);
    const { signal } = record.engine.input;
    const onAbort = () => scheduler.withdraw() && drive();
    scheduler.start(() => {
      hasBegun = true;
      signal.removeEventListener('abort', onAbort);
      setImmediate(drive);
    });
    if (!hasBegun) signal.addEventListener('abort', onAbort, { once: true });
  }

  async #drive(record: RunRecord, scheduler: RunScheduler): Promise<void> {
    const { runs, owned, world, reportBug } = this.#deps;
    const result: RunResult = await runToEnd(record.engine, reportBug);
    scheduler.end();
    record.finish(result, world.epochMs());
    owned.remove(record);
    runs.finished(record, world.epochMs());
  }

  async #compile(params: RunStartParams, owner: RunOwner): Promise<Compiled> {
    const own = agentFieldsOf(params);
    const registered = params.agent ? this.#deps.agents.get(params.agent) : undefined;
    const addsNothing = Object.keys(own).length === 0;
    const spec: AgentSpec = registered ? (addsNothing ? registered.spec : mergeAgent(registered.spec, own)) : own;
    const named = spec.model ?? owner.defaultModel;
    const { requests, isPolling } = owner;
    const serves = (method: CallbackMethod) =>
      requests !== null && (requests.serves(method) || (params.callbacks ?? []).includes(method));
    const keys = { ...this.#deps.keys, hostServesSecrets: serves('secret/get') };
    const handle = resolveModel(named ?? 'test', keys, spec.modelSettings);
    this.#toolsets.check(spec.mcpServers);
    const agent = registered && addsNothing ? registered.compiled : await compileAgent(spec, owner.limits);
    refuseApprovals(spec.mcpServers, agent);
    const waiting = !requests || isPolling ? null : notServed({ spec, params, model: named ?? 'test' }, serves);
    const shared = registered ? { registration: registered, servers: registered.spec.mcpServers } : null;
    return {
      agent,
      handle,
      servers: serversOfRun(shared, own.mcpServers),
      warnings: [...(named ? [] : [defaulted]), ...handle.warnings, ...agent.warnings, ...(waiting ? [waiting] : [])],
    };
  }

  /** Null for a run without tool servers. */
  #sources(
    params: RunStartParams,
    { servers, agent, owner, callbacks, runId }: Pick<RunParts, 'servers' | 'agent' | 'owner' | 'callbacks' | 'runId'>,
  ): RunToolset | null {
    if (servers.length === 0) return null;
    const { keys, onDebug = () => undefined } = this.#deps;
    const world = sourceWorld({ runId, owner, callbacks, keys, onDebug, meta: params._meta });
    const { toolsPerRun } = owner.current.limits;
    return this.#toolsets.forRun({ ...world, servers, toolsPerRun, hostTools: agent.tools.size });
  }

  #emitter(
    params: RunStartParams,
    { runId, owner, title }: { runId: string; owner: OwnerReference; title: string },
  ): RunEmitter {
    const { notifications, requests, limits, showsProgress } = owner.current;
    const token = params.workDoneToken ?? null;
    return new RunEmitter({
      runId,
      owner,
      deltas: params.deltas ?? 'coalesced',
      maxLatencyMs: params.maxLatencyMs ?? 16,
      after: this.#after,
      progress:
        token !== null || showsProgress ? new RunProgress({ notifications, requests, runId, title, token }) : null,
      kept: { events: limits.eventsKept, bytes: limits.eventsKeptBytes },
    });
  }

  /** A child takes no slot: its parent has one, and may wait for it. */
  #scheduler({ timeoutMs }: RunStartParams, stop: RunStop, isChild: boolean): RunScheduler {
    const { slots, world } = this.#deps;
    const error = () => new EngineError('run.timeout', `The run did not end within ${timeoutMs} ms.`, { timeoutMs });
    return new RunScheduler({
      slots: isChild ? null : slots,
      timeoutMs: timeoutMs ?? undefined,
      after: this.#after,
      elapsed: world.elapsed,
      onTimeout: () => stop.request(error()),
    });
  }

  #callbacks(
    params: RunStartParams,
    { runId, owner, scheduler }: { runId: string; owner: OwnerReference; scheduler: RunScheduler },
  ): HostCallbacks {
    const { counters, pending, world } = this.#deps;
    return new HostCallbacks({
      requests: () => owner.current.requests,
      served: new Set(params.callbacks),
      runId,
      deps: params.deps ?? undefined,
      unknownParts: params.unknownParts ?? 'refuse',
      timeoutMs: owner.current.limits.callbackTimeoutMs,
      inFlight: owner.current.limits.callbacksInFlight,
      world: { pending, counters, after: this.#after, epochMs: world.epochMs },
      whileWaiting: (decide, signal) => scheduler.whileHumansDecide(decide, signal),
    });
  }
}

const defaulted: Warning = {
  kind: 'model.defaulted',
  message:
    "No model was named, so the embedded model 'test' answers; it calls every tool once and makes its answers up.",
};

/** Settings of the agent and the run take precedence over those of the model, key by key. */
function settingsOf(model: ModelHandle, agent: CompiledAgent): CompiledAgent['modelSettings'] {
  const merged = { ...model.settings, ...agent.modelSettings };
  return Object.keys(merged).length > 0 ? merged : null;
}

/** Links a child to its parent, whose stop stops it; the returned function undoes the link. */
function endWith(child: RunRecord, parent: RunRecord): () => void {
  const { signal } = parent.engine.input;
  const stop = () => {
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

function sameRun(record: RunRecord, fingerprint: string): RunRecord {
  if (record.fingerprint === fingerprint) return record;
  throw new EngineError('run.idConflict', `Run '${record.runId}' exists with other parameters; choose another runId.`, {
    runId: record.runId,
  });
}
