import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { serverEnvironment } from '../../processes/environment.ts';
import { endGroup } from '../../processes/process-group.ts';
import { reaper } from '../../processes/reaper.ts';
import { StderrTail } from '../../processes/stderr-tail.ts';
import { reasonOf, ToolFailure } from '../tool-failure.ts';

/** Bytes of output that are kept, the last ones. */
export const outputBytes = 64 * 1024;
/** How long a command may take to end after SIGTERM, in milliseconds. */
const graceMs = 1000;

/** A command line for the shell. */
export interface CommandLine {
  readonly command: string;
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly toolCallId: string;
}

/** How a command ended. */
export interface CommandEnd {
  /** Standard output and standard error in one text: the end of it, when it was long. */
  readonly output: string;
  readonly isCut: boolean;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly hasTimedOut: boolean;
}

/** Runs commands: programs of our own, or terminals of an editor. */
export interface CommandRunner {
  /** Errors: `ToolFailure`, and the reason of the signal when that is aborted. */
  run(line: CommandLine, signal: AbortSignal): Promise<CommandEnd>;
  /** Resolves when nothing that was started is left. */
  close(): Promise<void>;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** Commands as children of this process, each in a group of its own that ends with it. */
export class ChildCommands implements CommandRunner {
  readonly #ending = new Set<Promise<void>>();
  readonly #running = new Set<AbortController>();

  async run({ command, cwd, timeoutMs }: CommandLine, signal: AbortSignal): Promise<CommandEnd> {
    signal.throwIfAborted();
    const child = start(command, cwd);
    const { pid } = child;
    if (pid !== undefined) reaper.add(pid);
    const closed = new AbortController();
    this.#running.add(closed);
    const stop = AbortSignal.any([signal, closed.signal]);
    try {
      return await endOf(child, { timeoutMs, stop, end: () => this.#end(pid) });
    } finally {
      this.#running.delete(closed);
      // Also what it has left running in its group.
      void this.#end(pid);
    }
  }

  async close(): Promise<void> {
    for (const controller of this.#running) controller.abort(new ToolFailure('The session was closed.'));
    await Promise.all(this.#ending);
  }

  #end(pid: number | undefined): Promise<void> {
    if (pid === undefined) return Promise.resolve();
    const ended = endGroup(pid, graceMs).then(() => reaper.remove(pid));
    this.#ending.add(ended);
    return ended.finally(() => this.#ending.delete(ended));
  }
}

function start(command: string, cwd: string): Child {
  const isWindows = process.platform === 'win32';
  const [program, args] = isWindows ? ['cmd.exe', ['/d', '/s', '/c', command]] : ['/bin/sh', ['-c', command]];
  return spawn(program, args, {
    cwd,
    env: serverEnvironment(process.env, {}),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: !isWindows,
    windowsHide: true,
  });
}

function endOf(
  child: Child,
  { timeoutMs, stop, end }: { timeoutMs: number; stop: AbortSignal; end: () => Promise<void> },
): Promise<CommandEnd> {
  const tail = new StderrTail(outputBytes);
  let size = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      tail.push(chunk);
    });
  }
  return new Promise((resolve, reject) => {
    let hasTimedOut = false;
    const timer = setTimeout(() => {
      hasTimedOut = true;
      void end();
    }, timeoutMs);
    const onAbort = () => {
      settle();
      void end();
      reject(stop.reason);
    };
    const settle = () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', onAbort);
    };
    stop.addEventListener('abort', onAbort, { once: true });
    child.once('error', (error) => {
      settle();
      reject(new ToolFailure(`The command could not be started: ${reasonOf(error)}.`));
    });
    // What it left in the background may hold the pipes for ever, so that their end is not awaited for long.
    child.once('exit', (exitCode, signal) => {
      const finish = () => {
        settle();
        resolve({ output: tail.text, isCut: size > outputBytes, exitCode, signal, hasTimedOut });
      };
      const late = setTimeout(finish, 100);
      child.once('close', () => {
        clearTimeout(late);
        finish();
      });
    });
  });
}

/** The end of a command as a model is shown it. */
export function shownEnd(end: CommandEnd, timeoutMs: number): string {
  const { output, isCut, exitCode, signal, hasTimedOut } = end;
  const how = hasTimedOut
    ? `timed out after ${timeoutMs / 1000} s and was ended`
    : signal === null
      ? `exit code ${exitCode ?? 'unknown'}`
      : `ended by ${signal}`;
  const cut = isCut ? `[only the last ${outputBytes} bytes]\n` : '';
  return `${cut}${output}${output === '' || output.endsWith('\n') ? '' : '\n'}[${how}]`;
}
