/** Admits a bounded number at once, the others in the order in which they arrived. */
export class Semaphore {
  #free: number;
  #waiting: (() => void)[] | null = null;

  constructor(width: number) {
    this.#free = width;
  }

  /** Takes a place when one is free. */
  tryEnter(): boolean {
    if (this.#free === 0) return false;
    this.#free -= 1;
    return true;
  }

  /** Resolves once there is a place; rejects with the reason of the signal when that is aborted while waiting. */
  enter(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.tryEnter()) return Promise.resolve();
    this.#waiting ??= [];
    const waiting = this.#waiting;
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        waiting.splice(waiting.indexOf(admit), 1);
        reject(signal.reason);
      };
      const admit = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      waiting.push(admit);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Gives a place to the next one; whoever entered calls it once. */
  leave(): void {
    const next = this.#waiting?.shift();
    if (next) next();
    else this.#free += 1;
  }
}
