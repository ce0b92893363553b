import type { After } from './callbacks/timer.ts';
import { reportBug } from './errors/report-bug.ts';
import { createLocalExecutor, type StoreAccess } from './executors/local/local-executor.ts';
import type { RunnerFactory } from './executors/local/run-builder.ts';
import type { RunExecutor } from './executors/run-executor.ts';
import { defaultLimits } from './limits.ts';
import type { Log } from './log.ts';
import type { KeySource } from './models/secrets/keys.ts';
import { AgentRegistry } from './runs/agent-registry.ts';
import type { RunTracer } from './runs/run-trace.ts';
import type { RunSlots } from './runs/slots.ts';
import type { McpMode } from './toolsets/server-specs.ts';
import { Toolsets } from './toolsets/toolsets.ts';
import type { OpenedWorkspace } from './toolsets/workspace/opened-workspace.ts';

/** The parts of its process that the runs of a daemon use. */
export interface TenancyDeps {
  readonly env: NodeJS.ProcessEnv;
  /** Further variables with keys that a client may name. */
  readonly allowEnv?: ReadonlySet<string>;
  /** True when runs may download from the local network on request. */
  readonly allowLocalDownloads?: boolean;
  /** Which MCP servers clients may name; default all. */
  readonly mcp?: McpMode;
  /** The folder that runs may use; absent: they may use none. */
  readonly workspace?: OpenedWorkspace | undefined;
  readonly log: Log;
  /** RFC 3339 time, milliseconds of a steady clock, milliseconds since 1970. */
  readonly world: { now(): string; elapsed(): number; epochMs(): number };
  readonly limits?: Partial<typeof defaultLimits>;
  /** Makes the runners of runs; default: steps are called, not recorded. */
  readonly runner?: RunnerFactory;
  /** Where runs are kept; absent: in memory alone. */
  readonly store?: StoreAccess | undefined;
  /** Records spans of runs; absent: none are. */
  readonly tracer?: RunTracer | undefined;
  /** Timers of runs; default: those of the process. */
  readonly after?: After;
  /** Places for runs, when tenants share them. */
  readonly slots?: RunSlots;
}

/** What belongs together, and to nobody else: runs, agents and tool servers. Connections of one tenant share them. */
export interface Tenancy {
  readonly limits: typeof defaultLimits;
  readonly keys: KeySource;
  readonly agents: AgentRegistry;
  readonly toolsets: Toolsets;
  readonly executor: RunExecutor;
}

/** Makes the runs, agents and tool servers of one tenant; of a daemon on stdio there is one. */
export function openTenancy(deps: TenancyDeps): Tenancy {
  const { env, log, world, runner, after, store, slots, tracer } = deps;
  const { allowEnv = new Set<string>(), allowLocalDownloads = false } = deps;
  const limits = { ...defaultLimits, ...deps.limits };
  const keys = { env, allowEnv, allowLocalDownloads };
  const toolsets = new Toolsets(deps.mcp ?? 'all', deps.workspace);
  const agents = new AgentRegistry(limits, (agent) => toolsets.retire(agent));
  const executor = createLocalExecutor({
    limits,
    agents,
    keys,
    world,
    reportBug: (error) => reportBug(error, log),
    store,
    toolsets,
    onDebug: (text) => log.debug(text),
    ...(runner ? { runner } : {}),
    ...(after ? { after } : {}),
    ...(slots ? { slots } : {}),
    tracer,
  });
  return { limits, keys, agents, toolsets, executor };
}
