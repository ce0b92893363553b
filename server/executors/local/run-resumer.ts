import { EngineError } from '../../engine/errors.ts';
import { jsonSize } from '../../engine/json/json-size.ts';
import type { Model } from '../../engine/model.ts';
import { JournaledRunner } from '../../engine/steps/journaled-runner.ts';
import { ReplayingRunner } from '../../engine/steps/replaying-runner.ts';
import type { RunLine, Serves } from '../../engine/steps/run-lines.ts';
import { LOOP_VERSION } from '../../engine/steps/steps.ts';
import type { RunOwner } from '../../runs/run-owner.ts';
import type { RunRecord } from '../../runs/run-record.ts';
import { RunJournal } from '../../store/run-journal.ts';
import type { OwnedRun, Store } from '../../store/store.ts';
import type { StoredRun } from '../../store/stored-run.ts';
import type { RunToolset } from '../../toolsets/run-toolset.ts';
import { serversOfRun } from '../../toolsets/server-specs.ts';
import { Toolsets } from '../../toolsets/toolsets.ts';
import type { BuilderDeps, Controls, RunBuilder } from './run-builder.ts';
import { type CompilerDeps, modelOf, recordedServes, servesOf } from './run-compiler.ts';
import type { DriverDeps, RunDriver } from './run-driver.ts';
import { type ResumeOptions, type RunPlan, storedPlan } from './run-plan.ts';
import { endWith } from './run-starter.ts';
import { checkLoop } from './stored/rebuild.ts';

/** The parts of the daemon that continuing a run uses. */
export interface RunResumerDeps extends BuilderDeps, CompilerDeps, DriverDeps {
  readonly builder: RunBuilder;
  readonly driver: RunDriver;
  /** Version of the daemon. */
  readonly by: string;
}

/** A run that was taken over. */
interface Claimed {
  readonly owned: OwnedRun;
  readonly run: StoredRun;
}

/** Continues runs of the store that nobody drives. */
export class RunResumer {
  readonly #deps: RunResumerDeps;

  constructor(deps: RunResumerDeps) {
    this.#deps = deps;
  }

  /**
   * Takes a run over and rebuilds it; its steps go on after the caller has had a turn of the event loop to respond. Null when
   * somebody else was first.
   *
   * Errors: `run.incompatible`, `run.unreadable`, `store.unavailable`, and those of its model; the run stays interrupted.
   */
  async resume(
    before: StoredRun,
    store: Store,
    { owner, options }: { owner: RunOwner; options: ResumeOptions },
  ): Promise<RunRecord | null> {
    const { builder, runs, slots } = this.#deps;
    checkLoop(before);
    before.checkWhole();
    const { head, runId } = before;
    const stored = await storedPlan(head, await store.historyOf(head.history));
    const plan = { ...stored, params: { ...stored.params, ...(options.deps == null ? {} : { deps: options.deps }) } };
    const parent = head.parentRunId === undefined ? undefined : runs.find(head.parentRunId);
    const isChild = parent !== undefined && parent.state !== 'finished';
    if (!isChild) slots.check();
    const params = { ...plan.params, callbacks: options.callbacks };
    const controls = builder.controls({ runId, params, owner, isChild, meta: options._meta, usedMs: before.usedMs });
    const model = await this.#model(plan, controls, options);
    const sources = this.#sources(plan, controls);
    const claimed = await store.claim(before.ref);
    if (!claimed) return null;
    const serves = recordedServes(options, owner);
    const runner = this.#runner(claimed, store, { controls, serves });
    const depth = isChild ? parent.depth + 1 : 0;
    const givenBytes = jsonSize(plan.params);
    const record = builder.record({ plan, model, controls, following: options, depth, givenBytes, sources, runner });
    record.emitter.isQuiet = true;
    for (const { steer, when } of claimed.run.openSteers()) record.engine.steering.add(steer, when);
    this.#deps.driver.store(record, { store, owned: claimed.owned });
    await this.#replay(record, { runner, controls, sources, parent: isChild ? parent : undefined });
    return record;
  }

  /** A run that is rebuilt only to end sends no request. Errors: those of its model. */
  async #model(plan: RunPlan, controls: Controls, { modelId, ...options }: ResumeOptions): Promise<Model> {
    if (modelId !== undefined) return { id: modelId, request: () => Promise.reject(new Error('the run has ended')) };
    const { builder, keys } = this.#deps;
    const serves = servesOf(options, controls.owner.current);
    return builder.open(plan.runId, modelOf(plan, keys, serves), controls);
  }

  /** Made while the callbacks are those of the client that is there now. Errors: `mcp.unavailable`. */
  #sources(plan: RunPlan, controls: Controls): RunToolset | null {
    const { builder, toolsets } = this.#deps;
    // Another operator may allow less than the one under whom the run was started.
    (toolsets ?? new Toolsets('off')).check(plan.spec);
    return builder.sources(plan, controls, serversOfRun(null, plan.spec.mcpServers));
  }

  /** Writes down who continues the run, and makes the runner that rebuilds it. */
  #runner(
    { owned, run }: Claimed,
    store: Store,
    { controls, serves }: { controls: Controls; serves: Serves },
  ): ReplayingRunner {
    const { world, by } = this.#deps;
    const { stop, stored, scheduler } = controls;
    const journal = new RunJournal({ file: owned.file, before: run, usedMs: () => scheduler.usedMs });
    stored.journal = journal;
    stored.serves = run.head.serves;
    const { lines, changes } = run.recorded();
    try {
      journal.claim({ epoch: store.epoch, by, serves, at: world.now() });
    } catch (error) {
      store.release(owned, 'park');
      throw error;
    }
    const all: RunLine[] = [...lines, { kind: 'claim', serves }];
    const live = new JournaledRunner({ runId: run.runId, world, journal, earlier: run.earlier() });
    return new ReplayingRunner(all, live, {
      isHeld: true,
      onLine: (index) => {
        const line = all[index];
        if (changes.has(index)) journal.skipChanges();
        if (line?.kind === 'step') journal.recorded(line.key, line.output);
      },
      onStop: (error, at) => stop.again(error, at),
      onServes: (now) => {
        stored.serves = now;
      },
    });
  }

  async #replay(
    record: RunRecord,
    {
      runner,
      controls,
      sources,
      parent,
    }: { runner: ReplayingRunner; controls: Controls; sources: RunToolset | null; parent: RunRecord | undefined },
  ): Promise<void> {
    const { driver, runs, owned } = this.#deps;
    const { scheduler, stored } = controls;
    const unlink = parent ? endWith(record, parent) : undefined;
    runs.add(record);
    owned.add(record);
    const driven = driver.drive(record, scheduler, () => {
      unlink?.();
      void sources?.release();
    });
    try {
      await runner.replayed;
    } catch (error) {
      driver.leave(record, error);
      await driven;
      throw withVersions(error);
    }
    if (record.isLeft) return;
    stored.serves = undefined;
    record.emitter.isQuiet = false;
    if (!record.result) driver.begin(record, scheduler, () => runner.goLive());
  }
}

/** A run that this loop cannot rebuild, although it has the version that recorded it. */
function withVersions(error: unknown): unknown {
  if (!(error instanceof EngineError) || error.kind !== 'run.incompatible') return error;
  const { message, details, kind } = error;
  return new EngineError(kind, message, { ...details, recorded: LOOP_VERSION, current: LOOP_VERSION });
}
