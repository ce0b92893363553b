import type { Alarm, Timing } from './retry.ts';

/**
 * The time that a provider may be silent, in milliseconds, unless a setting says otherwise: slightly less than the HTTP
 * client itself would wait.
 */
export const defaultSilenceMs = 290_000;

/** Timers of Node fire at once beyond this. */
const longestMs = 2 ** 31 - 1;

/** Both clocks are paused while our own slow client delays the response: that time is not the provider's. */
interface Clock {
  pause(): void;
  resume(): void;
  stop(): void;
}

/**
 * Limits the silence on the wire: the wait for a response to begin, and for each further piece of it, whatever that
 * contains.
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
 * Limits the noise: bytes without content, such as keep-alives, unknown events and empty pieces. The clock runs from
 * the first byte after the last content, so that silence is left to the other clock.
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

  /** Notes that bytes have arrived. */
  heard(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    if (this.#alarm) this.#alarm.restart();
    else this.#alarm = this.#start();
  }

  /** Notes that they contained content. */
  content(): void {
    this.#isRunning = false;
  }

  pause(): void {
    this.#isRunning = false;
  }

  /** Stops the clock until the next byte. */
  resume(): void {}

  stop(): void {
    this.#isRunning = false;
    this.#alarm?.stop();
  }
}
