/** How long a call may take in all, however often it reports progress, in milliseconds. */
const longestMs = 3_600_000;

/** The signal of a call was aborted by its deadline. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** The deadline of one call: progress moves it, and it stands still while a person answers. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timeoutMs: number;
  readonly #startedAtMs = performance.now();
  #pausedMs = 0;
  #pauses = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#set();
  }

  /** Aborted when the deadline has passed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Begins anew, up to an hour in all. */
  move(): void {
    if (this.#pauses === 0 && !this.#controller.signal.aborted) this.#set();
  }

  /** Stands still until what is waited for has ended. */
  async during<T>(work: Promise<T>): Promise<T> {
    const before = performance.now();
    this.#pauses += 1;
    clearTimeout(this.#timer);
    try {
      return await work;
    } finally {
      this.#pauses -= 1;
      if (this.#pauses === 0) this.#pausedMs += performance.now() - before;
      this.move();
    }
  }

  /** To be called when the call has ended. */
  end(): void {
    clearTimeout(this.#timer);
    this.#pauses = Number.POSITIVE_INFINITY;
  }

  #set(): void {
    clearTimeout(this.#timer);
    const left = Math.max(longestMs, this.#timeoutMs) - (performance.now() - this.#startedAtMs - this.#pausedMs);
    this.#timer = setTimeout(
      () => this.#controller.abort(new DeadlineError('the deadline of the call has passed')),
      Math.max(0, Math.min(this.#timeoutMs, left)),
    );
  }
}
