import type {
  CallbackMethod,
  CallbackParamsOf,
  NotificationOf,
  ParamsInputOf,
  RequestMethod,
  ResultOf,
  RunResult,
} from '../types/client-types.ts';
import type { CancellationLike, ConnectionLike } from './connection.ts';
import { type ModelContext, type RunHandlers, servedBy, type ToolContext } from './handlers.ts';
import { KeptHistories } from './kept-histories.ts';
import { Requests } from './requests.ts';
import { EventQueue, Run, type RunEventMessage } from './run.ts';
import { ToolAnswer, toWire } from './tool-result.ts';

export { ErrorCode, type ErrorKind } from '../errors.ts';
export type * from '../types/client-types.ts';
export type { RunResult } from '../types/client-types.ts';
export type * from '../types/wire-types.ts';
export type { CancellationLike, ConnectionLike } from './connection.ts';
export type { Elicitation, ModelContext, RunHandlers, ToolContext, ToolFunction } from './handlers.ts';
export { ConnectionClosedError } from './requests.ts';
export { Run, type RunEventMessage } from './run.ts';
export {
  approvalRequired,
  deferred,
  failed,
  retry,
  ToolAnswer,
  type ToolResultExtras,
  toolResult,
} from './tool-result.ts';

/** How a client is made. @since 0.1.0 */
export interface ClientOptions {
  /**
   * Makes the error response of a callback: `(code, message) => new ResponseError(code, message)` of your own
   * copy of the JSON-RPC library, which would otherwise put words of its own around the message.
   */
  readonly makeError?: (code: number, message: string) => Error;
  /** Gives secrets to runs that have no handler of their own for them. */
  readonly secret?: RunHandlers['secret'];
}

/**
 * The parameters of `run/start` as `RunwireClient.start` takes them: it waits by itself, names the callbacks that it serves,
 * and gives `include` to the request that waits.
 *
 * @since 0.1.0
 */
export type StartParams = Omit<ParamsInputOf<'run/start'>, 'wait' | 'callbacks' | 'partialResultToken' | '_meta'>;

/**
 * The parameters of `run/resume` as `RunwireClient.resume` takes them; a run that ended deferred goes on by `start`, with its
 * `messageHistory` and `deferredToolResults`.
 *
 * @since 0.1.0
 */
export type ResumeParams = Omit<
  ParamsInputOf<'run/resume'>,
  'runId' | 'wait' | 'callbacks' | 'deferredToolResults' | 'partialResultToken' | '_meta'
>;

type Live = { readonly handlers: RunHandlers; readonly events: EventQueue; readonly histories: KeptHistories };

const methodNotFound = -32601;
const requestFailed = -32000;

/**
 * A typed client over any connection. It serves the callbacks of all its runs, each from the handlers the run was
 * started with, so that runs may share the names of tools. Make it before the connection listens.
 *
 * @since 0.1.0
 */
export class RunwireClient {
  readonly #connection: ConnectionLike;
  readonly #requests: Requests;
  readonly #makeError: (code: number, message: string) => Error;
  readonly #secret: RunHandlers['secret'];
  readonly #runs = new Map<string, Live>();
  /** The callbacks the handshake listed; null: all of them. Others may have made the handshake. */
  #listed: readonly string[] | null = [];

  constructor(connection: ConnectionLike, options: ClientOptions = {}) {
    this.#connection = connection;
    this.#requests = new Requests(connection);
    this.#makeError = options.makeError ?? ((_code, message) => new Error(message));
    this.#secret = options.secret;
    connection.onNotification('run/event', (params) => {
      const message = params as RunEventMessage;
      this.#runs.get(message.runId)?.events.push(message);
    });
    connection.onNotification('run/delta', (params) => {
      const delta = params as NotificationOf<'run/delta'>;
      this.#runs.get(delta.runId)?.handlers.onDelta?.(delta);
    });
    this.#serve('tool/call', this.#callTool);
    this.#serve('output/validate', this.#validateOutput);
    this.#serve('prompt/resolve', this.#resolvePrompt);
    this.#serve('model/request', this.#requestModel);
    this.#serve('history/process', this.#processHistory);
    this.#serve('tools/prepare', this.#prepareTools);
    this.#serve('deferred/handle', this.#handleDeferred);
    this.#serve('secret/get', this.#getSecret);
    this.#serve('user/ask', this.#elicit);
  }

  /** Sends any request of the protocol. Errors: those of the method, `ConnectionClosedError`. */
  request<M extends RequestMethod>(method: M, params: ParamsInputOf<M>): Promise<ResultOf<M>> {
    return this.#requests.send<ResultOf<M>>(method, params);
  }

  /** The handshake; must come first. Callbacks that it leaves out of a list are still served to runs with handlers for them. */
  async initialize(params: ParamsInputOf<'initialize'> = {}): Promise<ResultOf<'initialize'>> {
    const options = { historyDeltas: true, ...params.initializationOptions };
    this.#listed = options.callbacks ?? null;
    const result = await this.request('initialize', { ...params, initializationOptions: options });
    await this.#connection.sendNotification('initialized', {});
    return result;
  }

  /** Ends the session; the daemon exits with 0. */
  async shutdown(): Promise<void> {
    await this.#requests.send('shutdown');
    await this.#connection.sendNotification('exit');
  }

  /**
   * Starts a run and resolves once the daemon has taken it.
   *
   * Errors: those of `run/start`, as the connection reports them.
   */
  async start({ include, ...spec }: StartParams, handlers: RunHandlers = {}): Promise<Run> {
    // Chosen here: events and callbacks may arrive before the response that has the id.
    const runId = spec.runId ?? crypto.randomUUID();
    return this.#follow(runId, { handlers, include }, async () => {
      await this.request('run/start', { ...spec, ...this.#served(handlers), runId });
      return 0;
    });
  }

  /**
   * Continues a run that was interrupted, or that another connection followed; one that has ended is there with its result.
   * Its callbacks reach these handlers from here on, and its events come after `lastSeq` of the run.
   *
   * Errors: those of `run/resume`, as the connection reports them.
   */
  resume(runId: string, handlers: RunHandlers = {}, { include, ...params }: ResumeParams = {}): Promise<Run> {
    return this.#follow(runId, { handlers, include }, async () => {
      const resumed = await this.request('run/resume', { ...params, ...this.#served(handlers), runId });
      return resumed.lastSeq;
    });
  }

  /** Serves the callbacks of a run and waits for its end; `begin` returns the number of the last event that does not come. */
  async #follow(
    runId: string,
    { handlers, include }: { handlers: RunHandlers; include: StartParams['include'] },
    begin: () => Promise<number>,
  ): Promise<Run> {
    const events = new EventQueue();
    const live = { handlers, events, histories: new KeptHistories() };
    this.#runs.set(runId, live);
    const forget = () => {
      events.end();
      // Another call may have taken the run over.
      if (this.#runs.get(runId) === live) this.#runs.delete(runId);
    };
    try {
      const lastSeq = await begin();
      const result = this.#requests.send<RunResult>('run/wait', { runId, ...(include ? { include } : {}) });
      result.then(forget, forget);
      return new Run(runId, this.#requests, { events, result, lastSeq });
    } catch (error) {
      forget();
      throw error;
    }
  }

  /** Callbacks of one run, as far as the handshake did not list them. */
  #served(handlers: RunHandlers): { callbacks?: CallbackMethod[] } {
    const secret = handlers.secret ?? this.#secret;
    const given = servedBy(secret ? { ...handlers, secret } : handlers);
    const callbacks = this.#listed === null ? [] : given.filter((method) => !this.#listed?.includes(method));
    return callbacks.length > 0 ? { callbacks } : {};
  }

  #serve<M extends CallbackMethod>(
    method: M,
    serve: (params: CallbackParamsOf<M>, handlers: RunHandlers, signal: AbortSignal) => unknown,
  ): void {
    this.#connection.onRequest(method, async (raw, token?: CancellationLike) => {
      const params = raw as CallbackParamsOf<M>;
      const run = this.#runs.get(params.runId);
      // No run needs the secrets of servers that are only looked at (`mcp/inspect`).
      const handlers = run?.handlers ?? (method === 'secret/get' ? {} : null);
      if (!handlers) throw this.#makeError(requestFailed, `This client has not started run '${params.runId}'.`);
      const controller = new AbortController();
      const listener = token?.onCancellationRequested(() => controller.abort());
      try {
        return await serve.call(this, params, handlers, controller.signal);
      } catch (error) {
        if (error instanceof NoHandler) throw this.#makeError(methodNotFound, error.message);
        throw this.#makeError(requestFailed, error instanceof Error ? error.message : String(error));
      } finally {
        listener?.dispose();
      }
    });
  }

  async #callTool(call: CallbackParamsOf<'tool/call'>, handlers: RunHandlers, signal: AbortSignal): Promise<unknown> {
    const tool = find(handlers.tools, call.name, 'tool');
    const { runId, toolCallId } = call;
    const progress = (message: string, fraction?: number) => {
      this.#notify('tool/progress', { runId, toolCallId, message, ...(fraction === undefined ? {} : { fraction }) });
    };
    const elicit: ToolContext['elicit'] = async (elicitation) =>
      (await handlers.elicit?.({ ...elicitation, runId, toolCallId, signal })) ?? { action: 'cancel' };
    return toWire(await tool(call.args, { call, signal, progress, elicit }));
  }

  async #validateOutput(call: CallbackParamsOf<'output/validate'>, handlers: RunHandlers): Promise<unknown> {
    const named = call.kind === 'validator' ? handlers.validators : handlers.functions;
    const answer = await find(named, call.name, call.kind)(call.output, call);
    return answer instanceof ToolAnswer ? answer.wire : { output: answer ?? null };
  }

  async #resolvePrompt(call: CallbackParamsOf<'prompt/resolve'>, handlers: RunHandlers): Promise<unknown> {
    return { text: await find(handlers.prompts, call.ref, 'prompt')(call) };
  }

  async #requestModel(
    call: CallbackParamsOf<'model/request'>,
    handlers: RunHandlers,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { runId, requestId } = call;
    const model = find(handlers.models, call.model, 'model');
    const request = this.#runs.get(runId)?.histories.complete(call);
    if (!request) return { wholeHistory: true };
    const delta: ModelContext['delta'] = (piece) => this.#notify('model/delta', { runId, requestId, delta: piece });
    return { response: await model(request, { signal, delta }) };
  }

  async #processHistory(call: CallbackParamsOf<'history/process'>, handlers: RunHandlers): Promise<unknown> {
    return { messages: await find(handlers.historyProcessors, call.processor, 'history processor')(call.messages) };
  }

  async #handleDeferred(call: CallbackParamsOf<'deferred/handle'>, handlers: RunHandlers): Promise<unknown> {
    if (!handlers.deferred) throw new NoHandler('no deferred handler was given to start()');
    return handlers.deferred(call);
  }

  async #getSecret(call: CallbackParamsOf<'secret/get'>, handlers: RunHandlers): Promise<unknown> {
    const secret = handlers.secret ?? this.#secret;
    if (!secret) throw new NoHandler('no secret handler was given');
    const value = await secret(call);
    return value === null ? null : { value };
  }

  async #elicit(call: CallbackParamsOf<'user/ask'>, handlers: RunHandlers, signal: AbortSignal): Promise<unknown> {
    if (!handlers.elicit) throw new NoHandler('no ask handler was given to start()');
    return handlers.elicit({ ...call, signal });
  }

  /** Nothing waits for a notification: a failure to send it is one of the connection, which the run reports. */
  #notify(method: string, params: object): void {
    Promise.resolve(this.#connection.sendNotification(method, params)).catch(() => undefined);
  }

  async #prepareTools(call: CallbackParamsOf<'tools/prepare'>, handlers: RunHandlers): Promise<unknown> {
    if (!handlers.prepareTools) throw new NoHandler('no prepareTools was given');
    return { tools: await handlers.prepareTools(call.tools, call) };
  }
}

/** The run names something it was not given: the response is that of an unknown method, which ends the run. */
class NoHandler extends Error {}

function find<T>(named: Readonly<Record<string, T>> | undefined, name: string, what: string): T {
  const handler = named && Object.hasOwn(named, name) ? named[name] : undefined;
  if (!handler) throw new NoHandler(`no ${what} '${name}' was given to start()`);
  return handler;
}
