import type { CallbackMethod } from '../../../protocol/catalogue.ts';
import type { ModelMessage } from '../../../protocol/messages.ts';
import type { RunResult } from '../../../protocol/result.ts';
import type { RunStartParams } from '../../../protocol/run.ts';
import type { AgentSpec } from '../../../protocol/spec.ts';
import { formatTimestamp } from '../../../protocol/timestamp.ts';
import { HostCallbacks } from '../../callbacks/host-callbacks.ts';
import { notServed } from '../../callbacks/needed-callbacks.ts';
import type { CallbackCounters } from '../../callbacks/open-callback.ts';
import type { PendingItems } from '../../callbacks/pending-items.ts';
import { type After, after } from '../../callbacks/timers.ts';
import { type CompiledAgent, compileAgent } from '../../engine/agent.ts';
import { EngineError, userError } from '../../engine/errors.ts';
import { jsonSize } from '../../engine/json-size.ts';
import type { Warning } from '../../engine/model.ts';
import { runToEnd } from '../../engine/run.ts';
import { initialState } from '../../engine/start.ts';
import type { RunInput } from '../../engine/state.ts';
import { directRunner, type StepRunner, type World } from '../../engine/steps.ts';
import type { KeySource } from '../../models/keys.ts';
import { type ModelHandle, resolveModel } from '../../models/registry.ts';
import type { AgentRegistry } from '../../runs/agent-registry.ts';
import { fingerprintOf } from '../../runs/fingerprint.ts';
import { givenHistory } from '../../runs/given-history.ts';
import { agentFieldsOf, mergeAgent } from '../../runs/merge.ts';
import { RunOutlet } from '../../runs/outlet.ts';
import { overloaded } from '../../runs/overload.ts';
import { RunPace } from '../../runs/pace.ts';
import { RunProgress } from '../../runs/progress.ts';
import { runInput } from '../../runs/run-input.ts';
import type { OwnerReference, RunOwner } from '../../runs/run-owner.ts';
import { RunRecord } from '../../runs/run-record.ts';
import { secretSource } from '../../runs/secrets.ts';
import { checkSizes } from '../../runs/sizes.ts';
import type { RunSlots } from '../../runs/slots.ts';
import { uuid7 } from '../../runs/uuid7.ts';
import type { OwnedRuns } from './owned-runs.ts';
import type { RunRegistry } from './run-registry.ts';

/** Makes the runner of a run; a store puts one here that records. @since 0.1.0 */
export type RunnerFactory = (input: Omit<RunInput, 'runner'>, direct: StepRunner) => StepRunner;

/** What runs need of the daemon. */
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
  readonly runner?: RunnerFactory;
  /** Timers; those of the process unless given. */
  readonly after?: After;
}

/** Starts runs and drives them to their end. */
export class RunStarter {
  readonly #deps: RunStarterDeps;
  readonly #after: After;

  constructor(deps: RunStarterDeps) {
    this.#deps = deps;
    this.#after = deps.after ?? after;
  }

  /**
   * Checks everything that can be checked before a run exists, and starts it. The first event is sent after the caller
   * has had the turn of the event loop to answer.
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
    const { agent, handle, warnings } = await this.#compile(params, owner);
    const runId = params.runId ?? uuid7(world.epochMs());
    const controller = new AbortController();
    const pace = this.#pace(params, controller, parent !== undefined);
    const reference: OwnerReference = { current: owner };
    const callbacks = this.#callbacks(params, { runId, owner: reference, pace });
    const model = await handle.open({ runId, callbacks, secrets: secretSource(reference, callbacks) });
    // Another request may have taken the id, or the last slot, while this one was compiled.
    const taken = params.runId ? runs.find(params.runId) : undefined;
    if (taken) return sameRun(taken, fingerprint);
    if (!parent) slots.check();
    const givenBytes = jsonSize(params);
    runs.checkRoom(givenBytes, `run '${runId}'`, owner.limits.openRunsBytes);

    const { history, carried } = givenHistory(params, runId, {
      messagesOf: (id) => messagesOf(runs.get(id)),
      nowMs: world.epochMs(),
    });
    const outlet = this.#outlet(params, { runId, owner: reference, title: agent.name ?? 'Agent run' });
    const input: Omit<RunInput, 'runner'> = {
      ...runInput(params, { runId, history, nowMs: world.epochMs() }),
      emit: (seq, event) => outlet.emit(seq, event),
      ready: (aborted) => outlet.ready(aborted),
      ...(outlet.sink ? { sink: outlet.sink } : {}),
      agent,
      model,
      modelSettings: settingsOf(handle, agent),
      warnings: carried ? [...warnings, carried] : warnings,
      callbacks,
      bounds: owner.limits,
      signal: controller.signal,
      now: world.now,
    };
    const direct = directRunner(runId, world);
    const runner = this.#deps.runner?.(input, direct) ?? direct;
    const record = new RunRecord({
      runId,
      fingerprint,
      startedAt: formatTimestamp(world.epochMs()),
      state: initialState(Object.assign(input, { runner })),
      owner: reference,
      controller,
      callbacks,
      outlet,
      pace,
      depth: parent ? parent.depth + 1 : 0,
      givenBytes,
      limits: owner.limits,
    });
    runs.add(record);
    owned.add(record);
    this.#begin(record, pace, parent);
    return record;
  }

  /** Drives the run once it has a slot. One that is cancelled in the queue ends there, without taking a slot. */
  #begin(record: RunRecord, pace: RunPace, parent: RunRecord | undefined): void {
    let hasBegun = false;
    const unlink = parent ? endWith(record, parent) : undefined;
    const drive = () => void this.#drive(record, pace).finally(unlink);
    const { signal } = record.engine.input;
    const onAbort = () => pace.withdraw() && drive();
    pace.start(() => {
      hasBegun = true;
      signal.removeEventListener('abort', onAbort);
      setImmediate(drive);
    });
    if (!hasBegun) signal.addEventListener('abort', onAbort, { once: true });
  }

  async #drive(record: RunRecord, pace: RunPace): Promise<void> {
    const { runs, owned, world, reportBug } = this.#deps;
    const result: RunResult = await runToEnd(record.engine, reportBug);
    pace.end();
    record.finish(result, world.epochMs());
    owned.remove(record);
    runs.finished(record, world.epochMs());
  }

  async #compile(
    params: RunStartParams,
    owner: RunOwner,
  ): Promise<{ agent: CompiledAgent; handle: ModelHandle; warnings: Warning[] }> {
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
    const agent = registered && addsNothing ? registered.compiled : await compileAgent(spec);
    const waiting = !requests || isPolling ? null : notServed({ spec, params, model: named ?? 'test' }, serves);
    return {
      agent,
      handle,
      warnings: [...(named ? [] : [defaulted]), ...handle.warnings, ...agent.warnings, ...(waiting ? [waiting] : [])],
    };
  }

  #outlet(
    params: RunStartParams,
    { runId, owner, title }: { runId: string; owner: OwnerReference; title: string },
  ): RunOutlet {
    const { notifications, requests, limits, showsProgress } = owner.current;
    const token = params.workDoneToken ?? null;
    return new RunOutlet({
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
  #pace({ timeoutMs }: RunStartParams, controller: AbortController, isChild: boolean): RunPace {
    const { slots, world } = this.#deps;
    const error = () => new EngineError('run.timeout', `The run did not end within ${timeoutMs} ms.`, { timeoutMs });
    return new RunPace({
      slots: isChild ? null : slots,
      timeoutMs: timeoutMs ?? undefined,
      after: this.#after,
      elapsed: world.elapsed,
      onTimeout: () => controller.abort(error()),
    });
  }

  #callbacks(
    params: RunStartParams,
    { runId, owner, pace }: { runId: string; owner: OwnerReference; pace: RunPace },
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
      whileWaiting: (decide, signal) => pace.whilePeopleDecide(decide, signal),
    });
  }
}

const defaulted: Warning = {
  kind: 'model.defaulted',
  message:
    "No model was named, so the embedded model 'test' answers; it calls every tool once and makes its answers up.",
};

/** Settings of the model come first, those of the agent and the run over them, key by key. */
function settingsOf(model: ModelHandle, agent: CompiledAgent): CompiledAgent['modelSettings'] {
  const merged = { ...model.settings, ...agent.modelSettings };
  return Object.keys(merged).length > 0 ? merged : null;
}

/** What stops the parent stops the child; the answer undoes the link. */
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
