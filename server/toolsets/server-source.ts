import type { McpServer } from '../../protocol/mcp/mcp-servers.ts';
import type { CallbackContext, ToolOutcome } from '../engine/callbacks.ts';
import { EngineError } from '../engine/errors.ts';
import { parseExact } from '../engine/json/exact-json.ts';
import type { Warning } from '../engine/model.ts';
import type { SourcedCall, SourcedTool } from '../engine/tools/tool-sources.ts';
import { Redaction } from '../redaction/redaction.ts';
import { contentOf, failureOf, isFailure } from './calls/content.ts';
import { Deadline } from './calls/deadline.ts';
import { type ResolvedServer, resolveServer, type SecretFinder } from './resolved-server.ts';
import type { ServerScope } from './server-scope.ts';
import type { Connected, SharedServer } from './shared-server.ts';
import { type Elicitation, type ElicitFunction, ServerError, type ServerFacts } from './tool-server.ts';
import { type OfferedTools, offeredTools, sharedOfferedTools } from './tools/offered-tools.ts';
import { UnavailableError, unavailable } from './unavailable.ts';

const defaultTimeoutMs = 300_000;
const defaultStartTimeoutMs = 30_000;
/** Characters of instructions, which are the words of others. */
const longestInstructions = 8 * 1024;
/** Warnings about tools of one server that one run emits. */
const mostWarnings = 16;

/** A server of a run, with where its connection belongs. */
export interface ScopedServer {
  readonly name: string;
  readonly spec: McpServer;
  readonly scope: ServerScope;
}

/** An elicitation with its server. */
export type ServerElicitation = Omit<Elicitation, 'isOfCall'> & {
  readonly server: string;
  readonly toolCallId?: string;
};

/** What the servers of a run use of their run. */
export interface SourceWorld {
  readonly runId: string;
  readonly secrets: SecretFinder;
  /** Called with each secret, before it is used: it is to be hidden in the log. */
  readonly onSecret: (value: string) => void;
  /** Gets an answer from the person; null when the client does not serve that. */
  readonly elicit: ((elicitation: ServerElicitation, context: CallbackContext) => ReturnType<ElicitFunction>) | null;
  readonly onDebug: (text: string) => void;
  /** The span that a call belongs to. */
  readonly traceparentOf: (toolCallId: string | undefined) => string | undefined;
}

/** What a server offers a run. */
export interface OfferedPart {
  readonly tools: readonly SourcedTool[];
  readonly instructions: string | null;
}

/** One MCP server of one run. */
export class ServerSource {
  readonly name: string;
  readonly #spec: McpServer;
  readonly #server: ScopedServer;
  readonly #world: SourceWorld;
  #resolved: Promise<ResolvedServer> | null = null;
  #redaction: Redaction | null = null;
  #listed: { readonly from: Connected['tools']; readonly part: OfferedPart } | null = null;
  #warnings: Warning[] = [];
  readonly #warned = new Set<string>();

  constructor(server: ScopedServer, world: SourceWorld) {
    this.name = server.name;
    this.#spec = server.spec;
    this.#server = server;
    this.#world = world;
  }

  get isOptional(): boolean {
    return this.#spec.optional ?? false;
  }

  /** What it offers now: the same object when nothing has changed. Errors: `UnavailableError`. */
  async offered(context: CallbackContext): Promise<OfferedPart> {
    const { server, tools: from } = await this.#connected(context);
    if (this.#listed?.from === from) return this.#listed.part;
    const { tools, skipped, unknown } = sharedOfferedTools(this.name, this.#spec, from);
    for (const { name, reason } of skipped)
      this.warn({
        kind: 'mcp.toolSkipped',
        message: `The tool '${name}' of '${this.name}' is not offered: ${reason}.`,
      });
    for (const name of unknown)
      this.warn({ kind: 'mcp.toolUnknown', message: `The MCP server '${this.name}' has no tool '${name}'.` });
    const { instructions } = server.facts;
    const part = {
      tools: this.cleaned(tools),
      instructions: this.#spec.instructions && instructions ? instructions.slice(0, longestInstructions) : null,
    };
    this.#listed = { from, part };
    return part;
  }

  /** Everything there is to know about it, for humans. Errors: `UnavailableError`. */
  async looked(context: CallbackContext): Promise<{ facts: ServerFacts; startMs: number; offered: OfferedTools }> {
    const { server, tools, startMs } = await this.#connected(context);
    const { instructions, ...facts } = server.facts;
    const shown = instructions === undefined ? {} : { instructions: instructions.slice(0, longestInstructions) };
    return { facts: { ...facts, ...shown }, startMs, offered: offeredTools(this.name, this.#spec, tools) };
  }

  /** Warns once of each thing. */
  warn(warning: Warning): void {
    if (this.#warned.has(warning.message) || this.#warned.size >= mostWarnings) return;
    this.#warned.add(warning.message);
    this.#warnings.push(warning);
  }

  emitWarnings({ emit }: CallbackContext): void {
    for (const warning of this.#warnings.splice(0)) emit?.({ event_kind: 'warning', ...warning });
  }

  /** Without the secrets that the server was given, which it may give back. */
  cleaned<T>(value: T): T {
    return this.#redaction ? this.#redaction.value(value) : value;
  }

  redacted(error: EngineError): EngineError {
    return new Redaction(this.#redaction?.secrets ?? []).error(error) as EngineError;
  }

  /** Calls a tool. Errors: `EngineError` for what ends the run, the reason of the signal. */
  async call(request: SourcedCall, context: CallbackContext): Promise<ToolOutcome> {
    try {
      const result = await this.#result(request, context);
      if (!isFailure(result)) return this.cleaned({ kind: 'return', content: contentOf(result) });
      const { onToolError: choice } = this.#spec;
      const message = this.cleaned(failureOf(result, request.tool));
      if (choice === 'fail-run') throw this.#failed(request, message);
      return { kind: choice ?? 'retry', message };
    } catch (error) {
      context.signal.throwIfAborted();
      if (error instanceof EngineError) throw error;
      const message = this.cleaned(this.#messageOf(error));
      if (this.#spec.onToolError === 'fail-run') throw this.#failed(request, message);
      return { kind: 'retry', message };
    }
  }

  #failed({ tool }: SourcedCall, message: string): EngineError {
    return new EngineError('callback.failed', message, { method: 'tools/call', name: tool, server: this.name });
  }

  #messageOf(error: unknown): string {
    if (error instanceof UnavailableError) return unavailable(this.name, error).message;
    if (error instanceof ServerError) {
      const { kind, message } = error.fault;
      return kind === 'gone' || kind === 'session' ? `The MCP server '${this.name}' is gone: ${message}` : message;
    }
    throw error;
  }

  /** The result as the server sent it; tried again where the server cannot have done anything, or may do it twice. */
  async #result(request: SourcedCall, context: CallbackContext): Promise<unknown> {
    for (let tries = 1; ; tries += 1) {
      const { connected, shared } = await this.#use(context);
      try {
        return await this.#callOnce(connected, request, context);
      } catch (error) {
        if (!(error instanceof ServerError)) throw error;
        const { kind, message } = error.fault;
        if (kind === 'gone' || kind === 'session') shared.drop(connected.server);
        const mayRepeat = kind === 'session' && request.effect !== 'once';
        const isRenewed = kind === 'unauthorized' && tries === 1 && (await this.#renew(context));
        if (tries === 1 && (mayRepeat || isRenewed)) continue;
        if (kind === 'unauthorized') throw new UnavailableError(message, { isUnauthorized: true });
        // How the program ended says more than that the connection did.
        if (kind === 'gone' && shared.lastEnd !== '') throw new ServerError({ kind, message: shared.lastEnd });
        throw error;
      }
    }
  }

  async #callOnce({ server, tools }: Connected, request: SourcedCall, context: CallbackContext): Promise<unknown> {
    const { tool: name, args, argsText, onProgress } = request;
    const timeoutMs = this.#spec.timeoutMs ?? defaultTimeoutMs;
    const deadline = new Deadline(timeoutMs);
    const { elicit, runId, traceparentOf } = this.#world;
    const traceparent = traceparentOf(request.toolCallId);
    try {
      return await server.call({
        name,
        args: argsText === undefined ? args : (parseExact(argsText) as Record<string, unknown>),
        inputSchema: tools.find((tool) => tool.name === name)?.inputSchema,
        runId,
        signal: AbortSignal.any([context.signal, deadline.signal]),
        ...(traceparent === undefined ? {} : { traceparent }),
        onProgress: (message, fraction) => {
          deadline.move();
          onProgress(message === undefined ? undefined : this.cleaned(message), fraction);
        },
        elicit:
          elicit &&
          ((elicitation, signal) => deadline.during(this.#elicit(elicitation, request, { ...context, signal }))),
      });
    } catch (error) {
      if (!deadline.signal.aborted || context.signal.aborted) throw error;
      throw this.#spec.onToolError === 'fail-run'
        ? new EngineError('callback.timeout', `'${name}' of '${this.name}' did not end within ${timeoutMs} ms.`, {
            method: 'tools/call',
            name,
            timeoutMs,
          })
        : new ServerError({ kind: 'refused', message: `Timed out after ${timeoutMs / 1000} seconds.` });
    } finally {
      deadline.end();
    }
  }

  /** A person who cannot be reached has made no choice. */
  async #elicit(
    { isOfCall, ...elicitation }: Elicitation,
    { toolCallId }: SourcedCall,
    context: CallbackContext,
  ): ReturnType<ElicitFunction> {
    const { elicit, onDebug } = this.#world;
    try {
      const request = { server: this.name, ...(isOfCall ? { toolCallId } : {}), ...elicitation };
      return (await elicit?.(request, context)) ?? { action: 'cancel' };
    } catch (error) {
      context.signal.throwIfAborted();
      if (error instanceof EngineError && error.kind === 'client.gone') throw error;
      onDebug(`the question of '${this.name}' could not be asked: ${(error as Error).message}`);
      return { action: 'cancel' };
    }
  }

  async #connected(context: CallbackContext): Promise<Connected> {
    return (await this.#use(context)).connected;
  }

  async #use(context: CallbackContext): Promise<{ connected: Connected; shared: SharedServer }> {
    const { startTimeoutMs } = this.#spec;
    for (let tries = 1; ; tries += 1) {
      const shared = await this.#shared(context);
      try {
        return { connected: await shared.use(startTimeoutMs ?? defaultStartTimeoutMs, context.signal), shared };
      } catch (error) {
        const isRefused = error instanceof UnavailableError && error.isUnauthorized && tries === 1;
        if (!isRefused || !(await this.#renew(context))) throw error;
      }
    }
  }

  async #shared(context: CallbackContext): Promise<SharedServer> {
    this.#resolved ??= this.#resolve(context);
    const resolved = await this.#resolved.catch((error: unknown) => {
      this.#resolved = null;
      throw error;
    });
    const { elicit, onDebug } = this.#world;
    const canElicit = elicit !== null;
    return this.#server.scope.server(`${resolved.key}:${canElicit}`, () => ({
      target: resolved.target,
      canElicit,
      onDebug: (text) => onDebug(`MCP server '${this.name}' ${this.cleaned(text)}`),
    }));
  }

  /** Finds other secrets than those that were refused; false when there are none. */
  async #renew(context: CallbackContext): Promise<boolean> {
    const before = await this.#resolved;
    if (!before || before.found.size === 0) return false;
    const after = await this.#resolve(context, before.found);
    if (after.key === before.key) return false;
    this.#resolved = Promise.resolve(after);
    this.#server.scope.end(`${before.key}:${this.#world.elicit !== null}`);
    return true;
  }

  async #resolve(context: CallbackContext, refused?: ReadonlyMap<string, string>): Promise<ResolvedServer> {
    const { secrets: finder, onSecret } = this.#world;
    const from = { finder, context, ...(refused ? { refused } : {}) };
    const resolved = await resolveServer(this.name, this.#spec, from);
    for (const secret of resolved.secrets) onSecret(secret);
    this.#redaction = resolved.secrets.length > 0 ? new Redaction(resolved.secrets, { byShape: false }) : null;
    return resolved;
  }
}
