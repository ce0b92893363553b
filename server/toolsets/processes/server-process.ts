import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { LineReader } from './line-reader.ts';
import { endGroup } from './process-group.ts';
import { reaper } from './reaper.ts';
import { StderrTail } from './stderr-tail.ts';

/** A program to start. */
export interface ProgramSpec {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
}

/** Who listens to a program. */
export interface ProgramListener {
  onLine(line: string): void;
  /** Called once, when nothing more comes: it ended, or closed its output. Says how. */
  onEnd(how: string): void;
}

const mebibyte = 1024 * 1024;
/** Bytes of one line, and of what may wait for a program that does not read. */
export const maxLineBytes = 64 * mebibyte;
const stderrBytes = 8 * 1024;
/** How long a program may take to end after the end of its input, and again after SIGTERM, in milliseconds. */
const graceMs = 1000;
/** How long output may be on its way after a program has ended: what it started may hold the pipe for ever. */
const drainMs = 100;

/** A program that is spoken to in lines. It leads a process group, which ends with it. */
export class ServerProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #stderr = new StderrTail(stderrBytes);
  readonly #listener: ProgramListener;
  readonly #exited: Promise<void>;
  #how = 'closed its output';
  #ended = false;
  #ending: Promise<void> | null = null;

  constructor(spec: ProgramSpec, listener: ProgramListener) {
    this.#listener = listener;
    const { command, args } = forPlatform(spec);
    this.#child = spawn(command, [...args], {
      cwd: spec.cwd,
      env: { ...spec.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own, so that what it starts ends with it, and Ctrl-C on our terminal does not reach it.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    const { pid } = this.#child;
    if (pid !== undefined) reaper.add(pid);
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        resolve();
        this.#how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
        void this.#endDrained();
      });
      this.#child.once('error', (error) => {
        if (this.#child.pid === undefined) resolve();
        this.#end(startFailure(spec, error));
      });
    });
    this.#listen();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The end of what it wrote to stderr. */
  get stderr(): string {
    return this.#stderr.text;
  }

  /** Writes a line; rejects when the program does not read. */
  write(line: string): Promise<void> {
    const { stdin } = this.#child;
    if (this.#ended || !stdin.writable) return Promise.reject(new Error('it has ended'));
    if (stdin.writableLength > maxLineBytes)
      return Promise.reject(new Error(`it does not read its input: ${stdin.writableLength} bytes wait`));
    stdin.write(`${line}\n`);
    return Promise.resolve();
  }

  /** Ends it and all it started: the end of its input, SIGTERM after a second, SIGKILL after another. Never rejects. */
  end(): Promise<void> {
    this.#ending ??= this.#stop();
    return this.#ending;
  }

  async #stop(): Promise<void> {
    this.#child.stdin.end();
    await Promise.race([this.#exited, timeout(graceMs)]);
    const { pid } = this.#child;
    if (pid !== undefined) {
      if (process.platform === 'win32') this.#child.kill();
      else await endGroup(pid, graceMs);
      reaper.remove(pid);
    }
    this.#end('was ended');
  }

  #listen(): void {
    const { stdin, stdout, stderr } = this.#child;
    const lines = new LineReader({
      maxBytes: maxLineBytes,
      onLine: (line) => {
        if (!this.#ended) this.#listener.onLine(line);
      },
      onTooLong: () => this.#end(`wrote a line of more than ${maxLineBytes / mebibyte} MiB`),
    });
    stdout.on('data', (chunk: Buffer) => lines.push(chunk));
    stdout.once('end', () => void this.#endDrained());
    stderr.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    for (const stream of [stdin, stdout, stderr]) stream.on('error', () => undefined);
  }

  /** What it wrote last is read first; and how it exited says more than the end of its output. */
  async #endDrained(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    await Promise.race([closed, timeout(drainMs)]);
    this.#end(this.#how);
  }

  #end(how: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#listener.onEnd(how);
    // What it started, or it itself when it only closed its output, does not stay.
    void this.end();
  }
}

function timeout(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

/** Windows runs `.cmd` files, such as `npx`, by its shell only. */
function forPlatform({ command, args }: ProgramSpec): Pick<ProgramSpec, 'command' | 'args'> {
  const isProgram = process.platform !== 'win32' || /\.(exe|com)$/i.test(command);
  return isProgram ? { command, args } : { command: 'cmd.exe', args: ['/d', '/s', '/c', command, ...args] };
}

function startFailure({ command, cwd }: ProgramSpec, error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT') return `could not be started: ${error.message}`;
  const where = cwd === undefined ? '' : `, or the folder '${cwd}'`;
  return `could not be started: the program '${command}'${where} does not exist`;
}
