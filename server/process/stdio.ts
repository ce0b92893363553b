import type { Message, ResponseMessage } from 'vscode-jsonrpc/node';
import { ErrorCode } from '../../protocol/errors.ts';
import type { InitializeParams } from '../../protocol/lifecycle.ts';
import type { DaemonCommand } from '../cli/settings/daemon-command.ts';
import { answerHandshake, identityAt } from '../handshake/handshake.ts';
import { defaultLimits } from '../limits.ts';
import type { Log } from '../log.ts';
import { type Channel, openChannel } from '../rpc/channel.ts';
import type { Output } from '../rpc/stdout.ts';
import type { Server } from '../server.ts';
import { version } from '../version.ts';
import { openSurroundings, signalCodes, survive, world } from './surroundings.ts';

/**
 * Starts the daemon on stdin and stdout. The handshake is answered with what is loaded already; everything else is loaded right after
 * that, before the next message is read. Returns what says whether a run has ended.
 */
export function startOnStdio(command: DaemonCommand, frames: Output): () => boolean {
  const around = openSurroundings(frames, command);
  const { log, redact } = around;
  const limits = { ...defaultLimits, ...command.limits };
  const channel = openChannel(process.stdin, frames, { limits, log, redact });
  const identity = identityAt(world.epochMs(), version);
  let handshake: InitializeParams | undefined;
  let loading: Promise<Server> | undefined;
  let served: Server | undefined;
  const server = () => {
    if (loading) return loading;
    loading = import('./daemon.ts')
      .then(({ serveOnStdio }) => serveOnStdio(command, { around, channel, identity, handshake: () => handshake }))
      .then((opened) => {
        served = opened;
        return opened;
      });
    loading.catch((error: unknown) => refuseAll(channel, log, error));
    return loading;
  };
  const withServer = (act: (server: Server) => void) => void server().then(act, () => undefined);
  survive(log);
  for (const [signal, code] of Object.entries(signalCodes))
    process.on(signal, () => withServer(({ lifecycle }) => lifecycle.signalled(code, command.drainMs)));
  process.stdin.on('end', () => watchShell(() => withServer(({ lifecycle }) => lifecycle.hostGone())));
  channel.events = {
    ...channel.events,
    onEnd: () => withServer(() => channel.events.onEnd()),
    onLost: (reason) => withServer(() => channel.events.onLost(reason)),
    onClosed: () => withServer(() => channel.events.onClosed()),
  };
  answerHandshake(channel, { identity, limits }, (params) => {
    handshake = params;
    // The response is written at the end of this turn.
    setImmediate(() => withServer(() => undefined));
  });
  const { inspect, resumes, databaseUrl } = command;
  if (inspect || resumes || databaseUrl !== undefined) withServer(() => undefined);
  return () => (served?.executor.health().runs.finished ?? 0) > 0;
}

/** Refuses every request until the input or the host ends: the daemon cannot load its own files. */
function refuseAll(channel: Channel, log: Log, error: unknown): void {
  const message = `The daemon cannot be loaded: ${(error as Error).message.split('\n')[0]}`;
  log.error(message);
  const end = () => void channel.pump.drained(0).then(() => process.exit(1));
  const refuse = (given: Message) => {
    const { id, method } = given as { id?: string | number; method?: string };
    if (method === 'exit') end();
    if (id === undefined) return true;
    const refusal = { code: ErrorCode.internal, message, data: { kind: 'internal' } };
    const response: ResponseMessage = { jsonrpc: '2.0', id, error: refusal };
    void channel.answers.write(response);
    return true;
  };
  channel.events = { ...channel.events, onEnd: end, onLost: end, onClosed: end };
  channel.take = refuse;
  channel.reader.listen(refuse);
  channel.isPaused = false;
  for (const signal of Object.keys(signalCodes)) process.removeAllListeners(signal).on(signal, end);
}

/**
 * A pipe that has ended no longer shows when its shell is gone: then we are given to another parent. The timer
 * also keeps the process alive while it waits for what no handle of Node stands for.
 */
function watchShell(onGone: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, 1000);
}
