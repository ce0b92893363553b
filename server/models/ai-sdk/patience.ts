import type { Alarm, Timing } from './retry.ts';

/**
 * How long we wait for a provider at most, in milliseconds, when no setting says otherwise: just less than the HTTP
 * client itself would.
 *
 * @since 0.2.0
 */
export const defaultPatienceMs = 290_000;

/**
 * Bounds each wait for a provider. Time counts only while we wait: what a slow reader of ours takes between two pieces
 * of a stream is not the provider's.
 *
 * @since 0.2.0
 */
export class Patience {
  readonly #start: () => Alarm;
  #alarm: Alarm | undefined;
  #waiting = false;

  /** `giveUp` is called once, when a wait took `ms`; it must make the awaited promise reject. */
  constructor(ms: number, timing: Timing, giveUp: () => void) {
    this.#start = () =>
      timing.alarm(ms, () => {
        if (this.#waiting) giveUp();
      });
  }

  async wait<T>(pending: () => PromiseLike<T>): Promise<T> {
    this.#waiting = true;
    if (this.#alarm) this.#alarm.restart();
    else this.#alarm = this.#start();
    try {
      return await pending();
    } finally {
      this.#waiting = false;
    }
  }

  stop(): void {
    this.#alarm?.stop();
  }
}
