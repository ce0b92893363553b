import type { McpServer, McpServers } from '../../protocol/mcp/mcp-servers.ts';
import type { AgentSpec } from '../../protocol/spec.ts';
import type { CompiledAgent } from '../engine/agent.ts';
import { deferralNotAllowed } from '../engine/errors.ts';
import { invalidParams } from '../errors/params-error.ts';
import { needsApproval } from './workspace/opened-workspace.ts';

/** Which MCP servers the operator lets clients use. */
export const mcpModes = ['all', 'http', 'off'] as const;
export type McpMode = (typeof mcpModes)[number];

/** A server of a run; `agent` is the registration it belongs to, and shares it with other runs. */
export interface NamedServer {
  readonly name: string;
  readonly spec: McpServer;
  readonly agent: object | null;
}

/** Errors: `params.invalid` for a server that is neither a program nor an address, or both. */
export function checkServer(name: string, spec: McpServer): void {
  const { command, url, type } = spec;
  const refuse = (field: string, message: string) => {
    throw invalidParams([{ path: ['mcpServers', name, ...(field === '' ? [] : [field])], message }]);
  };
  if (Boolean(command) === Boolean(url)) refuse('', 'Give `command` for a program, or `url` for streamable HTTP.');
  if (type && (type === 'stdio') !== Boolean(command))
    refuse('type', `'${type}' needs ${type === 'stdio' ? '`command`' : '`url`'}; the other was given.`);
  const ofOther = command ? (['headers'] as const) : (['args', 'env', 'cwd'] as const);
  const misplaced = ofOther.find((field) => spec[field]);
  if (misplaced) refuse(misplaced, `A server with \`${command ? 'command' : 'url'}\` has none.`);
  if (url) checkUrl(url, refuse);
}

function checkUrl(url: string, refuse: (field: string, message: string) => void): void {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) refuse('url', 'It is not an http or https URL.');
  if (parsed?.username || parsed?.password)
    refuse('url', 'It must not hold credentials; give them in `headers` as {"secret": "NAME"}.');
}

/**
 * The servers of a run over an agent: those of the run take the place of those of the same name, and null takes one away.
 * Servers that stay as the agent has them belong to it.
 */
export function serversOfRun(
  agent: { readonly registration: object; readonly servers: McpServers | null | undefined } | null,
  own: McpServers | null | undefined,
): NamedServer[] {
  const merged = { ...agent?.servers, ...own };
  return Object.entries(merged).flatMap(([name, spec]) => {
    if (!spec) return [];
    const isOfAgent = agent !== null && !Object.hasOwn(own ?? {}, name);
    return [{ name, spec, agent: isOfAgent ? agent.registration : null }];
  });
}

/** Errors: `run.invalid` when calls need an approval that nobody can give. */
export function refuseApprovals(
  { mcpServers, workspace }: Pick<AgentSpec, 'mcpServers' | 'workspace'>,
  { deferred, output }: Pick<CompiledAgent, 'deferred' | 'output'>,
): void {
  if (deferred !== 'end' || output.allowsDeferred) return;
  if (workspace && needsApproval(workspace))
    throw deferralNotAllowed('Edits and commands of the workspace need an approval (`requiresApproval`)');
  for (const [name, spec] of Object.entries(mcpServers ?? {})) {
    const { requiresApproval: approval } = spec ?? {};
    const isNeeded = Array.isArray(approval) ? approval.length > 0 : approval === true;
    if (isNeeded) throw deferralNotAllowed(`Calls of the MCP server '${name}' need an approval (\`requiresApproval\`)`);
  }
}
