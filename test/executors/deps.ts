import { performance } from 'node:perf_hooks';
import { formatTimestamp } from '../../protocol/messages/timestamp.ts';
import type { LocalExecutorDeps } from '../../server/executors/local/local-executor.ts';
import { AgentRegistry } from '../../server/runs/agent-registry.ts';

/** What executors under test share. */
export const executorDeps: Omit<LocalExecutorDeps, 'limits'> = {
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
