import type { Limits } from '../../protocol/lifecycle.ts';
import { EngineError } from '../engine/errors.ts';

/** What is refused because it would go beyond a limit. */
export interface Excess {
  readonly limit: keyof Limits;
  readonly max: number;
  /** What there would be with it. */
  readonly value: number;
  /** What there is too much of, as the subject of a sentence. */
  readonly what: string;
  /** What the client can do. */
  readonly advice: string;
  readonly retryAfterMs?: number;
}

/** Returns the error of what would go beyond a limit. It names the thing, the value, the limit and what to do. */
export function overloaded({ limit, max, value, what, advice, retryAfterMs }: Excess): EngineError {
  return new EngineError('overloaded', `${what} ${value}; the limit is ${max} (${limit}). ${advice}`, {
    limit,
    max,
    value,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Throws `overloaded` unless the value is within the limit. */
export function refuseExcess(excess: Excess): void {
  if (excess.value > excess.max) throw overloaded(excess);
}
