import { resolve } from 'node:path';
import * as z from 'zod';
import type { CommonSettings } from '../cli/settings/common-settings.ts';
import { reportBug } from '../errors/report-bug.ts';
import { type FleetAccess, type FleetSettings, fleetAccess } from '../executors/dbos/fleet-access.ts';
import { createLocalExecutor, type StoreAccess } from '../executors/local/local-executor.ts';
import type { RunExecutor } from '../executors/run-executor.ts';
import { defaultLimits } from '../limits.ts';
import { AgentRegistry } from '../runs/agent-registry.ts';
import { sweep } from '../store/keeping.ts';
import { RunStore } from '../store/run-store.ts';
import { defaultStore, type StoreSetting } from '../store/setting.ts';
import type { Telemetry } from '../telemetry/part.ts';
import { telemetrySettings } from '../telemetry/settings.ts';
import { Toolsets } from '../toolsets/toolsets.ts';
import { version } from '../version.ts';
import { type Surroundings, world } from './surroundings.ts';

// Otherwise zod makes a function of the text of each object that it reads: that costs the first run more than later ones gain.
z.config({ jitless: true });

/** How long the end of the process may wait for a collector, in milliseconds. */
export const telemetryMs = 1000;

/** Runs of this process. */
export interface OwnRuns {
  readonly executor: RunExecutor;
  readonly agents: AgentRegistry;
  readonly toolsets: Toolsets;
}

/** Returns the keys that runs may have. */
export const keysOf = ({ allowEnv, allowLocalDownloads }: CommonSettings) => ({
  env: process.env,
  allowEnv,
  allowLocalDownloads,
});

/** Opens what runs of a command need. */
export class RunFactory {
  /** Present when runs are kept in a database. */
  readonly fleet: FleetAccess | null;
  readonly #common: CommonSettings;
  readonly #around: Surroundings;

  constructor(common: CommonSettings, around: Surroundings, queue: Pick<FleetSettings, 'queue'> = {}) {
    this.#common = common;
    this.#around = around;
    this.fleet = common.databaseUrl === undefined ? null : openFleet(common.databaseUrl, around, queue);
  }

  /** Runs of this process, for a command. */
  create(store?: StoreAccess, tracer?: Telemetry): OwnRuns {
    const { log } = this.#around;
    const toolsets = new Toolsets(this.#common.mcp);
    const limits = { ...defaultLimits, ...this.#common.limits };
    const agents = new AgentRegistry(limits, (agent) => toolsets.retire(agent));
    const executor = createLocalExecutor({
      limits,
      agents,
      keys: keysOf(this.#common),
      world,
      toolsets,
      onDebug: (text) => log.debug(text),
      reportBug: (error) => reportBug(error, log),
      store,
      tracer,
    });
    return { executor, agents, toolsets };
  }

  /** Where runs are kept: in a folder, the one that the operator named unless another one is given. */
  storeAccess(path?: string, { sweeps = true }: { sweeps?: boolean } = {}): StoreAccess | undefined {
    if (this.fleet && path === undefined) return this.fleet.store('');
    const { store: named } = this.#common;
    const store = path === undefined ? named : { ...defaultStore, ...named, path: resolve(path) };
    return store && this.storeOf(store, { sweeps });
  }

  /** Opened when it is first used, so that a daemon starts as fast with it. */
  storeOf(store: StoreSetting, { sweeps = true }: { sweeps?: boolean } = {}): StoreAccess {
    const onDeleted = (text: string) => this.#around.log.info(`the store '${store.path}': ${text}`);
    const keep = (opened: RunStore) => sweep(opened, store.keeping, { nowMs: world.epochMs(), onDeleted });
    const sweeping = sweeps ? { sweep: keep } : {};
    return { by: version, open: () => new RunStore({ ...store, by: version, elapsed: world.elapsed, ...sweeping }) };
  }

  /** Spans and metrics; as a rule there are none, and nothing of it is loaded. */
  async openTelemetry(): Promise<Telemetry | undefined> {
    const settings = telemetrySettings(process.env);
    if (!settings) return undefined;
    const { startTelemetry } = await import('../telemetry/part.ts');
    const { log, redact } = this.#around;
    return startTelemetry({ settings, env: process.env, version, log, redact });
  }
}

/** The address of a database holds a password: it is shown nowhere. */
function openFleet(url: string, { log, hide }: Surroundings, queue: Pick<FleetSettings, 'queue'>): FleetAccess {
  hide(url);
  const password = URL.canParse(url) ? decodeURIComponent(new URL(url).password) : '';
  if (password) hide(password);
  return fleetAccess({ url, version, log, ...queue });
}
