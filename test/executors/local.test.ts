import { performance } from 'node:perf_hooks';
import { formatTimestamp } from '../../protocol/messages/timestamp.ts';
import { createLocalExecutor } from '../../server/executors/local/local-executor.ts';
import { defaultLimits } from '../../server/limits.ts';
import { AgentRegistry } from '../../server/runs/agent-registry.ts';
import { executorCases } from './conformance.ts';

executorCases('local', async (limits) => {
  const executor = createLocalExecutor({
    limits: { ...defaultLimits, ...limits },
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
  });
  return { executor, close: async () => executor.abandonCallbacks() };
});
