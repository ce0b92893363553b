import type { McpServerReport } from '../../protocol/mcp/mcp-inspect.ts';
import type { McpServers } from '../../protocol/mcp/mcp-servers.ts';
import type { CallbackContext, ToolOutcome } from '../engine/callbacks.ts';
import { EngineError } from '../engine/errors.ts';
import type { SourcedCall, SourcedTools, ToolSources } from '../engine/tools/tool-sources.ts';
import type { RunSources } from './run-sources.ts';
import type { PooledRun, ServerPool } from './server-pool.ts';
import type { SourceWorld } from './server-source.ts';
import { checkServer, type McpMode, type NamedServer } from './server-specs.ts';

/** The sources of a run, which have to be released when it has ended. */
export interface RunToolset extends ToolSources {
  release(): Promise<void>;
}

/** The toolsets of a daemon. What speaks to servers is loaded when the first run names one. */
export class Toolsets {
  readonly #mode: McpMode;
  #pool: Promise<ServerPool> | null = null;

  constructor(mode: McpMode) {
    this.#mode = mode;
  }

  /** Errors: `run.invalid` for a server that cannot be meant, or that the operator does not allow. */
  check(servers: McpServers | null | undefined): void {
    for (const [name, spec] of Object.entries(servers ?? {})) {
      if (!spec) continue;
      checkServer(name, spec);
      const isAllowed = this.#mode === 'all' || (this.#mode === 'http' && spec.url);
      if (!isAllowed) throw notAllowed(name, this.#mode);
    }
  }

  /** The sources of a run; they start nothing before they are listed. */
  forRun(run: PooledRun): RunToolset {
    return new LazySources(async () => (await this.pool()).sources(run));
  }

  /** Ends the servers of an agent that is unregistered, once its runs are over. */
  retire(agent: object): void {
    void this.#pool?.then((pool) => pool.retire(agent));
  }

  /** Ends all servers; resolves when they are gone. */
  async close(): Promise<void> {
    await (await this.#pool)?.close();
  }

  /** Starts servers, looks at them, and ends them again. */
  async inspect(
    servers: readonly NamedServer[],
    world: SourceWorld,
    context: CallbackContext,
  ): Promise<McpServerReport[]> {
    const { inspectServers } = await import('./part.ts');
    return inspectServers(servers, world, context);
  }

  pool(): Promise<ServerPool> {
    this.#pool ??= import('./part.ts').then(({ ServerPool }) => new ServerPool());
    return this.#pool;
  }
}

function notAllowed(name: string, mode: McpMode): EngineError {
  const allowed = mode === 'off' ? 'no MCP servers' : 'MCP servers with a `url` only';
  return new EngineError(
    'mcp.unavailable',
    `The MCP server '${name}' cannot be used: the operator of the daemon allows ${allowed} (\`--mcp ${mode}\`).`,
    { server: name, reason: `--mcp ${mode}` },
  );
}

class LazySources implements RunToolset {
  readonly #open: () => Promise<RunSources>;
  #sources: Promise<RunSources> | null = null;

  constructor(open: () => Promise<RunSources>) {
    this.#open = open;
  }

  async list(context: CallbackContext): Promise<SourcedTools> {
    return (await this.#opened()).list(context);
  }

  async call(request: SourcedCall, context: CallbackContext): Promise<ToolOutcome> {
    return (await this.#opened()).call(request, context);
  }

  async release(): Promise<void> {
    await (await this.#sources)?.release();
  }

  #opened(): Promise<RunSources> {
    this.#sources ??= this.#open();
    return this.#sources;
  }
}
