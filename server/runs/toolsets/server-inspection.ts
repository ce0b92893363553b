import type { McpServerReport } from '../../../protocol/mcp/mcp-inspect.ts';
import type { McpServers } from '../../../protocol/mcp/mcp-servers.ts';
import { HostCallbacks } from '../../callbacks/host-callbacks.ts';
import { PendingItems } from '../../callbacks/pending-items.ts';
import { after } from '../../callbacks/timer.ts';
import type { KeySource } from '../../models/secrets/keys.ts';
import { serversOfRun } from '../../toolsets/server-specs.ts';
import type { Toolsets } from '../../toolsets/toolsets.ts';
import type { RunOwner } from '../run-owner.ts';
import { TraceContext } from '../run-trace.ts';
import { sourceWorld } from './source-world.ts';

/** What an inspection uses of its daemon. */
export interface InspectionDeps {
  readonly toolsets: Toolsets;
  readonly keys: Pick<KeySource, 'env' | 'allowEnv'>;
  readonly epochMs: () => number;
  readonly onDebug: (text: string) => void;
}

/** Looks at MCP servers for a client. */
export type InspectServers = (
  servers: McpServers,
  owner: RunOwner,
  signal: AbortSignal,
) => Promise<readonly McpServerReport[]>;

/** The id that callbacks of an inspection carry in the place of that of a run. */
const runId = 'mcp/inspect';

/** Returns the function that serves `mcp/inspect`. No run exists, and its only callback is `secret/get`. */
export function serverInspection({ toolsets, keys, epochMs, onDebug }: InspectionDeps): InspectServers {
  let made = 0;
  return async (servers, owner, signal) => {
    toolsets.check({ mcpServers: servers });
    made += 1;
    const callbacks = new HostCallbacks({
      owner: { current: owner },
      served: new Set(),
      runId,
      deps: undefined,
      unknownParts: 'refuse',
      timeoutMs: owner.limits.callbackTimeoutMs,
      inFlight: owner.limits.callbacksInFlight,
      world: { pending: new PendingItems(), counters: { open: 0, late: 0 }, after, epochMs },
      scheduler: { whileHumansDecide: (decide) => decide() },
    });
    const world = sourceWorld({
      runId,
      owner: { current: owner },
      callbacks,
      keys,
      onDebug,
      trace: new TraceContext(null),
    });
    const context = { runStep: 0, idempotencyKey: `${runId}/${made}`, signal };
    return toolsets.inspect(serversOfRun(null, servers), { ...world, elicit: null }, context);
  };
}
