import type { CancellationToken } from 'vscode-jsonrpc/node';
import type { After } from './callbacks/timer.ts';
import { type Call, dispatch, type Handlers } from './dispatch.ts';
import { EngineError } from './engine/errors.ts';
import { reportBug, responseError, toResponseError } from './errors/response-error.ts';
import { createLocalExecutor, type StoreAccess } from './executors/local/local-executor.ts';
import type { RunnerFactory } from './executors/local/run-builder.ts';
import type { RunExecutor } from './executors/run-executor.ts';
import { agentHandlers } from './handlers/agent.ts';
import { mcpHandlers } from './handlers/mcp.ts';
import { takeNotification } from './handlers/notifications.ts';
import { pendingHandlers } from './handlers/pending.ts';
import { runHandlers } from './handlers/run.ts';
import { serviceHandlers } from './handlers/service.ts';
import { Lifecycle, type LifecycleParts } from './lifecycle.ts';
import { defaultLimits } from './limits.ts';
import { type Log, type LogSink, logLevels } from './log.ts';
import { connectionClient } from './rpc/connection-client.ts';
import { needsWakeUp } from './rpc/wake-up.ts';
import type { Wire, WireEvents } from './rpc/wire.ts';
import { AgentRegistry } from './runs/agent-registry.ts';
import type { RunTracer } from './runs/run-trace.ts';
import { serverInspection } from './runs/toolsets/server-inspection.ts';
import { Session } from './session.ts';
import type { McpMode } from './toolsets/server-specs.ts';
import { Toolsets } from './toolsets/toolsets.ts';

/** The parts of its process that a daemon uses. */
export interface ServerDeps {
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
  /** Further variables with keys that a client may name. */
  readonly allowEnv?: ReadonlySet<string>;
  /** True when runs may download from the local network on request. */
  readonly allowLocalDownloads?: boolean;
  /** Which MCP servers clients may name; default all. */
  readonly mcp?: McpMode;
  readonly log: Log;
  /** Called with each secret that the host gives: it is to be hidden in the log and the trace. */
  readonly onSecret?: (value: string) => void;
  /** RFC 3339 time, milliseconds of a steady clock, milliseconds since 1970. */
  readonly world: { now(): string; elapsed(): number; epochMs(): number };
  readonly limits?: Partial<typeof defaultLimits>;
  /** Makes the runners of runs; default: steps are called, not recorded. */
  readonly runner?: RunnerFactory;
  /** Where runs are kept; absent: in memory alone. */
  readonly store?: StoreAccess | undefined;
  /** Records spans of runs; absent: none are. */
  readonly tracer?: RunTracer | undefined;
  /** Timers of runs; default: those of the process. */
  readonly after?: After;
  /** Called with the exit code at the end: runs have ended, responses were written. */
  readonly onExit?: (code: number) => void;
  /** Watches the process of the host, which it names in the handshake. */
  readonly watchHost?: (pid: number, onGone: () => void) => void;
}

/** A daemon that serves one connection. */
export interface Server {
  /** Ends the runs of a client that has gone and resolves when all have ended. */
  close(): Promise<void>;
  readonly session: Session;
  /** Its runs. */
  readonly executor: RunExecutor;
  /** How it ends; the input and the output have their part in it already. */
  readonly lifecycle: Lifecycle;
  /** Shows lines of the log to the client. */
  readonly showLog: LogSink;
  /** Goes on with the interrupted runs of the store, as far as they need no host. */
  resumeInterrupted(): Promise<void>;
}

/** Wires a connection to the engine. The caller owns the connection and the process. */
export function serve(wire: Wire, deps: ServerDeps): Server {
  const { connection } = wire;
  const limits = { ...defaultLimits, ...deps.limits };
  const toolsets = new Toolsets(deps.mcp ?? 'all');
  const { handlers, executor } = createHandlers(deps, limits, { wire, toolsets });
  const client = connectionClient(wire);
  const session = new Session(client, limits, deps.onSecret);
  wire.limits = () => session.limits;

  connection.onRequest((method: string, params: unknown, token: CancellationToken) =>
    answer(handlers, { method, params }, session, { token, log: deps.log }),
  );
  connection.onNotification((method: string, params: unknown) => {
    if (method === 'exit') lifecycle.exitRequested();
    else takeNotification({ method, params }, { executor, log: deps.log });
  });
  /** No client responds to callbacks any more, neither to those that were sent nor to pending items. */
  const abandon = () => {
    // Runs that are stored are left as they are, before the callbacks they wait for fail.
    executor.abandonCallbacks();
    wire.callbacks.close();
  };
  const lifecycle = new Lifecycle(lifecycleParts(wire, session, { ...deps, executor, toolsets, abandon }));
  session.onInitialize = (params) => {
    const { processId, trace } = params;
    wire.trace.set(trace);
    wire.wakeUp.isEnabled = needsWakeUp(params);
    if (processId) deps.watchHost?.(processId, () => lifecycle.hostGone());
  };
  wire.events = wireEvents(wire, { lifecycle, executor, log: deps.log });
  return {
    session,
    executor,
    lifecycle,
    showLog: (level, message) => {
      // Nothing may be sent before the response to the handshake.
      if (!wire.answers.isOpen) return;
      client.notify('window/logMessage', { type: logLevels.indexOf(level) + 1, message });
    },
    resumeInterrupted: async () => {
      const onFailure = (runId: string, error: unknown) =>
        deps.log.warn(`run '${runId}' stays interrupted: ${(error as Error).message}`);
      const failed = (error: unknown) => deps.log.error(`no run goes on: ${(error as Error).message}`);
      await executor.resumeInterrupted(onFailure).catch(failed);
    },
    close: async () => {
      abandon();
      await executor.endRuns(session.owner, clientGone(), limits.shutdownGraceMs);
      await toolsets.close();
    },
  };
}

function wireEvents(
  wire: Wire,
  { lifecycle, executor, log }: { lifecycle: Lifecycle; executor: RunExecutor; log: Log },
): WireEvents {
  return {
    onEnd: () => lifecycle.inputEnded(wire.framing),
    onClosed: () => lifecycle.hostGone(),
    onLost: (reason) => {
      log.error(`the input is not a stream of messages: ${reason}`);
      lifecycle.inputLost();
    },
    onPiece: (params) => takeNotification({ method: 'model/delta', params }, { executor, log }),
    onUnclear: (reason, runIds) => executor.warn(runIds, unclearAnswer(reason)),
  };
}

const unclearAnswer = (reason: string) => ({
  kind: 'callback.unreadable',
  message: `A message of the host could not be read: ${reason}. Several callbacks are open and it names none of them; the one that it was to answer waits until its deadline.`,
});

const clientGone = () => new EngineError('client.gone', 'The client has gone.');

function lifecycleParts(
  wire: Wire,
  session: Session,
  deps: ServerDeps & { executor: RunExecutor; toolsets: Toolsets; abandon: () => void },
): LifecycleParts {
  const { requests, pump } = wire;
  const { executor } = deps;
  return {
    isShutDown: () => session.isShutDown,
    stop: () => session.stop(),
    clientGone: deps.abandon,
    idle: async () => {
      await requests.answered();
      await executor.idle(session.owner);
      // Requests that waited for the runs get their responses after them.
      await requests.answered();
    },
    endRuns: (error, ms) => executor.endRuns(session.owner, error, ms),
    answered: () => requests.answered(),
    flushed: () => pump.drained(0),
    // Nothing that was started outlives us.
    exit: (code) => {
      executor.close();
      void deps.toolsets.close().then(() => deps.onExit?.(code));
    },
    graceMs: () => session.limits.shutdownGraceMs,
    errors: {
      gone: clientGone(),
      stopped: new EngineError('run.cancelled', 'The agent run was cancelled: the daemon was stopped.'),
    },
  };
}

function createHandlers(
  deps: ServerDeps,
  limits: typeof defaultLimits,
  { wire, toolsets }: { wire: Wire; toolsets: Toolsets },
): { handlers: Handlers; executor: RunExecutor } {
  const { env, log, world, runner, after, store, tracer } = deps;
  const { allowEnv = new Set<string>(), allowLocalDownloads = false } = deps;
  const keys = { env, allowEnv, allowLocalDownloads };
  const agents = new AgentRegistry(limits, (agent) => toolsets.retire(agent));
  const onDebug = (text: string) => log.debug(text);
  const executor = createLocalExecutor({
    limits,
    agents,
    keys,
    world,
    reportBug: (error) => reportBug(error, log),
    store,
    toolsets,
    onDebug,
    ...(runner ? { runner } : {}),
    ...(after ? { after } : {}),
    tracer,
  });
  const handlers: Handlers = {
    ...serviceHandlers({
      version: deps.version,
      epoch: `${world.epochMs().toString(36)}-${process.pid.toString(36)}`,
      startedAtMs: world.epochMs(),
      epochMs: world.epochMs,
      elapsed: world.elapsed,
      wire,
      env,
      executor,
      agents,
    }),
    ...runHandlers({ executor }),
    ...pendingHandlers({ executor }),
    ...agentHandlers({ agents, keys, toolsets }),
    ...mcpHandlers({ inspect: serverInspection({ toolsets, keys, epochMs: world.epochMs, onDebug }) }),
  };
  return { handlers, executor };
}

/** Every request gets exactly one response; a cancelled one is responded to as such, whatever its handler did. */
async function answer(
  handlers: Handlers,
  request: { method: string; params: unknown },
  session: Session,
  { token, log }: { token: CancellationToken; log: Log },
): Promise<unknown> {
  try {
    return await dispatch(handlers, request, session, new CancellableCall(request.method, token));
  } catch (error) {
    throw toResponseError(error, log);
  }
}

class CancellableCall implements Call {
  readonly #method: string;
  readonly #token: CancellationToken;
  #signal: AbortSignal | undefined;

  constructor(method: string, token: CancellationToken) {
    this.#method = method;
    this.#token = token;
  }

  get signal(): AbortSignal {
    this.#signal ??= this.#makeSignal();
    return this.#signal;
  }

  #makeSignal(): AbortSignal {
    const controller = new AbortController();
    const cancelled = () => controller.abort(responseError('request.cancelled', `${this.#method} was cancelled.`));
    this.#token.onCancellationRequested(cancelled);
    if (this.#token.isCancellationRequested) cancelled();
    return controller.signal;
  }
}
