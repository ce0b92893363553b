import { formatTimestamp } from '../../protocol/messages/timestamp.ts';
import type { CommonSettings } from '../cli/settings/common-settings.ts';
import { reportBug } from '../errors/report-bug.ts';
import { createLog, type Log, type LogSink, type RootLog, streamSink } from '../log.ts';
import { fileSink } from '../log-file.ts';
import { Redaction } from '../redaction/redaction.ts';
import { secretsOfEnv } from '../redaction/shapes.ts';
import type { Output } from '../rpc/stdout.ts';

/** What every command has of its process. */
export interface Surroundings {
  /** The real standard output. */
  readonly frames: Output;
  readonly log: RootLog;
  /** Hides secrets in what is shown, and shortens it: nothing is written that is longer, however much is given. */
  readonly redact: (text: string) => string;
  /** Hides one more secret from here on. */
  readonly hide: (secret: string) => void;
}

/** The clocks of the process. The steady one is a module of Node that is loaded on first use, so not by an import. */
export const world = {
  now: () => formatTimestamp(Date.now()),
  elapsed: () => globalThis.performance.now(),
  epochMs: () => Date.now(),
};

/** 128 and the number of the signal, as shells count. */
export const signalCodes = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 };

/** Most characters of one text that is shown. */
const longest = 32 * 1024;

/** Opens the log of a command, where it goes before there is a client. */
export function openSurroundings(frames: Output, common: Pick<CommonSettings, 'logLevel' | 'logFile'>): Surroundings {
  let known: Redaction | undefined;
  // Made on first use: most daemons log nothing.
  const redaction = () => {
    known ??= new Redaction(secretsOfEnv(process.env));
    return known;
  };
  const redact = (text: string) => redaction().head(text, longest);
  const log = openLog(common, redact);
  // Node would write them to stderr, which is quiet by default.
  process.removeAllListeners('warning').on('warning', (warning) => log.debug(`Node: ${warning.stack ?? warning}`));
  return { frames, log, redact, hide: (secret) => redaction().add(secret) };
}

/** A bug ends what it happened in, never the process of everything else. */
export function survive(log: Log): void {
  for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, (error) => reportBug(error, log));
}

/** Writes a text, to stderr when it says what is wrong, and ends the process with the exit code. */
export function print(frames: Output, text: string, exitCode: 0 | 2): void {
  // Who reads may have seen enough (`| head`).
  const output = exitCode === 0 ? frames : process.stderr;
  output.on('error', () => process.exit(exitCode));
  output.write(text);
  process.exitCode = exitCode;
}

/** Says that a command lacks files of its own, and that it failed. */
export function notLoaded(error: Error): void {
  process.stderr.write(`runwire: the command cannot be loaded: ${error.message}\n`);
  process.exitCode = 1;
}

function openLog(
  { logLevel, logFile }: Pick<CommonSettings, 'logLevel' | 'logFile'>,
  redact: (text: string) => string,
) {
  const opened = createLog(logLevel, redact);
  const file = logFile === undefined ? undefined : sinkOf(logFile);
  opened.add(streamSink(process.stderr), file?.sink ? 'error' : logLevel);
  if (file?.sink) opened.add(file.sink);
  // A log does not stop its daemon.
  if (file?.reason) opened.error(`the log cannot go to '${logFile}' and goes to stderr: ${file.reason}`);
  return opened;
}

function sinkOf(path: string): { sink?: LogSink; reason?: string } {
  try {
    return { sink: fileSink(path, { now: world.now }) };
  } catch (error) {
    return { reason: (error as Error).message };
  }
}
