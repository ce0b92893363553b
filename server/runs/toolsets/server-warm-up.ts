import type { KeySource } from '../../models/secrets/keys.ts';
import type { SecretFinder } from '../../toolsets/resolved-server.ts';
import { serversOfRun } from '../../toolsets/server-specs.ts';
import type { Toolsets } from '../../toolsets/toolsets.ts';
import type { RegisteredAgent } from '../agent-registry.ts';

/** What a warm-up uses of its process. */
export interface WarmUpDeps {
  readonly toolsets: Toolsets;
  readonly keys: Pick<KeySource, 'env' | 'allowEnv'>;
  readonly onDebug: (text: string) => void;
}

/** How the servers are started. */
export interface WarmUpOptions {
  /** Whether the runs to come can get answers from a person: servers know that from their start. */
  readonly canElicit: boolean;
  /** Called for each server that is not available, and for each tool that is left out. */
  readonly onWarning: (message: string) => void;
  readonly toolsPerRun: number;
}

/** Starts the servers of an agent before its first run, which then shares them; resolves when they are ready or given up. */
export async function warmUp(agent: RegisteredAgent, options: WarmUpOptions, deps: WarmUpDeps): Promise<void> {
  const { toolsets, keys, onDebug } = deps;
  const { canElicit, onWarning, toolsPerRun } = options;
  const servers = serversOfRun({ registration: agent, servers: agent.spec.mcpServers }, null);
  if (servers.length === 0) return;
  const sources = toolsets.forRun({
    runId: 'warm-up',
    servers,
    secrets: ofEnvironment(keys),
    onSecret: () => undefined,
    // Nothing is called, so that nothing is elicited.
    elicit: canElicit ? () => Promise.resolve({ action: 'cancel' as const }) : null,
    onDebug,
    traceparentOf: () => undefined,
    toolsPerRun,
    hostTools: agent.compiled.tools.size,
  });
  const { signal } = new AbortController();
  try {
    await sources.list({
      runStep: 0,
      idempotencyKey: 'warm-up',
      signal,
      emit: (event) => event.event_kind === 'warning' && onWarning(event.message),
    });
  } finally {
    await sources.release();
  }
}

/** Secrets that the operator allows; there is no host yet that could be requested for others. */
function ofEnvironment({ env, allowEnv }: Pick<KeySource, 'env' | 'allowEnv'>): SecretFinder {
  return {
    get: async ({ name }) => (allowEnv.has(name) && env[name]) || null,
    renew: async () => null,
  };
}
