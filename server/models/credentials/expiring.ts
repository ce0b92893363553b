/** A value that is good until its time; without one for ever. */
export interface Expiring<T> {
  readonly value: T;
  readonly expiresAtMs?: number;
}

/** Before this much is left, a value is renewed while it is still used. */
const renewMs = 5 * 60_000;
/** With less left than this, a value is no longer used: clocks differ, and requests take time to arrive. */
const spareMs = 30_000;

type Load<T> = (signal: AbortSignal) => Promise<Expiring<T>>;

/**
 * Keeps a value that expires. Whoever needs it while it is loaded shares that one load, which is given up when nobody
 * waits for it any more.
 */
export class ExpiringValue<T> {
  readonly #load: Load<T>;
  readonly #now: () => number;
  readonly #isSame: (a: T, b: T) => boolean;
  #current: Expiring<T> | null = null;
  #refused: T | null = null;
  #loading: { result: Promise<T>; controller: AbortController; waiting: number } | null = null;

  constructor(load: Load<T>, now: () => number, isSame: (a: T, b: T) => boolean) {
    this.#load = load;
    this.#now = now;
    this.#isSame = isSame;
  }

  async get(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const { value, expiresAtMs = Number.POSITIVE_INFINITY } = this.#current ?? { expiresAtMs: 0 };
    const leftMs = expiresAtMs - this.#now();
    if (value === undefined || leftMs < spareMs) return this.#wait(signal);
    // A failure is no matter while the value is good; when it is not, the load is repeated and waited for.
    if (leftMs < renewMs) this.#start().result.catch(() => undefined);
    return value;
  }

  /** Notes that a value was refused by who it was sent to. */
  refuse(value: T): void {
    this.#refused = value;
  }

  /**
   * Whether there is another value than the one that was refused last: one that was loaded meanwhile, or one that is
   * loaded now. A load that fails leaves things as they are.
   */
  async renew(signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    const refused = this.#refused;
    if (refused === null) return false;
    if (this.#current && !this.#isSame(this.#current.value, refused)) return true;
    try {
      return !this.#isSame(await this.#wait(signal), refused);
    } catch {
      signal.throwIfAborted();
      return false;
    }
  }

  async #wait(signal: AbortSignal): Promise<T> {
    const loading = this.#start();
    loading.waiting++;
    try {
      return await untilAborted(loading.result, signal);
    } finally {
      loading.waiting--;
      if (loading.waiting === 0 && signal.aborted) loading.controller.abort();
    }
  }

  #start() {
    if (this.#loading && !this.#loading.controller.signal.aborted) return this.#loading;
    const controller = new AbortController();
    const result = this.#load(controller.signal)
      .then((loaded) => {
        this.#current = loaded;
        return loaded.value;
      })
      .finally(() => {
        if (this.#loading === started) this.#loading = null;
      });
    const started = { result, controller, waiting: 0 };
    this.#loading = started;
    return started;
  }
}

/** The result of a promise that others may wait for too; rejects as soon as the signal is aborted. */
function untilAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
