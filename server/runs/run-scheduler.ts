import type { After } from '../callbacks/timer.ts';
import type { RunSlots } from './slots.ts';

/** What a run's scheduler depends on. */
export interface SchedulerOptions {
  /** Where it takes its slot; null for a child run, which uses that of its parent. */
  readonly slots: RunSlots | null;
  readonly timeoutMs: number | undefined;
  /** Milliseconds of it that the run had used before. */
  readonly usedMs?: number;
  readonly after: After;
  /** Milliseconds of a steady clock. */
  readonly elapsed: () => number;
  readonly onTimeout: () => void;
}

/**
 * Decides when a run may go on: in the queue, with a slot, or waiting for humans. While it waits it has no slot, and its time
 * does not run.
 */
export class RunScheduler {
  readonly #options: SchedulerOptions;
  #state: 'queued' | 'running' | 'waiting' = 'queued';
  #holdsSlot = false;
  #leaveQueue: (() => boolean) | null = null;
  /** Calls that wait for humans. */
  #waiting = 0;
  #timeLeft: number;
  #since = 0;
  #stopTimer: (() => void) | null = null;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#timeLeft = (options.timeoutMs ?? Number.POSITIVE_INFINITY) - (options.usedMs ?? 0);
  }

  /** Milliseconds of its time that the run has used; undefined when it has no deadline. */
  get usedMs(): number | undefined {
    const { timeoutMs, elapsed } = this.#options;
    if (timeoutMs === undefined) return undefined;
    return timeoutMs - this.#timeLeft + (this.#stopTimer ? elapsed() - this.#since : 0);
  }

  get state(): 'queued' | 'running' | 'waiting' {
    return this.#state;
  }

  /** Calls `begin` now or when there is a slot. */
  start(begin: () => void): void {
    this.#takeSlot(begin, 'last');
  }

  /** Takes a run that has not begun out of the queue; false when it has. */
  withdraw(): boolean {
    const isOut = this.#leaveQueue?.() ?? false;
    this.#leaveQueue = null;
    return isOut;
  }

  /** Waits for a decision of humans; resolves when it is known and the run has a slot again, or on an abort. */
  async whileHumansDecide<T>(decide: () => Promise<T>, signal: AbortSignal): Promise<T> {
    this.#waiting += 1;
    if (this.#waiting === 1) this.#pause();
    try {
      return await decide();
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) await this.#goOn(signal);
    }
  }

  /** The run is over. */
  end(): void {
    this.#stopTime();
    this.withdraw();
    this.#freeSlot();
  }

  #pause(): void {
    this.#state = 'waiting';
    this.#stopTime();
    this.#freeSlot();
  }

  /** It was let in before, so it comes before those that have not begun. */
  #goOn(signal: AbortSignal): Promise<void> | undefined {
    if (signal.aborted) return undefined;
    this.#state = 'queued';
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done, { once: true });
      this.#takeSlot(done, 'first');
    });
  }

  #takeSlot(then: () => void, place: 'first' | 'last'): void {
    const begin = () => {
      this.#leaveQueue = null;
      this.#state = 'running';
      this.#startTime();
      then();
    };
    const { slots } = this.#options;
    if (!slots) {
      begin();
      return;
    }
    const withdraw = slots.enter(() => {
      this.#holdsSlot = true;
      begin();
    }, place);
    if (!this.#holdsSlot) this.#leaveQueue = withdraw;
  }

  #freeSlot(): void {
    if (!this.#holdsSlot) return;
    this.#holdsSlot = false;
    this.#options.slots?.leave();
  }

  #startTime(): void {
    if (this.#timeLeft === Number.POSITIVE_INFINITY) return;
    this.#since = this.#options.elapsed();
    this.#stopTimer = this.#options.after(Math.max(0, this.#timeLeft), this.#options.onTimeout);
  }

  #stopTime(): void {
    if (!this.#stopTimer) return;
    this.#stopTimer();
    this.#stopTimer = null;
    this.#timeLeft -= this.#options.elapsed() - this.#since;
  }
}
