import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DaemonExit, DaemonGoneError } from './errors.ts';

/** How the daemon is started. @since 0.1.0 */
export interface DaemonOptions {
  /** The program and its arguments; by default the daemon of this package, on the Node of this process. */
  readonly command?: readonly [string, ...string[]];
  /** Environment of the daemon, in which it looks for keys; by default that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** The folder in which the daemon keeps runs and conversations; without it they end with the daemon. */
  readonly store?: string;
  /** Folder of the daemon; by default that of this process. */
  readonly cwd?: string;
  /** Called with each line that the daemon writes to stderr. */
  readonly onLog?: (line: string) => void;
}

/** Bytes of stderr that are kept for the error. */
const stderrKept = 4096;

/** Milliseconds that a daemon has to end after it was requested to. */
const exitGraceMs = 5000;

/** Milliseconds between the end of a daemon and that of its output, in either order. */
const brokenGraceMs = 1000;

/** A daemon that runs as a child process. */
export class DaemonProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves when the daemon has ended, or could not be started. */
  readonly exited: Promise<DaemonExit>;
  #stderr = '';
  #reason: string | undefined;

  constructor({ command = defaultCommand(), env = process.env, cwd, onLog, store }: DaemonOptions) {
    const [program, ...given] = command;
    const args = [...given, ...(store === undefined ? [] : ['--store', store])];
    this.child = spawn(program, args, {
      stdio: 'pipe',
      env: { ...env, ...electronVariables(program) },
      ...(cwd === undefined ? {} : { cwd }),
      // Ctrl-C reaches every process of the terminal's group, and the daemon has to end its runs first. It cannot
      // outlive this process, since the end of its stdin ends it.
      detached: true,
      windowsHide: true,
    });
    // A pipe that breaks is reported by the exit.
    this.child.stdin.on('error', () => undefined);
    this.#readLog(onLog);
    this.exited = this.#watchExit();
  }

  /** Waits for the daemon to end; kills it when it does not. */
  end(graceMs = exitGraceMs): Promise<DaemonExit> {
    const kill = setTimeout(() => this.child.kill('SIGKILL'), graceMs);
    return this.exited.finally(() => clearTimeout(kill));
  }

  /** The error of a daemon whose pipes broke: it has ended, or is of no use any more and is killed. */
  async gone(): Promise<DaemonGoneError> {
    const kill = setTimeout(() => {
      // Only its pipes may be open still.
      if (this.child.exitCode !== null || this.child.signalCode !== null) return;
      this.#reason = 'closed its input or output and did not end';
      this.child.kill('SIGKILL');
    }, brokenGraceMs);
    const exit = await this.exited;
    clearTimeout(kill);
    return new DaemonGoneError(exit);
  }

  /** Stderr is always read: a full pipe would block the daemon. */
  #readLog(onLog: DaemonOptions['onLog']): void {
    let line = '';
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = `${this.#stderr}${text}`.slice(-stderrKept);
      if (!onLog) return;
      const lines = `${line}${text}`.split('\n');
      line = (lines.pop() ?? '').slice(-stderrKept);
      for (const whole of lines) onLog(whole);
    });
  }

  #watchExit(): Promise<DaemonExit> {
    return new Promise((resolve) => {
      const { child } = this;
      const ended = (exit: Omit<DaemonExit, 'stderr'>) =>
        resolve({ ...exit, ...(this.#reason ? { reason: this.#reason } : {}), stderr: this.#stderr });
      child.once('error', ({ message }) => {
        this.#reason ??= `could not be started: ${message}`;
        child.stdout.destroy();
        ended({ code: null, signal: null });
      });
      // `close` comes after stderr has been read to its end; another process may hold the pipes open.
      child.once('close', (code, signal) => ended({ code, signal }));
      child.once('exit', () => {
        const closePipes = () => {
          child.stdout.destroy();
          child.stderr.destroy();
        };
        setTimeout(closePipes, brokenGraceMs).unref();
      });
    });
  }
}

/**
 * The folder of this module, as CommonJS and as an ES module. Not from `import.meta.url`, for which webpack writes the
 * address that the module had on the machine of the build.
 */
const here = typeof __dirname === 'string' ? __dirname : import.meta.dirname;

/** Beside a program that was bundled, and in the installed package. */
const places = ['runwire/runwire.cjs', '../../daemon/runwire.cjs'].map((path) => join(here, path));

function defaultCommand(): [string, string] {
  const daemon = places.find((path) => existsSync(path));
  if (daemon) return [process.execPath, daemon];
  throw new Error(
    `The daemon is not at ${places.join(' or ')}. A bundled program has to bring it along: copy node_modules/runwire/dist/daemon to 'runwire' beside the bundle, or pass \`command\`.`,
  );
}

/** In Electron, `process.execPath` runs as Node only with these variables. */
function electronVariables(program: string): NodeJS.ProcessEnv {
  const isElectron = process.versions.electron !== undefined && program === process.execPath;
  return isElectron ? { ELECTRON_RUN_AS_NODE: '1', ELECTRON_NO_ASAR: '1' } : {};
}
