import { overloaded } from './overload.ts';

/** Places for runs; those that find none wait in the order in which they came. */
export class RunSlots {
  readonly #width: number;
  readonly #maxQueued: number;
  readonly #queue: { begin: () => void }[] = [];
  #active = 0;

  constructor(limits: { activeRuns: number; queuedRuns: number }) {
    this.#width = limits.activeRuns;
    this.#maxQueued = limits.queuedRuns;
  }

  get active(): number {
    return this.#active;
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** Errors: `overloaded` when the queue is full. */
  check(): void {
    if (this.#active < this.#width || this.#queue.length < this.#maxQueued) return;
    throw overloaded({
      limit: 'queuedRuns',
      max: this.#maxQueued,
      value: this.#queue.length + 1,
      what: `${this.#active} runs are active, which is the limit of those (activeRuns), and with one more the queued runs would be`,
      advice: 'Try again when some have ended.',
      retryAfterMs: 1000,
    });
  }

  /** Calls `begin` now or when a slot is free; the returned function takes a run that has not begun out of the queue. */
  enter(begin: () => void, place: 'first' | 'last' = 'last'): () => boolean {
    if (this.#active < this.#width) {
      this.#active += 1;
      begin();
      return () => false;
    }
    const entry = { begin };
    if (place === 'first') this.#queue.unshift(entry);
    else this.#queue.push(entry);
    return () => {
      const at = this.#queue.indexOf(entry);
      if (at >= 0) this.#queue.splice(at, 1);
      return at >= 0;
    };
  }

  leave(): void {
    const next = this.#queue.shift();
    if (next) next.begin();
    else this.#active -= 1;
  }
}
