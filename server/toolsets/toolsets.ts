import type { McpServerReport } from '../../protocol/mcp/mcp-inspect.ts';
import type { AgentSpec, WorkspaceSpec } from '../../protocol/spec.ts';
import type { CallbackContext, ToolOutcome } from '../engine/callbacks.ts';
import { EngineError } from '../engine/errors.ts';
import type { SourcedCall, SourcedTools } from '../engine/tools/tool-sources.ts';
import type { RunToolset } from './run-toolset.ts';
import type { PooledRun, ServerPool } from './server-pool.ts';
import type { SourceWorld } from './server-source.ts';
import { checkServer, type McpMode, type NamedServer } from './server-specs.ts';
import { checkWorkspace, type OpenedWorkspace, workspaceSource } from './workspace/opened-workspace.ts';

/** A run that has toolsets. */
export interface ToolsetRun extends PooledRun {
  readonly workspace?: WorkspaceSpec | null | undefined;
}

/** The toolsets of a daemon. What they are made of is loaded when the first run names one. */
export class Toolsets {
  readonly #mode: McpMode;
  readonly #workspace: OpenedWorkspace | null;
  #pool: Promise<ServerPool> | null = null;

  constructor(mode: McpMode, workspace: OpenedWorkspace | null = null) {
    this.#mode = mode;
    this.#workspace = workspace;
  }

  /** Errors: `params.invalid`, `mcp.unavailable` and `run.invalid` for what cannot be meant, or is not allowed by the operator. */
  check(spec: Pick<AgentSpec, 'mcpServers' | 'workspace'>): void {
    checkWorkspace(spec, this.#workspace);
    for (const [name, server] of Object.entries(spec.mcpServers ?? {})) {
      if (!server) continue;
      checkServer(name, server);
      const isAllowed = this.#mode === 'all' || (this.#mode === 'http' && server.url);
      if (!isAllowed) throw notAllowed(name, this.#mode);
    }
  }

  /** The sources of a run; they start nothing before they are listed. */
  forRun({ workspace, ...run }: ToolsetRun): RunToolset {
    const servers = new LazySources(async () => (await this.pool()).sources(run));
    const path = this.#workspace?.path;
    if (!workspace || path === undefined) return servers;
    const files = new LazySources(async () => {
      const { WorkspaceSource } = await import('./workspace/part.ts');
      return new WorkspaceSource(path, workspace);
    });
    return run.servers.length === 0 ? files : new JoinedSources(files, servers);
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
  readonly #open: () => Promise<RunToolset>;
  #sources: Promise<RunToolset> | null = null;

  constructor(open: () => Promise<RunToolset>) {
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

  #opened(): Promise<RunToolset> {
    this.#sources ??= this.#open();
    return this.#sources;
  }
}

/** The workspace of a run before its servers, as one. */
class JoinedSources implements RunToolset {
  readonly #workspace: RunToolset;
  readonly #servers: RunToolset;
  #parts: readonly SourcedTools[] = [];
  #listed: SourcedTools = { tools: [], instructions: [] };

  constructor(workspace: RunToolset, servers: RunToolset) {
    this.#workspace = workspace;
    this.#servers = servers;
  }

  async list(context: CallbackContext): Promise<SourcedTools> {
    const parts = await Promise.all([this.#workspace.list(context), this.#servers.list(context)]);
    if (parts.every((part, at) => part === this.#parts[at])) return this.#listed;
    this.#parts = parts;
    this.#listed = {
      tools: parts.flatMap(({ tools }) => tools),
      instructions: parts.flatMap(({ instructions }) => instructions),
    };
    return this.#listed;
  }

  call(request: SourcedCall, context: CallbackContext): Promise<ToolOutcome> {
    const of = request.source === workspaceSource ? this.#workspace : this.#servers;
    return of.call(request, context);
  }

  async release(): Promise<void> {
    await Promise.all([this.#workspace.release(), this.#servers.release()]);
  }
}
