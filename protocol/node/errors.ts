import type { RunError, RunResult } from '../result.ts';

/**
 * A run that did not succeed. `kind` is `data.kind` of its error, or `run.deferred` when it left calls open; `result` is
 * the whole result, with its usage.
 *
 * @since 0.1.0
 */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError';
  readonly kind: string;
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
  override readonly name = 'DaemonGoneError';
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
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** Why it could not be started. */
  readonly reason?: string;
}

function howItEnded({ code, signal, reason }: DaemonExit): string {
  if (reason) return `The daemon could not be started: ${reason}.`;
  return signal ? `The daemon was killed (${signal}).` : `The daemon has ended (exit code ${code}).`;
}
