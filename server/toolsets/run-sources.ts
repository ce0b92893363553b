import type { CallbackContext, ToolOutcome } from '../engine/callbacks.ts';
import { EngineError } from '../engine/errors.ts';
import type { SourcedCall, SourcedTools, ToolSources } from '../engine/tools/tool-sources.ts';
import type { ServerScope } from './server-scope.ts';
import { type ScopedServer, ServerSource, type SourceWorld } from './server-source.ts';
import { UnavailableError, unavailable } from './unavailable.ts';

/** What the sources of a run are made with. */
export interface RunSourcesOptions extends SourceWorld {
  readonly servers: readonly ScopedServer[];
  /** Most tools of the run, and how many of them are the host's. */
  readonly toolsPerRun: number;
  readonly hostTools: number;
}

/** What one server adds to a run; null when it is left out because it is optional and not available. */
type Part = { readonly tools: SourcedTools['tools']; readonly instructions: string | null } | null;

/** The MCP servers of one run, as the engine sees them. */
export class RunSources implements ToolSources {
  readonly #options: RunSourcesOptions;
  readonly #sources: ReadonlyMap<string, ServerSource>;
  /** Those that were given up for this run. */
  readonly #givenUp = new Set<ServerSource>();
  #parts: readonly Part[] = [];
  #listed: SourcedTools = { tools: [], instructions: [] };

  constructor(options: RunSourcesOptions) {
    this.#options = options;
    this.#sources = new Map(options.servers.map((server) => [server.name, new ServerSource(server, options)]));
    for (const scope of this.#scopes) scope.enter();
  }

  async list(context: CallbackContext): Promise<SourcedTools> {
    const sources = [...this.#sources.values()];
    // Together, so that a slow one costs its time once.
    const parts = await Promise.all(sources.map((source) => this.#part(source, context)));
    for (const source of sources) source.emitWarnings(context);
    if (parts.length === this.#parts.length && parts.every((part, at) => part === this.#parts[at])) return this.#listed;
    const tools = parts.flatMap((part) => part?.tools ?? []);
    this.#checkCount(tools);
    this.#parts = parts;
    this.#listed = { tools, instructions: parts.flatMap((part) => part?.instructions ?? []) };
    return this.#listed;
  }

  call(request: SourcedCall, context: CallbackContext): Promise<ToolOutcome> {
    const source = this.#sources.get(request.source);
    if (!source) throw new Error(`the run has no MCP server '${request.source}'`);
    return source.call(request, context);
  }

  /** To be called when the run has ended; resolves when the servers of the run alone have ended, too. */
  async release(): Promise<void> {
    await Promise.all([...this.#scopes].map((scope) => scope.leave()));
  }

  get #scopes(): Set<ServerScope> {
    return new Set(this.#options.servers.map(({ scope }) => scope));
  }

  async #part(source: ServerSource, context: CallbackContext): Promise<Part> {
    if (this.#givenUp.has(source)) return null;
    try {
      return await source.offered(context);
    } catch (error) {
      if (!(error instanceof UnavailableError) || context.signal.aborted) throw error;
      const reported = source.redacted(unavailable(source.name, error));
      if (!source.isOptional) throw reported;
      this.#givenUp.add(source);
      source.warn({ kind: reported.kind, message: `${reported.message} The run goes on without its tools.` });
      return null;
    }
  }

  /** Errors: `overloaded`. */
  #checkCount(tools: SourcedTools['tools']): void {
    const { toolsPerRun: max, hostTools } = this.#options;
    const value = hostTools + tools.length;
    if (value <= max) return;
    const counts = [...this.#sources.keys()].map(
      (name) => `'${name}' has ${tools.filter(({ source }) => source === name).length}`,
    );
    throw new EngineError(
      'overloaded',
      `The tools of the run would be ${value}; the limit is ${max} (toolsPerRun): ${counts.join(', ')}. Name those the run needs with \`tools\` of the server.`,
      { limit: 'toolsPerRun', max, value },
    );
  }
}
