import type { CancellationToken } from 'vscode-jsonrpc/node';
import { type Call, dispatch, type Handlers } from './dispatch/dispatch.ts';
import { responseError, toResponseError } from './errors/response-error.ts';
import type { RunExecutor } from './executors/run-executor.ts';
import { agentHandlers } from './handlers/agent.ts';
import { mcpHandlers } from './handlers/mcp.ts';
import { takeNotification } from './handlers/notifications.ts';
import { pendingHandlers } from './handlers/pending.ts';
import { runHandlers } from './handlers/run.ts';
import { serviceHandlers } from './handlers/service.ts';
import { type Identity, identityAt } from './handshake/handshake.ts';
import type { Log } from './log.ts';
import { connectionClient } from './rpc/connection-client.ts';
import type { Wire } from './rpc/wire.ts';
import { serverInspection } from './runs/toolsets/server-inspection.ts';
import { Session } from './session.ts';
import type { Tenancy, TenancyDeps } from './tenancy.ts';

/** The parts of its process that one connection uses. */
export interface ConnectionDeps extends Pick<TenancyDeps, 'env' | 'log' | 'world'> {
  readonly version: string;
  /** What it says of itself in the handshake; default: one of its own. */
  readonly identity?: Identity;
  /** Called with each secret that the host gives: it is to be hidden in the log and the trace. */
  readonly onSecret?: (value: string) => void;
  /** Called before a request is handled. Errors: those that it is refused with. */
  readonly check?: ((request: { method: string; params: unknown }) => void) | undefined;
}

/** A connection that is served. */
export interface Connection {
  readonly session: Session;
  readonly client: ReturnType<typeof connectionClient>;
}

/** Serves the requests and notifications of a connection with the runs of a tenancy; `onExit` is called for `exit`. */
export function openConnection(
  wire: Wire,
  deps: ConnectionDeps,
  { tenancy, onExit }: { tenancy: Tenancy; onExit: () => void },
): Connection {
  const { connection } = wire;
  const { log, check } = deps;
  const { executor } = tenancy;
  const handlers = createHandlers(wire, deps, tenancy);
  const client = connectionClient(wire);
  const session = new Session(client, tenancy.limits, deps.onSecret);
  wire.limits = () => session.limits;
  const { order } = session;
  connection.onRequest((method: string, params: unknown, token: CancellationToken) => {
    const served = () => answer(handlers, { method, params }, session, { token, log, check });
    if (!order.isBusy || method === 'health/get') return served();
    return new Promise((resolve) => order.inTurn(() => resolve(served())));
  });
  connection.onNotification((method: string, params: unknown) => {
    const take = () => (method === 'exit' ? onExit() : takeNotification({ method, params }, { executor, log }));
    if (ofOpenCallbacks.has(method)) take();
    else order.inTurn(take);
  });
  return { session, client };
}

/** Notifications that keep their place before the response to the same callback, which waits for no request. */
const ofOpenCallbacks: ReadonlySet<string> = new Set(['model/delta', 'tool/progress']);

/** Warns the runs that may have been meant by a message which could not be read. */
export function warnUnclear(executor: RunExecutor, reason: string, runIds: ReadonlySet<string>): void {
  executor.warn(runIds, {
    kind: 'callback.unreadable',
    message: `A message of the host could not be read: ${reason}. Several callbacks are open and it names none of them; the one that it was to answer waits until its deadline.`,
  });
}

function createHandlers(wire: Wire, deps: ConnectionDeps, tenancy: Tenancy): Handlers {
  const { env, log, world, version } = deps;
  const { identity = identityAt(world.epochMs(), version) } = deps;
  const { executor, agents, keys, toolsets } = tenancy;
  const onDebug = (text: string) => log.debug(text);
  return {
    ...serviceHandlers({
      identity,
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
}

/** Every request gets exactly one response; a cancelled one is responded to as such, whatever its handler did. */
async function answer(
  handlers: Handlers,
  request: { method: string; params: unknown },
  session: Session,
  { token, log, check }: { token: CancellationToken; log: Log; check: ConnectionDeps['check'] },
): Promise<unknown> {
  try {
    check?.(request);
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

  onCancelled(listener: (reason: Error) => void): void {
    let isCalled = false;
    const cancelled = () => {
      if (isCalled) return;
      isCalled = true;
      listener(responseError('request.cancelled', `${this.#method} was cancelled.`));
    };
    this.#token.onCancellationRequested(cancelled);
    if (this.#token.isCancellationRequested) cancelled();
  }

  #makeSignal(): AbortSignal {
    const controller = new AbortController();
    this.onCancelled((reason) => controller.abort(reason));
    return controller.signal;
  }
}
