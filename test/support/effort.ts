/** A value for each effort that tests are run with. */
export interface ByEffort<T> {
  /** For `npm test`, which ends within minutes. */
  readonly quick: T;
  /** For `npm test` in CI; absent: as quick. */
  readonly ci?: T;
  /** With `RUNWIRE_THOROUGH`, for what takes minutes by itself. */
  readonly thorough: T;
}

/** Returns how many of many cases are tried, or which ones. */
export function byEffort<T>({ quick, ci = quick, thorough }: ByEffort<T>): T {
  if (process.env.RUNWIRE_THOROUGH) return thorough;
  return process.env.CI ? ci : quick;
}
