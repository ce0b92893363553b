import { compileAgent } from '../engine/agent.ts';
import { EngineError } from '../engine/errors.ts';
import { reportBug } from '../errors/report-bug.ts';
import type { RunExecutor } from '../executors/run-executor.ts';
import { defaultLimits } from '../limits.ts';
import type { Log } from '../log.ts';
import { modelList } from '../models/list.ts';
import { providers } from '../models/providers.ts';
import type { KeySource } from '../models/secrets/keys.ts';
import type { AgentRegistry } from '../runs/agent-registry.ts';
import { warmUp } from '../runs/toolsets/server-warm-up.ts';
import { uuid7 } from '../runs/uuid7.ts';
import type { Toolsets } from '../toolsets/toolsets.ts';
import type { AcpWorld, ModelFacts } from './acp/acp-world.ts';
import type { AcpChannel } from './acp/connection/acp-channel.ts';
import { serveAcp } from './acp/serve-acp.ts';

/** What `runwire acp` uses of its process. */
export interface AcpSurroundings {
  readonly runs: { readonly executor: RunExecutor; readonly agents: AgentRegistry; readonly toolsets: Toolsets };
  readonly hasStore: boolean;
  readonly keys: Pick<KeySource, 'env' | 'allowEnv'>;
  readonly log: Log;
}

/** The agent of this process, with its runs. */
export interface AcpProcess {
  /** Ends the sessions and what they started. */
  close(): Promise<void>;
  /** Returns whether a run has ended. */
  hasRun(): boolean;
}

/** How long sessions may take to end, in milliseconds; what they started is ended in any case. */
const graceMs = 2500;

/** Serves an agent with the runs of this process, which end with it. */
export function acpProcess(
  channel: AcpChannel,
  parts: Omit<Parameters<typeof serveAcp>[1], 'world'>,
  around: AcpSurroundings,
): AcpProcess {
  const { runs, log } = around;
  const served = serveAcp(channel, { ...parts, world: worldOf(around) });
  return {
    close: async () => {
      const timeout = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
      await Promise.race([served.close(), timeout]).catch((error: unknown) => log.error(String(error)));
      runs.executor.close();
      await runs.toolsets.close();
    },
    hasRun: () => runs.executor.health().runs.finished > 0,
  };
}

function worldOf({ runs, hasStore, keys, log }: AcpSurroundings): AcpWorld {
  const { executor, agents, toolsets } = runs;
  const known = new Map<string, Promise<ModelFacts>>();
  return {
    executor,
    hasStore,
    factsOf: (model) => {
      const name = modelName(model);
      const facts = known.get(name) ?? factsOf(name, keys.env);
      known.set(name, facts);
      return facts;
    },
    register: async (name, spec) => {
      toolsets.check(spec);
      agents.set(name, { spec, compiled: await compileAgent(spec, defaultLimits) });
    },
    warmUp: (name, options) => {
      const deps = { toolsets, keys, onDebug: (text: string) => log.debug(text) };
      const started = warmUp(agents.get(name), { ...options, toolsPerRun: defaultLimits.toolsPerRun }, deps);
      return started.catch((error: Error) => options.onWarning(error.message));
    },
    unregister: (name) => void agents.delete(name),
    newId: () => uuid7(Date.now()),
    reportBug: (error) => (error instanceof EngineError ? error : reportBug(error, log)),
  };
}

const modelName = (model: string | { model: string }) => (typeof model === 'string' ? model : model.model);

const rowOf = (name: string) => {
  const provider = name.split(':', 1)[0] ?? '';
  return providers.find((row) => row.name === provider || row.aliases.includes(provider));
};

async function factsOf(name: string, env: NodeJS.ProcessEnv): Promise<ModelFacts> {
  const row = rowOf(name);
  if (!row) return { input: ['text'], windowTokens: null, thinks: false };
  const rows = await modelList({ env, nowMs: Date.now(), provider: row.name });
  const id = `${row.name}:${name.slice(name.indexOf(':') + 1)}`;
  const found = rows.find((one) => one.id === id);
  return { input: row.input, windowTokens: found?.contextWindow ?? null, thinks: found?.thinking === true };
}
