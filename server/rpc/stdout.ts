import { Console } from 'node:console';
import fs from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** The real standard output. */
export type Output = Writable & { readonly isTTY: boolean };

/**
 * Takes stdout away from everything but frames, before anything else is loaded: the console and whatever a dependency
 * writes go to stderr from here on. Returns the real output for the connection. An
 * error of either stream never ends the process; code that must know of one adds a listener of its own.
 *
 * Where the system lets a pipe be opened a second time, file descriptor 1 itself becomes stderr, and native code is kept
 * out too; otherwise (sockets, as Node makes them for a child) writes of JavaScript are caught.
 */
export function ownStdout(): Output {
  const frames = movedPipe() ?? guardedStream();
  const { stderr } = process;
  for (const stream of [frames, stderr]) stream.on('error', () => undefined);
  for (const name of ['write', 'writeSync', 'writev', 'writevSync'] as const) redirect(name);
  globalThis.console = new Console({ stdout: stderr, stderr });
  return frames;
}

const STDOUT = 1;
const STDERR = 2;

/** The pipe under another number, with 1 made the same as stderr; undefined where that is not to be had. */
function movedPipe(): Output | undefined {
  let moved: number | undefined;
  try {
    if (!fs.fstatSync(STDOUT).isFIFO()) return undefined;
    moved = fs.openSync(`/proc/self/fd/${STDOUT}`, fs.constants.O_WRONLY);
    const other = otherOutput();
    fs.closeSync(STDOUT);
    // The system gives the lowest free number, which is the one just closed.
    fs.openSync(other, fs.constants.O_WRONLY | fs.constants.O_APPEND);
    Object.defineProperty(process, 'stdout', { get: () => process.stderr, configurable: true });
    return Object.assign(new Socket({ fd: moved, readable: false, writable: true }), { isTTY: false });
  } catch {
    if (moved !== undefined) fs.closeSync(moved);
    return undefined;
  }
}

/** The stream that replaces stdout: stderr, unless that is closed or a socket. */
function otherOutput(): string {
  const stderr = `/proc/self/fd/${STDERR}`;
  try {
    fs.closeSync(fs.openSync(stderr, fs.constants.O_WRONLY | fs.constants.O_APPEND));
    return stderr;
  } catch {
    return '/dev/null';
  }
}

function guardedStream(): Output {
  const { stdout, stderr } = process;
  const frames: Output = Object.create(stdout, {
    write: { value: stdout.write.bind(stdout) },
    end: { value: stdout.end.bind(stdout) },
  });
  stdout.write = stderr.write.bind(stderr) as typeof stdout.write;
  return frames;
}

type Write = (fd: number, ...rest: unknown[]) => unknown;

function redirect(name: 'write' | 'writeSync' | 'writev' | 'writevSync'): void {
  const writes = fs as unknown as Record<string, Write>;
  const original = writes[name] as Write;
  writes[name] = (fd, ...rest) => original(fd === STDOUT ? STDERR : fd, ...rest);
}
