import type { Readable } from 'node:stream';
import { compileAgent } from '../engine/agent.ts';
import { EngineError } from '../engine/errors.ts';
import { reportBug } from '../errors/report-bug.ts';
import type { RunExecutor } from '../executors/run-executor.ts';
import { defaultLimits } from '../limits.ts';
import type { Log } from '../log.ts';
import { modelList } from '../models/list.ts';
import { providers } from '../models/providers.ts';
import type { KeySource } from '../models/secrets/keys.ts';
import { OutboundPump } from '../rpc/pump.ts';
import { WireReader } from '../rpc/reader.ts';
import type { Output } from '../rpc/stdout.ts';
import type { AgentRegistry } from '../runs/agent-registry.ts';
import { warmUp } from '../runs/toolsets/server-warm-up.ts';
import { uuid7 } from '../runs/uuid7.ts';
import type { Toolsets } from '../toolsets/toolsets.ts';
import { version } from '../version.ts';
import type { AcpWorld, ModelFacts } from './acp/acp-world.ts';
import type { AcpOptions } from './acp-options.ts';
import { agentFileOf } from './acp-options.ts';

/** What `runwire acp` uses of its process. */
export interface AcpSurroundings {
  readonly input: Readable;
  readonly output: Output;
  readonly runs: { readonly executor: RunExecutor; readonly agents: AgentRegistry; readonly toolsets: Toolsets };
  readonly hasStore: boolean;
  readonly keys: Pick<KeySource, 'env' | 'allowEnv'>;
  readonly log: Log;
  readonly exit: (code: number) => void;
}

/** `runwire acp` as this process; the returned function ends it with an exit code, as the end of its input does. */
export async function acpProcess(options: AcpOptions, around: AcpSurroundings): Promise<(code: number) => void> {
  const { input, output, log, exit } = around;
  const file = agentFileOf(options);
  // Loaded while nothing is read yet: what comes meanwhile waits in the pipe.
  const { serveAcp } = await import('./acp/part.ts');
  const pump = new OutboundPump(output, { messageBytes: () => defaultLimits.messageBytes });
  const limits = { ...defaultLimits, nesting: 200 };
  let isEnding = false;
  const end = (code: number) => {
    if (isEnding) return;
    isEnding = true;
    void ended(served.close(), around)
      .then(() => pump.drained(0))
      .finally(() => exit(code));
  };
  pump.onClose(() => end(0));
  const served = serveAcp({
    world: worldOf(around),
    file,
    mode: options.mode,
    pump,
    limits,
    listen: (sink) => void new WireReader(input, () => limits, sink).listen(() => undefined),
    reportBug: (error) => reportBug(error, log),
    onEnd: () => end(0),
  });
  return end;
}

/** How long sessions may take to end, in milliseconds; what they started is ended in any case. */
const graceMs = 2500;

async function ended(closed: Promise<void>, { runs, log }: AcpSurroundings): Promise<void> {
  const timeout = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
  await Promise.race([closed, timeout]).catch((error: unknown) => log.error(String(error)));
  runs.executor.close();
  await runs.toolsets.close();
}

function worldOf({ runs, hasStore, keys, log }: AcpSurroundings): AcpWorld {
  const { executor, agents, toolsets } = runs;
  const known = new Map<string, Promise<ModelFacts>>();
  return {
    version,
    executor,
    hasStore,
    inputOf: (model) => rowOf(modelName(model))?.input ?? ['text'],
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
