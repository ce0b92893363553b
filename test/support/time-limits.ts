import { byEffort } from './effort.ts';

/** How long a test may take that starts other programs, in milliseconds: a limit is there for what hangs, on any machine. */
export const slow = process.env.CI ? 300_000 : 120_000;

/**
 * How long something may take that is promised within so many milliseconds. It is held to that when nothing else runs; beside
 * other tests, only that it comes to an end.
 */
export const within = (ms: number) => byEffort({ quick: 10 * ms, ci: 30 * ms, thorough: ms });

/**
 * Processor time in milliseconds, since others may use the machine. Of up to three tries the first within the limit counts,
 * else the least: the collector may have worked for other tests meanwhile.
 */
export function cpuMs(work: () => void, limit: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3 && least >= limit; tries += 1) {
    const { user, system } = process.cpuUsage();
    work();
    const after = process.cpuUsage();
    least = Math.min(least, (after.user - user + after.system - system) / 1000);
  }
  return least;
}
