import { fstatSync } from 'node:fs';
import type { Log } from '../log.ts';
import type { Output } from '../rpc/stdout.ts';
import type { Desk } from './command.ts';
import { deskCommands, viewCommands } from './commands.ts';
import { exitCode } from './exit-code.ts';
import type { ViewDesk } from './inspect/view-desk.ts';
import type { StartRun } from './local-run.ts';
import type { TextSink } from './output.ts';
import type { Input } from './prompt.ts';
import { runCommand } from './run.ts';

type Stream = Pick<Output, 'write' | 'isTTY'> & { readonly columns?: number };

/** `runwire run` as this process: its streams, its signals, its exit code. */
export function runProcess(
  args: readonly string[],
  { stdout, start, end, log }: { stdout: Output; start: StartRun; end: () => Promise<void>; log: Log },
): Promise<never> {
  return asProcess({ stdout, log }, (streams) =>
    // Programs that the run started end before it does.
    runCommand(args, { ...streams, input: inputOf(process.stdin), start }).finally(end),
  );
}

/** Any other command as this process. */
export function deskProcess(
  { kind, args, store }: { kind: keyof typeof deskCommands; args: readonly string[]; store?: Desk['store'] },
  { stdout, log, ...runs }: { stdout: Output; log: Log } & Pick<Desk, 'open' | 'database'>,
): Promise<never> {
  return asProcess({ stdout, log }, (streams) =>
    deskCommands[kind].run(args, { ...streams, env: process.env, store, ...runs }),
  );
}

/** A command that looks at runs, as this process. */
export function viewProcess(
  { kind, args }: { kind: keyof typeof viewCommands; args: readonly string[] },
  { stdout, log, open }: { stdout: Output; log: Log; open: ViewDesk['open'] },
): Promise<never> {
  return asProcess({ stdout, log }, (streams) =>
    viewCommands[kind].run(args, { ...streams, env: process.env, open, log }),
  );
}

type Streams = Pick<Desk, 'stdout' | 'stderr' | 'interrupted'>;

async function asProcess(
  { stdout, log }: { stdout: Output; log: Log },
  work: (streams: Streams) => Promise<number>,
): Promise<never> {
  const interrupted = new AbortController();
  /** The exit code of a run that is cancelled. */
  let cancelledCode: number = exitCode.cancelled;
  for (const [signal, code] of Object.entries(signalCode)) {
    process.on(signal, () => {
      // A second signal means: do not wait for the result.
      if (interrupted.signal.aborted) process.exit(code);
      cancelledCode = code;
      interrupted.abort();
    });
  }
  // The reader may have seen enough (`| head`): nothing more is requested of the model, and nothing is reported.
  let isRead = true;
  let isLost = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') {
      isRead = false;
      cancelledCode = exitCode.success;
    } else {
      isLost = true;
      log.error(`stdout: ${error.message}`);
    }
    interrupted.abort();
  });
  process.stderr.on('error', () => undefined);
  const stderr = textSink(process.stderr);
  const streams = {
    stdout: textSink(stdout),
    stderr: { ...stderr, write: (text: string) => isRead && stderr.write(text) },
    interrupted: interrupted.signal,
  };
  const code = await work(streams).catch((error: unknown) => {
    log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return exitCode.failed;
  });
  await Promise.all([written(stdout), written(process.stderr)]);
  // Connections that are kept alive would hold the process.
  process.exit(isLost ? exitCode.failed : code === exitCode.cancelled ? cancelledCode : code);
}

/** 128 and the number of the signal, as shells count. */
const signalCode = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

function textSink(stream: Stream): TextSink {
  const isTerminal = stream.isTTY === true;
  // A terminal that does not know its width says 0.
  const columns = isTerminal && process.env.TERM !== 'dumb' ? { columns: stream.columns || 80 } : {};
  return { isTerminal, ...columns, write: (text) => void stream.write(text) };
}

/** Resolves when what was written has left this process, or cannot. */
function written(stream: Stream): Promise<void> {
  return new Promise((resolve) => void stream.write('', () => resolve()));
}

function inputOf(stream: typeof process.stdin): Input {
  if (stream.isTTY) return { kind: 'terminal', stream };
  const stat = fstatSync(0);
  return { kind: stat.isFIFO() || stat.isFile() || stat.isSocket() ? 'piped' : 'none', stream };
}
