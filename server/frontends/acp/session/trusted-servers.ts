import type { McpServers } from '../../../../protocol/mcp/mcp-servers.ts';
import type { ToolDefinition } from '../../../../protocol/spec.ts';

/** Returns which tools only read, as a server says that the operator trusts. */
export function readsOnlyOf(servers: McpServers | null | undefined): (tool: ToolDefinition) => boolean {
  const prefixes = Object.entries(servers ?? {}).flatMap(([name, server]) =>
    server?.trusted ? [server.prefix === undefined ? name : (server.prefix ?? '')] : [],
  );
  return ({ name, metadata }) => {
    const { annotations } = (metadata ?? {}) as { annotations?: { readOnlyHint?: unknown } };
    const isTrusted = prefixes.some((prefix) => prefix === '' || name.startsWith(`${prefix}_`));
    return isTrusted && annotations?.readOnlyHint === true;
  };
}
