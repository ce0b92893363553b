import type { InitializeParams, Limits } from '../../protocol/lifecycle.ts';
import type { DaemonCommand } from '../cli/settings/daemon-command.ts';
import type { InspectSetting } from '../cli/settings/daemon-settings.ts';
import type { EngineError } from '../engine/errors.ts';
import type { RunExecutor } from '../executors/run-executor.ts';
import type { Identity } from '../handshake/handshake.ts';
import { defaultLimits } from '../limits.ts';
import type { Log } from '../log.ts';
import { watchProcess } from '../process-watch.ts';
import type { Channel } from '../rpc/channel.ts';
import { withDispatch } from '../rpc/wire.ts';
import { type Server, serve } from '../server.ts';
import { version } from '../version.ts';
import { keysOf, RunFactory, telemetryMs } from './runs.ts';
import { print, type Surroundings, world } from './surroundings.ts';

/** What the start of the daemon has done already. */
export interface Started {
  readonly around: Surroundings;
  readonly channel: Channel;
  readonly identity: Identity;
  /** Returns the parameters of the handshake, if it was answered. */
  readonly handshake: () => InitializeParams | undefined;
}

/** Serves a channel on stdin and stdout, from the message after the handshake on. */
export async function serveOnStdio(command: DaemonCommand, started: Started): Promise<Server> {
  const { around, channel, identity } = started;
  const { frames, log, hide } = around;
  const { hostPid, inspect, resumes, mcp, workspace } = command;
  const limits = { ...defaultLimits, ...command.limits };
  const factory = new RunFactory(command, around);
  const { fleet } = factory;
  const tracer = await factory.openTelemetry();
  const wire = withDispatch(channel);
  const watchHost = (pid: number) => void watchProcess(pid, () => server.lifecycle.hostGone());
  const server: Server = serve(wire, {
    version,
    identity,
    handshake: started.handshake(),
    ...keysOf(command),
    mcp,
    workspace,
    limits,
    log,
    onSecret: hide,
    world,
    watchHost,
    store: factory.storeAccess(),
    tracer,
    onExit: (code) =>
      void Promise.allSettled([tracer?.shutdown(telemetryMs), fleet?.close()]).then(() => process.exit(code)),
  });
  log.add(server.showLog);
  // Who wants a fleet and cannot have one learns it at once; a database that is down may come back.
  fleet?.open().catch((error: unknown) => {
    const { message, details } = error as EngineError;
    if (details?.reason === 'package') print(frames, `runwire: ${message}\n`, 2);
    else log.error(message);
    if (details?.reason === 'package') setImmediate(() => process.exit(2));
  });
  if (hostPid) watchHost(hostPid);
  wire.connection.listen();
  channel.isPaused = false;
  if (resumes) void server.resumeInterrupted();
  if (inspect) void openInspector(inspect, server.executor, { limits, log });
  return server;
}

/** The page over the runs of this daemon. That it cannot be served does not stop the daemon. */
async function openInspector(
  { port, allowsActions }: InspectSetting,
  executor: RunExecutor,
  { limits, log }: { limits: Limits; log: Log },
): Promise<void> {
  const { inspectorOwner, startInspector } = await import('../inspector/inspector.ts');
  const owner = allowsActions ? () => inspectorOwner(limits) : undefined;
  const token = process.env.RUNWIRE_INSPECT_TOKEN;
  try {
    const { address } = await startInspector({ executor, owner, version, port, log, token });
    process.stderr.write(`runwire: the runs are shown at ${address}\n`);
  } catch (error) {
    log.error(`the inspector cannot be served on port ${port}: ${(error as Error).message}`);
  }
}
