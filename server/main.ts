import { performance } from 'node:perf_hooks';
import { formatTimestamp } from '../protocol/timestamp.ts';
import { localRuns } from './cli/local-run.ts';
import { schemaText } from './cli/schema.ts';
import { parseCommandLine } from './command-line.ts';
import { defaultLimits } from './limits.ts';
import { createLog } from './log.ts';
import { ownStdout } from './rpc/stdout.ts';
import { openWire } from './rpc/wire.ts';
import { serve } from './server.ts';
import { version } from './version.ts';

const frames = ownStdout();
const command = parseCommandLine(process.argv.slice(2));
const log = createLog((line) => process.stderr.write(line), command.logLevel);
const { allowEnv, allowLocalDownloads } = command;
const keys = { env: process.env, allowEnv, allowLocalDownloads };
const world = { now: () => formatTimestamp(Date.now()), elapsed: () => performance.now(), epochMs: () => Date.now() };

switch (command.kind) {
  case 'daemon':
    if (process.stdin.isTTY) {
      print(`${command.help}\nrunwire speaks JSON-RPC on stdin and stdout; start it from a program.\n`, 2);
    } else {
      start();
    }
    break;
  case 'run':
    void import('./cli/process.ts').then(({ runProcess }) =>
      runProcess(command.args, { stdout: frames, start: localRuns({ keys, world, log }), log }),
    );
    break;
  case 'schema':
    print(schemaText(), 0);
    break;
  case 'text':
    print(command.text, command.exitCode);
}

function print(text: string, exitCode: 0 | 2): void {
  // Who reads may have seen enough (`| head`).
  process.stdout.on('error', () => process.exit(exitCode));
  (exitCode === 0 ? frames : process.stderr).write(text);
  process.exitCode = exitCode;
}

function start(): void {
  const wire = openWire(process.stdin, frames, { limits: defaultLimits, log });
  const server = serve(wire, {
    version,
    ...keys,
    log,
    world,
    onExit: (code) => leave(code),
  });
  let leaving = false;
  const leave = (code: number) => {
    if (leaving) return;
    leaving = true;
    void server.close().then(() => exitWhenWritten(code));
  };
  // Without a client nothing that runs here can be of use: end of input, a broken pipe and signals all end the daemon.
  wire.events = {
    onEnd: () => leave(server.session.isShutDown ? 0 : 1),
    onLost: (reason) => {
      log.error(`the input is no stream of messages: ${reason}`);
      leave(2);
    },
    onClosed: () => leave(server.session.isShutDown ? 0 : 1),
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => leave(signalCode[signal]));
  process.on('unhandledRejection', (error) => log.error(`unhandled rejection: ${String(error)}`));
  wire.connection.listen();
}

/** 128 and the number of the signal, as shells count. */
const signalCode = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 };

/** Answers that were given are written before the process ends; a pipe nobody reads cannot hold it. */
function exitWhenWritten(code: number): void {
  const deadline = setTimeout(() => process.exit(code), 250);
  frames.write('', () => {
    clearTimeout(deadline);
    process.exit(code);
  });
}
