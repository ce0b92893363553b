import { performance } from 'node:perf_hooks';
import { formatTimestamp } from '../../protocol/messages/timestamp.ts';
import { createLocalExecutor, type LocalExecutorDeps } from '../../server/executors/local/local-executor.ts';
import { defaultLimits } from '../../server/limits.ts';
import { AgentRegistry } from '../../server/runs/agent-registry.ts';
import { tempStore } from '../support/store.ts';
import { executorCases } from './conformance.ts';

const deps: Omit<LocalExecutorDeps, 'limits'> = {
  agents: new AgentRegistry({ agents: 1, agentsBytes: 1024 }),
  keys: { env: {}, allowEnv: new Set() },
  world: {
    now: () => formatTimestamp(Date.now()),
    elapsed: () => performance.now(),
    epochMs: () => Date.now(),
  },
  reportBug: (bug) => {
    throw bug;
  },
};

executorCases('local', async (limits) => {
  const executor = createLocalExecutor({ ...deps, limits: { ...defaultLimits, ...limits } });
  return { executor, close: async () => executor.abandonCallbacks() };
});

for (const durability of ['normal', 'full'] as const) {
  executorCases(`local executor with a store of ${durability} durability:`, async (limits) => {
    const store = tempStore({ durability });
    const executor = createLocalExecutor({ ...deps, limits: { ...defaultLimits, ...limits }, store });
    return {
      executor,
      isStored: true,
      close: async () => {
        executor.abandonCallbacks();
        store.remove();
      },
    };
  });
}
