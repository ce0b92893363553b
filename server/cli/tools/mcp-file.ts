import { McpServer, McpServers } from '../../../protocol/mcp/mcp-servers.ts';
import { issuesOf } from '../../errors/response-error.ts';
import { inputLimits, readJsonFile } from '../input.ts';
import { UsageError } from '../options.ts';

const isMap = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/**
 * Reads the MCP servers of a configuration that other clients use as well: `{"mcpServers": {…}}`, or the servers alone. Fields
 * of others are left out with a warning, and so is a server that is `disabled`.
 *
 * Errors: `UsageError`.
 */
export async function readMcpServers(path: string, warn: (text: string) => void): Promise<McpServers> {
  const name = `--mcp '${path}'`;
  const document = await readJsonFile(path, { name, limit: inputLimits.mcp });
  const servers = isMap(document) && 'mcpServers' in document ? document.mcpServers : document;
  if (!isMap(servers)) throw new UsageError(`${name} has no MCP servers: it has to be {"mcpServers": {"NAME": {…}}}`);
  const known = Object.keys(McpServer().shape);
  const given = Object.entries(servers).flatMap(([server, spec]) => {
    if (!isMap(spec) || spec.disabled === true) return isMap(spec) ? [] : [[server, spec] as const];
    const others = Object.keys(spec).filter((key) => !known.includes(key) && key !== 'disabled');
    if (others.length > 0) warn(`${name}: '${server}' has fields that are not used here: ${others.join(', ')}`);
    if (/\$\{\w/.test(JSON.stringify(spec)))
      warn(
        `${name}: variables like \${NAME} in '${server}' are not expanded; give {"secret": "NAME"} and --allow-env NAME`,
      );
    return [[server, Object.fromEntries(Object.entries(spec).filter(([key]) => known.includes(key)))] as const];
  });
  const parsed = McpServers().safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const [issue] = issuesOf(parsed.error);
  throw new UsageError(`${name}: ${issue?.path.join('.')}: ${issue?.message}`);
}
