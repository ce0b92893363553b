import type { RunDeadline } from './run-deadline.ts';
import type { RunSlots } from './slots.ts';

/**
 * Decides when a run may go on: in the queue, with a slot, or waiting for humans. While it waits it has no slot, and its time
 * does not run.
 */
export class RunScheduler {
  readonly #slots: RunSlots | null;
  readonly #deadline: RunDeadline | null;
  #state: 'queued' | 'running' | 'waiting' = 'queued';
  #holdsSlot = false;
  #leaveQueue: (() => boolean) | null = null;
  /** Calls that wait for humans. */
  #waiting = 0;

  /** `slots`: where it takes its slot; null for a child run, which uses that of its parent. */
  constructor(slots: RunSlots | null, deadline: RunDeadline | null) {
    this.#slots = slots;
    this.#deadline = deadline;
  }

  /** Milliseconds of its time that the run has used; undefined when it has no deadline. */
  get usedMs(): number | undefined {
    return this.#deadline?.usedMs;
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
    this.#deadline?.stop();
    this.withdraw();
    this.#freeSlot();
  }

  #pause(): void {
    this.#state = 'waiting';
    this.#deadline?.stop();
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
      this.#deadline?.start();
      then();
    };
    const slots = this.#slots;
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
    this.#slots?.leave();
  }
}
