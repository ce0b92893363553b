import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The golden scenarios: the folder named by GOLDENS_DIR, else the copies beside the tests. */
export const goldensDir = process.env.GOLDENS_DIR ?? new URL('../vectors/goldens', import.meta.url).pathname;

/** Scenarios of our own, played on the reference engine by `test/reference`; none beside GOLDENS_DIR. */
export const furtherDir = process.env.GOLDENS_DIR
  ? undefined
  : new URL('../vectors/goldens-further', import.meta.url).pathname;

/** Names of the scenarios whose name begins as wanted, in order. */
export function goldenNames(prefix: RegExp, dir = goldensDir): string[] {
  if (!existsSync(dir)) throw new Error(`GOLDENS_DIR '${dir}' does not exist`);
  return readdirSync(dir)
    .filter((file) => file.endsWith('.json') && prefix.test(file))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** Names of the scenarios that are runs: the others are tables of exported functions. */
export const scenarioNames = (dir?: string): string[] =>
  goldenNames(/^[a-k]\d/, dir).filter((name) => !goldenText(name, dir).includes('"table":'));

/** One golden as its file holds it. */
export const goldenText = (name: string, dir = goldensDir): string => readFileSync(join(dir, `${name}.json`), 'utf8');

/** One golden as parsed JSON. */
export const loadGolden = <T>(name: string): T => JSON.parse(goldenText(name)) as T;
