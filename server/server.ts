import type { InitializeParams } from '../protocol/lifecycle.ts';
import { openConnection, warnUnclear } from './connection.ts';
import { EngineError } from './engine/errors.ts';
import type { RunExecutor } from './executors/run-executor.ts';
import { takeNotification } from './handlers/notifications.ts';
import { adaptTo, type Identity } from './handshake/handshake.ts';
import { Lifecycle, type LifecycleParts } from './lifecycle.ts';
import { type Log, type LogSink, logLevels } from './log.ts';
import type { WireEvents } from './rpc/channel.ts';
import type { Wire } from './rpc/wire.ts';
import type { Session } from './session.ts';
import { openTenancy, type Tenancy, type TenancyDeps } from './tenancy.ts';

/** The parts of its process that a daemon uses. */
export interface ServerDeps extends TenancyDeps {
  readonly version: string;
  /** What the daemon says of itself in the handshake; default: one of its own. */
  readonly identity?: Identity;
  /** Called with each secret that the host gives: it is to be hidden in the log and the trace. */
  readonly onSecret?: (value: string) => void;
  /** Called with the exit code at the end: runs have ended, responses were written. */
  readonly onExit?: (code: number) => void;
  /** The parameters of a handshake that was answered before; absent: it is still to come. */
  readonly handshake?: InitializeParams | undefined;
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
  /** Continues the interrupted runs of the store, as far as they need no host. */
  resumeInterrupted(): Promise<void>;
}

/** Wires a connection to the engine. The caller owns the connection and the process. */
export function serve(wire: Wire, deps: ServerDeps): Server {
  const tenancy = openTenancy(deps);
  const { executor, toolsets, limits } = tenancy;
  const { session, client } = openConnection(wire, deps, { tenancy, onExit: () => lifecycle.exitRequested() });
  /** No client responds to callbacks any more, neither to those that were sent nor to pending items. */
  const abandon = () => {
    // Runs that are stored are left as they are, before the callbacks they wait for fail.
    executor.abandonCallbacks();
    wire.callbacks.close();
  };
  const lifecycle = new Lifecycle(lifecycleParts(wire, session, { ...deps, tenancy, abandon }));
  session.onInitialize = (params) => {
    const { processId } = params;
    adaptTo(params, wire);
    if (processId) deps.watchHost?.(processId, () => lifecycle.hostGone());
  };
  if (deps.handshake) session.initialize(deps.handshake);
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
    onUnclear: (reason, runIds) => warnUnclear(executor, reason, runIds),
  };
}

const clientGone = () => new EngineError('client.gone', 'The client has gone.');

function lifecycleParts(
  wire: Wire,
  session: Session,
  deps: ServerDeps & { tenancy: Tenancy; abandon: () => void },
): LifecycleParts {
  const { requests, pump } = wire;
  const { executor, toolsets } = deps.tenancy;
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
      void toolsets.close().then(() => deps.onExit?.(code));
    },
    graceMs: () => session.limits.shutdownGraceMs,
    errors: {
      gone: clientGone(),
      stopped: new EngineError('run.cancelled', 'The agent run was cancelled: the daemon was stopped.'),
    },
  };
}
