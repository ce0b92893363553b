import type { RunResult } from '../../protocol/result.ts';
import { after } from '../callbacks/timer.ts';
import { EngineError } from '../engine/errors.ts';
import { overloaded } from './overload.ts';

/** The properties of a run that errors of its waiters name. */
export interface AwaitedRun {
  readonly runId: string;
  readonly state: string;
}

/** Requests that wait for the result of one run. */
export class RunWaiters {
  readonly #run: AwaitedRun;
  readonly #max: number;
  readonly #waiting = new Set<{ resolve(result: RunResult): void; reject(error: unknown): void }>();

  constructor(run: AwaitedRun, max: number) {
    this.#run = run;
    this.#max = max;
  }

  /**
   * Resolves with the result.
   *
   * Errors: `overloaded` when too many wait, the reason of the signal when that is aborted, `run.notFinished` after the
   * timeout.
   */
  wait(signal: AbortSignal, timeoutMs: number | undefined): Promise<RunResult> {
    if (this.#waiting.size >= this.#max) return Promise.reject(tooManyWait(this.#run.runId, this.#max));
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        this.#waiting.delete(waiter);
        stopTimer?.();
        signal.removeEventListener('abort', onAbort);
        then();
      };
      const waiter = {
        resolve: (result: RunResult) => settle(() => resolve(result)),
        reject: (error: unknown) => settle(() => reject(error)),
      };
      const onAbort = () => settle(() => reject(signal.reason));
      const onTimeout = () => settle(() => reject(notFinished(this.#run, timeoutMs ?? 0)));
      const stopTimer = timeoutMs === undefined ? undefined : after(timeoutMs, onTimeout);
      this.#waiting.add(waiter);
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
    });
  }

  resolve(result: RunResult): void {
    for (const waiter of [...this.#waiting]) waiter.resolve(result);
  }

  reject(error: unknown): void {
    for (const waiter of [...this.#waiting]) waiter.reject(error);
  }
}

/** Returns the error of a run that did not end in the time that a request gave it. */
export function notFinished({ runId, state }: AwaitedRun, timeoutMs: number): EngineError {
  const message = `Run '${runId}' did not finish within ${timeoutMs} ms; it is ${state}.`;
  return new EngineError('run.notFinished', message, { runId, state });
}

/** Returns the error for one waiter too many, be it for the result or for the next event. */
export function tooManyWait(runId: string, limit: number): EngineError {
  return overloaded({
    limit: 'waitersPerRun',
    max: limit,
    value: limit + 1,
    what: `With one more the requests that wait for run '${runId}' would be`,
    advice: 'Wait once and share the answer.',
    retryAfterMs: 1000,
  });
}
