import { compareScenario, estimatesOf } from '../goldens/compare.ts';
import type { Difference } from '../goldens/differences.ts';
import type { Scenario } from '../goldens/scenario.ts';
import { deviationOf } from './deviations.ts';

/** What playing a scenario on both engines came to. */
export interface Compared {
  readonly name: string;
  readonly differences: readonly Difference[];
  /** Why the scenario may differ: a decision of ours, or chance. */
  readonly deviation?: string;
}

/** A scenario that does not end within this time is reported as a difference; the slowest needs a second. */
const timeoutMs = 20_000;

/** Plays a scenario that the reference engine has played, and compares. */
export async function compareOurs(played: string): Promise<Compared> {
  const scenario = JSON.parse(played) as Scenario;
  const differences = await withinTimeout(compareScenario(scenario, estimatesOf(played)));
  const deviation = differences.length > 0 ? deviationOf(scenario, differences) : undefined;
  return { name: scenario.name, differences, ...(deviation === undefined ? {} : { deviation }) };
}

async function withinTimeout(comparing: Promise<Difference[]>): Promise<Difference[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([comparing, late]);
  } catch (error) {
    // A request that the daemon refuses, or a scenario that the host cannot continue, is a difference like any other.
    return [{ path: 'play', expected: 'played to its end', actual: String(error) }];
  } finally {
    clearTimeout(timer);
  }
}

/** Returns those that differ without a known reason. */
export const unexplained = (compared: readonly Compared[]): Compared[] =>
  compared.filter(({ differences, deviation }) => differences.length > 0 && deviation === undefined);
