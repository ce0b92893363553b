import type { After } from '../callbacks/timer.ts';

/** The inputs of a run's deadline. */
export interface DeadlineOptions {
  /** The `timeoutMs` of the run. */
  readonly timeoutMs: number;
  /** Milliseconds of it that the run had used before. */
  readonly usedMs: number;
  readonly after: After;
  /** Milliseconds of a steady clock. */
  readonly elapsed: () => number;
  readonly onTimeout: () => void;
}

/** The time that a run has. It passes only while the run is running: not in the queue, and not while it waits for humans. */
export class RunDeadline {
  readonly #options: DeadlineOptions;
  #leftMs: number;
  #since = 0;
  #stopTimer: (() => void) | null = null;

  constructor(options: DeadlineOptions) {
    this.#options = options;
    this.#leftMs = options.timeoutMs - options.usedMs;
  }

  /** Milliseconds that the run has used. */
  get usedMs(): number {
    const { timeoutMs, elapsed } = this.#options;
    return timeoutMs - this.#leftMs + (this.#stopTimer ? elapsed() - this.#since : 0);
  }

  start(): void {
    const { elapsed, after, onTimeout } = this.#options;
    this.#since = elapsed();
    this.#stopTimer = after(Math.max(0, this.#leftMs), onTimeout);
  }

  stop(): void {
    if (!this.#stopTimer) return;
    this.#stopTimer();
    this.#stopTimer = null;
    this.#leftMs -= this.#options.elapsed() - this.#since;
  }
}
