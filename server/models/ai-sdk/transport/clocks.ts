import type { Alarm, Timing } from './retry.ts';

/**
 * How long a provider may be silent, in milliseconds, when no setting says otherwise: just less than the HTTP client
 * itself would wait.
 */
export const defaultSilenceMs = 290_000;

/** Timers of Node ring at once beyond this. */
const longestMs = 2 ** 31 - 1;

/** Both clocks stand still while a slow reader of ours holds the answer up: that time is not the provider's. */
interface Clock {
  pause(): void;
  resume(): void;
  stop(): void;
}

/**
 * Bounds the silence on the wire: the wait for an answer to begin, and for each further piece of it, whatever it holds.
 *
 * Source: httpx, read timeout, which Pydantic AI's setting `timeout` sets.
 */
export class SilenceClock implements Clock {
  readonly #start: () => Alarm;
  #alarm: Alarm | undefined;
  #isWaiting = false;
  #isPaused = false;

  /** `giveUp` must make the awaited promise reject. */
  constructor(ms: number, timing: Timing, giveUp: () => void) {
    this.#start = () =>
      timing.alarm(Math.min(ms, longestMs), () => {
        if (this.#isWaiting && !this.#isPaused) giveUp();
      });
  }

  async wait<T>(pending: () => PromiseLike<T>): Promise<T> {
    this.#isWaiting = true;
    this.#restart();
    try {
      return await pending();
    } finally {
      this.#isWaiting = false;
    }
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#isWaiting) this.#restart();
  }

  stop(): void {
    this.#alarm?.stop();
  }

  #restart(): void {
    if (this.#alarm) this.#alarm.restart();
    else this.#alarm = this.#start();
  }
}

/**
 * Bounds the noise: bytes that come without content, such as keep-alives, unknown events and empty pieces. It
 * runs from the first byte after the last content, so that a silence is the other clock's alone.
 */
export class StallClock implements Clock {
  readonly #start: () => Alarm;
  #alarm: Alarm | undefined;
  #isRunning = false;

  constructor(ms: number, timing: Timing, giveUp: () => void) {
    this.#start = () =>
      timing.alarm(Math.min(ms, longestMs), () => {
        if (this.#isRunning) giveUp();
      });
  }

  /** Bytes have come. */
  heard(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    if (this.#alarm) this.#alarm.restart();
    else this.#alarm = this.#start();
  }

  /** There was content in them. */
  content(): void {
    this.#isRunning = false;
  }

  pause(): void {
    this.#isRunning = false;
  }

  /** The next byte starts it again. */
  resume(): void {}

  stop(): void {
    this.#isRunning = false;
    this.#alarm?.stop();
  }
}
