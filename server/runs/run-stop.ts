import { type EngineError, fromRunError, toRunError } from '../engine/errors.ts';
import type { StepRunner } from '../engine/steps/steps.ts';

/** Stops a run from outside. A runner that records writes the stop down first, so that a rebuilt run stops there too. */
export class RunStop {
  readonly #controller = new AbortController();
  readonly #now: () => string;
  #runner: StepRunner | null = null;
  #isRequested = false;
  #at: string | null = null;
  /** Resolves when the stop is on disk; absent when there is nothing to wait for. */
  written: Promise<void> | undefined;

  constructor(now: () => string) {
    this.#now = now;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True once it was requested, or the run was rebuilt to where it was stopped. */
  get isRequested(): boolean {
    return this.#isRequested;
  }

  /** The time at which the run was stopped; the current one before. */
  readonly time = (): string => this.#at ?? this.#now();

  /** Receives the runner of the run, which is made after this. */
  attach(runner: StepRunner): void {
    this.#runner = runner;
  }

  /** Requests the stop; false when it was requested before. */
  request(error: EngineError): boolean {
    if (this.#isRequested) return false;
    this.#isRequested = true;
    const act = (at: string) => {
      this.#at = at;
      this.#controller.abort(error);
    };
    if (this.#runner?.stop) {
      this.written = this.#runner.stop(toRunError(error), act);
      // A run whose stop cannot be written is left, whether or not somebody waits for that.
      this.written?.catch(() => undefined);
    } else act(this.#now());
    return true;
  }

  /** Stops a run that is rebuilt, where it was stopped before. */
  again(error: ReturnType<typeof toRunError>, at: string): void {
    this.#isRequested = true;
    this.#at = at;
    this.#controller.abort(fromRunError(error));
  }

  /** Ends the work on a run that goes on elsewhere or later; nothing of it is recorded. */
  leave(why: EngineError): void {
    this.#isRequested = true;
    this.#controller.abort(why);
  }
}
