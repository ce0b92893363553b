import { performance } from 'node:perf_hooks';
import { formatTimestamp } from '../../protocol/messages/timestamp.ts';
import type { RunStartParams } from '../../protocol/run.ts';
import { createLocalExecutor, type StoreAccess } from '../../server/executors/local/local-executor.ts';
import type { RunExecutor } from '../../server/executors/run-executor.ts';
import { defaultLimits } from '../../server/limits.ts';
import { AgentRegistry } from '../../server/runs/agent-registry.ts';
import type { RunOwner } from '../../server/runs/run-owner.ts';
import type { Toolsets } from '../../server/toolsets/toolsets.ts';

/** An executor over a store, as a daemon has it. */
export function storedExecutor(
  store: StoreAccess,
  { toolsets, epochMs = () => Date.now() }: { toolsets?: Toolsets; epochMs?: () => number } = {},
): RunExecutor {
  return createLocalExecutor({
    limits: defaultLimits,
    agents: new AgentRegistry(defaultLimits),
    keys: { env: {}, allowEnv: new Set() },
    world: { now: () => formatTimestamp(Date.now()), elapsed: () => performance.now(), epochMs },
    reportBug: (bug) => {
      throw bug;
    },
    store,
    ...(toolsets ? { toolsets } : {}),
  });
}

export const never = () => new AbortController().signal;

/** Starts a run. */
export const start = (executor: RunExecutor, owner: RunOwner, params: Partial<RunStartParams>) =>
  executor.start({ prompt: 'hi', ...params } as RunStartParams, owner);

/** The result of a run once it has ended. */
export const resultOf = async (executor: RunExecutor, runId: string) => (await executor.get(runId)).result({}, never());

/** The messages and all events of a run. */
export async function traceOf(executor: RunExecutor, runId: string) {
  const run = await executor.get(runId);
  const { messages = [] } = await run.messages({});
  const { events } = await run.events({ afterSeq: 0 }, never());
  return { messages, events, usage: (await run.usage({})).usage };
}
