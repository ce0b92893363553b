import { EngineError } from './errors.ts';

/** Limits of the growth of one run: those of the daemon, beside the usage limits of its specification. @since 0.2.0 */
export interface RunBounds {
  readonly stepsPerRun: number;
  readonly eventsPerRun: number;
  /** About the bytes of the messages it adds, as JSON. */
  readonly messageBytesPerRun: number;
  /** Characters of the text, thinking and arguments of one streamed response. */
  readonly responseBytes: number;
}

/** Errors: `usage.limitExceeded` when another step is not allowed. @since 0.2.0 */
export function checkBounds(bounds: RunBounds, used: Record<Exclude<keyof RunBounds, 'responseBytes'>, number>): void {
  for (const limit of ['stepsPerRun', 'eventsPerRun', 'messageBytesPerRun'] as const)
    if (used[limit] >= bounds[limit]) throw beyond(limit, bounds[limit], used[limit]);
}

/** The error of a run that grew too large. @since 0.2.0 */
export function beyond(limit: keyof RunBounds, max: number, value: number): EngineError {
  return new EngineError(
    'usage.limitExceeded',
    `The run has reached ${value} of ${limit}; ${max} is the limit of the daemon. Go on from its messages in another run.`,
    { limit, max, value },
  );
}
