import { compareText } from '../goldens/compare.ts';
import type { Difference } from '../goldens/differences.ts';
import type { Scenario } from '../goldens/scenario.ts';
import { deviationOf } from './deviations.ts';

/** What playing a scenario on both engines came to. */
export interface Compared {
  readonly name: string;
  readonly differences: readonly Difference[];
  /** Why the scenario may come out otherwise here; its differences are then as decided. */
  readonly deviation?: string;
}

/** A run that does not end is told as a difference; the slowest scenario needs a second. */
const patienceMs = 20_000;

/** Plays a scenario that the reference engine has played, and compares. */
export async function compareOurs(played: string): Promise<Compared> {
  const scenario = JSON.parse(played) as Scenario;
  const differences = await withinPatience(compareText(played));
  const deviation = differences.length > 0 ? deviationOf(scenario, differences) : undefined;
  return { name: scenario.name, differences, ...(deviation === undefined ? {} : { deviation }) };
}

async function withinPatience(comparing: Promise<Difference[]>): Promise<Difference[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${patienceMs} ms`)), patienceMs);
  });
  try {
    return await Promise.race([comparing, late]);
  } catch (error) {
    // What the daemon refuses to tell, or a host that cannot play on, is a difference like any other.
    return [{ path: 'play', expected: 'played to its end', actual: String(error) }];
  } finally {
    clearTimeout(timer);
  }
}

/** Those that differ without a reason. */
export const unexplained = (compared: readonly Compared[]): Compared[] =>
  compared.filter(({ differences, deviation }) => differences.length > 0 && deviation === undefined);
