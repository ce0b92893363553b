import { performance } from 'node:perf_hooks';
import { formatTimestamp } from '../protocol/timestamp.ts';
import { localRuns } from './cli/local-run.ts';
import { schemaText } from './cli/schema.ts';
import { type Command, parseCommandLine } from './command-line.ts';
import { reportBug } from './errors/response-error.ts';
import { createLocalExecutor } from './executors/local/local-executor.ts';
import type { RunExecutor } from './executors/run-executor.ts';
import { defaultLimits } from './limits.ts';
import { createLog, type RootLog, streamSink } from './log.ts';
import { fileSink } from './log-file.ts';
import { watchProcess } from './process-watch.ts';
import { redactor } from './redact.ts';
import { ownStdout } from './rpc/stdout.ts';
import { openWire } from './rpc/wire.ts';
import { AgentRegistry } from './runs/agent-registry.ts';
import { serve } from './server.ts';
import { version } from './version.ts';

const frames = ownStdout();
const command = parseCommandLine(process.argv.slice(2));
const { allowEnv, allowLocalDownloads } = command;
const keys = { env: process.env, allowEnv, allowLocalDownloads };
const world = { now: () => formatTimestamp(Date.now()), elapsed: () => performance.now(), epochMs: () => Date.now() };
const redact = redactor(process.env);
const log = openLog();

/** 128 and the number of the signal, as shells count. */
const signalCodes = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 };

switch (command.kind) {
  case 'daemon':
    if (process.stdin.isTTY) {
      print(`${command.help}\nrunwire speaks JSON-RPC on stdin and stdout; start it from a program.\n`, 2);
    } else {
      start(command);
    }
    break;
  case 'run':
    void import('./cli/process.ts').then(({ runProcess }) =>
      runProcess(command.args, { stdout: frames, start: localRuns(localExecutor()), log }),
    );
    break;
  case 'schema':
    print(schemaText(), 0);
    break;
  case 'text':
    print(command.text, command.exitCode);
}

function localExecutor(): RunExecutor {
  const agents = new AgentRegistry(defaultLimits.agents);
  return createLocalExecutor({ limits: defaultLimits, agents, keys, world, reportBug: (e) => reportBug(e, log) });
}

function print(text: string, exitCode: 0 | 2): void {
  // Who reads may have seen enough (`| head`).
  const output = exitCode === 0 ? frames : process.stderr;
  output.on('error', () => process.exit(exitCode));
  output.write(text);
  process.exitCode = exitCode;
}

function start({ drainMs, hostPid, limits: set }: Command & { kind: 'daemon' }): void {
  const limits = { ...defaultLimits, ...set };
  const wire = openWire(process.stdin, frames, { limits, log, redact });
  const watchHost = (pid: number) => void watchProcess(pid, () => server.lifecycle.hostGone());
  const server = serve(wire, { version, ...keys, limits, log, world, watchHost, onExit: (code) => process.exit(code) });
  log.add(server.showLog);
  if (hostPid) watchHost(hostPid);
  for (const [signal, code] of Object.entries(signalCodes))
    process.on(signal, () => server.lifecycle.signalled(code, drainMs));
  process.on('unhandledRejection', (error) => log.error(`unhandled rejection: ${String(error)}`));
  process.stdin.on('end', () => watchShell(() => server.lifecycle.hostGone()));
  wire.connection.listen();
}

/**
 * A pipe that has ended does not tell any more when its shell is gone: then we are given to another parent. The timer
 * also keeps the process alive while it waits for what no handle of Node stands for.
 */
function watchShell(onGone: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, 1000);
}

/** Where the log goes before there is a client. */
function openLog(): RootLog {
  const opened = createLog(command.logLevel, redact);
  const { logFile } = command;
  opened.add(streamSink(process.stderr), logFile ? 'error' : command.logLevel);
  try {
    if (logFile) opened.add(fileSink(logFile, { now: world.now }));
  } catch (error) {
    process.stderr.write(`runwire: cannot write the log to ${logFile}: ${(error as Error).message}\n`);
    process.exit(2);
  }
  return opened;
}
