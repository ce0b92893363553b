import { EngineError } from '../../../engine/errors.ts';
import { type Further, furtherAfter } from '../../attempts.ts';

/** Fires once after its time, unless it is restarted or stopped before. */
export interface Alarm {
  restart(): void;
  stop(): void;
}

/** The clock, sleeping and randomness, passed in so that tests control them. */
export interface Timing {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Waits; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  alarm(ms: number, ring: () => void): Alarm;
  /** From 0 up to 1. */
  random(): number;
}

/** The number of retries and their delays. */
export interface RetryPolicy {
  readonly retries: number;
  readonly firstDelayMs: number;
  readonly delayCapMs: number;
  /** The longest wait that a server may request; beyond it the error is reported at once, with the requested wait. */
  readonly retryAfterCapMs: number;
}

/** The longest wait when another model of a list could be requested instead. */
const alternativeCapMs = 1_000;

/** Source: OpenAI SDK `MAX_RETRIES`, `INITIAL_RETRY_DELAY`, `MAX_RETRY_DELAY`, below Pydantic AI. */
const defaultPolicy: RetryPolicy = {
  retries: 2,
  firstDelayMs: 500,
  delayCapMs: 8_000,
  retryAfterCapMs: 60_000,
};

/** The policy when another model of a list may be requested, which takes less time than a long wait for this one. */
export const besideAlternatives = (policy: RetryPolicy = defaultPolicy): RetryPolicy => ({
  ...policy,
  retryAfterCapMs: Math.min(policy.retryAfterCapMs, alternativeCapMs),
});

/** Hooks of the caller. */
export interface RetryHooks {
  /** Returns whether the failed attempt has gone too far to be repeated. */
  isFinal?(): boolean;
  /** Called before each retry, with the number of the attempt: 2 for the first retry. */
  onRetry?(attempt: number, further: Further): void;
}

/**
 * Makes attempts until one succeeds, fails for good, or the retries are used up. An error says with `details.retryable`
 * that a retry may help, and with `details.retryAfterMs` when.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  signal: AbortSignal,
  timing: Timing,
  policy: RetryPolicy = defaultPolicy,
  { isFinal, onRetry }: RetryHooks = {},
): Promise<T> {
  for (let tried = 0; ; tried++) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      const waitMs = delayBefore(error, tried, timing, policy);
      if (waitMs === null || isFinal?.()) throw error;
      await timing.sleep(waitMs, signal);
      onRetry?.(tried + 2, furtherAfter(error, waitMs));
    }
  }
}

/** Returns the delay of the next attempt; null when there is none. */
function delayBefore(error: unknown, tried: number, timing: Timing, policy: RetryPolicy): number | null {
  if (!(error instanceof EngineError) || error.details.retryable !== true || tried >= policy.retries) return null;
  const { retryAfterMs } = error.details;
  if (typeof retryAfterMs === 'number') return retryAfterMs <= policy.retryAfterCapMs ? retryAfterMs : null;
  const delay = Math.min(policy.firstDelayMs * 2 ** tried, policy.delayCapMs);
  return Math.round(delay * (1 - 0.25 * timing.random()));
}

/** The real clock. */
export const systemTiming: Timing = {
  now: Date.now,
  random: Math.random,
  alarm(ms, ring) {
    const timer = setTimeout(ring, ms);
    return { restart: () => void timer.refresh(), stop: () => clearTimeout(timer) };
  },
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const stop = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal.addEventListener('abort', stop, { once: true });
    }),
};
