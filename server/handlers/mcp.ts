import type { McpServerReport } from '../../protocol/mcp/mcp-inspect.ts';
import type { McpServers } from '../../protocol/mcp/mcp-servers.ts';
import type { Handlers } from '../dispatch/dispatch.ts';
import type { Session } from '../session.ts';

type McpHandlers = Pick<Handlers, Extract<keyof Handlers, `mcp/${string}`>>;

/** What the `mcp/…` requests need. */
export interface McpDeps {
  inspect(servers: McpServers, owner: Session['owner'], signal: AbortSignal): Promise<readonly McpServerReport[]>;
}

/** The `mcp/…` requests. */
export function mcpHandlers({ inspect }: McpDeps): McpHandlers {
  return {
    'mcp/inspect': async ({ mcpServers }, { owner }, { signal }) => ({
      servers: [...(await inspect(mcpServers, owner, signal))],
    }),
  };
}
