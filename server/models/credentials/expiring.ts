/** A value that is valid until a given time, or forever. */
export interface Expiring<T> {
  readonly value: T;
  readonly expiresAtMs?: number;
}

/** With less time left than this, a value is renewed while it is still in use. */
const renewMs = 5 * 60_000;
/** With less time left than this, a value is no longer used: clocks differ, and requests take time to arrive. */
const spareMs = 30_000;

type Load<T> = (signal: AbortSignal) => Promise<Expiring<T>>;

/**
 * Keeps a value that expires. Callers that need it while it is loaded share one load, which is cancelled when none of
 * them waits any more.
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
    // A failed load does not matter while the value is valid. Afterwards the load is repeated, and awaited.
    if (leftMs < renewMs) this.#start().result.catch(() => undefined);
    return value;
  }

  /** Notes that the server refused a value. */
  refuse(value: T): void {
    this.#refused = value;
  }

  /**
   * Returns whether there is a value other than the one that was last refused: one that was loaded meanwhile, or is
   * loaded now. A failed load changes nothing.
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

/** Returns the result of a promise that others may await too; rejects as soon as the signal is aborted. */
function untilAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
