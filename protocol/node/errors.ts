import type { ErrorKind } from '../errors.ts';
import type { RunResult } from '../types/client-types.ts';
import type { RunError } from '../types/wire-types.ts';

const failed = Symbol.for('runwire.RunFailedError');
const gone = Symbol.for('runwire.DaemonGoneError');

/** Recognises what another copy of this package has made, too: a program may hold an ES module and a CommonJS one. */
const hasMark = (value: unknown, mark: symbol) => typeof value === 'object' && value !== null && mark in value;

/**
 * A run that did not succeed. `kind` is `data.kind` of its error, or `run.deferred` when it left calls open; `result` is
 * the whole result, with its usage.
 *
 * @since 0.1.0
 */
export class RunFailedError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasMark(value, failed);
  }

  override readonly name = 'RunFailedError';
  readonly [failed] = true;
  /** What ended the run; later daemons may have further kinds. */
  readonly kind: ErrorKind | 'run.deferred' | (string & {});
  /** The whole result, with its usage. */
  readonly result: RunResult;

  constructor(result: RunResult) {
    super(result.error?.message ?? deferredMessage(result));
    this.kind = result.error?.data.kind ?? 'run.deferred';
    this.result = result;
  }

  /** The error of the run; absent when it is deferred. */
  get error(): RunError | undefined {
    return this.result.error;
  }
}

function deferredMessage({ runId, deferred }: RunResult): string {
  const names = [...(deferred?.calls ?? []), ...(deferred?.approvals ?? [])].map(({ tool_name }) => tool_name);
  return `Run '${runId}' has no output: it left calls open (${names.join(', ')}). Continue it with \`deferredToolResults\`.`;
}

/**
 * The daemon has ended, or could not be started. Everything that was open, and every later request, rejects with it.
 *
 * @since 0.1.0
 */
export class DaemonGoneError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasMark(value, gone);
  }

  override readonly name = 'DaemonGoneError';
  readonly [gone] = true;
  /** Exit code; null when it was killed, or never started. */
  readonly code: number | null;
  /** The signal that killed it. */
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to stderr, at most 4 KiB. */
  readonly stderr: string;

  constructor(exit: DaemonExit) {
    super(`${howItEnded(exit)}${exit.stderr ? ` It wrote: ${exit.stderr.trim()}` : ''}`);
    this.code = exit.code;
    this.signal = exit.signal;
    this.stderr = exit.stderr;
  }
}

/** How a daemon ended. @since 0.1.0 */
export interface DaemonExit {
  /** Exit code; null when it was killed, or never started. */
  readonly code: number | null;
  /** The signal that killed it. */
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to stderr, at most 4 KiB. */
  readonly stderr: string;
  /** What went wrong, when code and signal do not say it: it could not be started, or closed its output and went on. */
  readonly reason?: string;
}

function howItEnded({ code, signal, reason }: DaemonExit): string {
  if (reason) return `The daemon ${reason}.`;
  return signal ? `The daemon was killed (${signal}).` : `The daemon has ended (exit code ${code}).`;
}
