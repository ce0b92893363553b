import type { McpServers } from '../../../../protocol/mcp/mcp-servers.ts';
import { invalidParams } from '../connection/rpc-error.ts';

type Servers = NonNullable<McpServers>;

/**
 * The MCP servers of an editor, as a run names them. One that is not there costs its tools alone, and every call needs an
 * approval.
 *
 * Errors: `RpcError` for a server that cannot be meant.
 */
export function editorServers(given: unknown): Servers {
  if (given === undefined || given === null) return {};
  if (!Array.isArray(given)) throw invalidParams('`mcpServers` must be a list.');
  const servers: Record<string, Servers[string]> = {};
  for (const [at, one] of given.entries()) {
    const { name, type, command, args, env, url, headers } = (one ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string' || name === '') throw invalidParams(`\`mcpServers[${at}]\` has no \`name\`.`);
    if (type === 'sse') throw invalidParams(`The MCP server '${name}' uses SSE, which is not supported; use http.`);
    servers[unusedName(safeName(name), servers)] =
      typeof url === 'string'
        ? { ...common, type: 'http', url, headers: recordOf(headers) }
        : { ...common, command: textOf(command, name), args: textsOf(args), env: recordOf(env) };
  }
  return servers;
}

const common = { optional: true, requiresApproval: true };

/** Names become part of the names of tools, which providers take in letters, digits, `_` and `-`. */
export const safeName = (name: string) => name.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 32);

function unusedName(name: string, taken: object): string {
  for (let count = 2, unused = name; ; count += 1) {
    if (!Object.hasOwn(taken, unused)) return unused;
    unused = `${name}_${count}`;
  }
}

function textOf(command: unknown, name: string): string {
  if (typeof command === 'string' && command !== '') return command;
  throw invalidParams(`The MCP server '${name}' has neither a \`command\` nor a \`url\`.`);
}

const textsOf = (values: unknown): string[] => (Array.isArray(values) ? values.map(String) : []);

/** `[{name, value}]` as an object. */
function recordOf(pairs: unknown): Record<string, string> {
  const entries = (Array.isArray(pairs) ? pairs : []).flatMap((pair) => {
    const { name, value } = (pair ?? {}) as Record<string, unknown>;
    return typeof name === 'string' ? [[name, String(value ?? '')] as const] : [];
  });
  return Object.fromEntries(entries);
}
