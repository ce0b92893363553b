import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { differencesBetween } from '../goldens/differences.ts';
import type { Scenario } from '../goldens/scenario.ts';
import { goldenNames, goldenText } from '../support/golden-files.ts';
import { type Compared, compareOurs, unexplained } from './comparison.ts';
import { randomScenario } from './generate/scenario.ts';
import { install, installationDir, pythonOf } from './installation.ts';
import { playOnReference } from './player.ts';
import { formattedDifference, formattedGroup, groupedByField } from './report.ts';

const usage = `npm run reference -- [options]

Plays the goldens and random scenarios on the reference engine and on ours, and says where they differ.

  --version X       version of pydantic-ai-slim: one that PyPI has, 'newest', or by default the pinned one
  --count N         random scenarios (500)
  --seed S          seed of the first one; the others follow (a random one)
  --only SEED       only this random scenario; prints it and its differences in full
  --against FOLDER  folder of the goldens (those beside the tests)

Versions are installed below REFERENCE_DIR, or a temporary folder. Exits with 1 when a
difference has no known reason, with 2 when the command cannot run.
`;

const options = {
  version: { type: 'string', default: 'pinned' },
  count: { type: 'string', default: '500' },
  seed: { type: 'string' },
  only: { type: 'string' },
  against: { type: 'string', default: 'test/vectors/goldens' },
  help: { type: 'boolean', default: false },
} as const;

const print = (text: string) => process.stdout.write(`${text}\n`);

/** Runs the command; returns the exit code. */
export async function runCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options });
  if (values.help) {
    print(usage);
    return 0;
  }
  if (!existsSync(values.against)) throw new Error(`the folder '${values.against}' of --against does not exist`);
  const only = values.only === undefined ? undefined : numberOf('--only', values.only);
  const count = numberOf('--count', values.count);
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : numberOf('--seed', values.seed);
  print(`Pydantic AI ${values.version}, installed below ${installationDir}`);
  install(values.version);
  const python = pythonOf(values.version);
  if (only !== undefined) return replay(python, only);
  const goldens = await playGoldens(python, values.against);
  const random = await playRandom(python, seed, count);
  return unexplained([...goldens, ...random]).length > 0 ? 1 : 0;
}

function numberOf(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${name} is '${text}', but must be a whole number`);
  return Number(text);
}

async function replay(python: string, seed: number): Promise<number> {
  const [played = ''] = await playOnReference(python, [randomText(seed)]);
  print(JSON.stringify(JSON.parse(played), null, 1));
  const compared = await compareOurs(played);
  print(compared.differences.map(formattedDifference).join('\n'));
  if (compared.deviation) print(`Known reason: ${compared.deviation}.`);
  return unexplained([compared]).length > 0 ? 1 : 0;
}

/** Plays the goldens again: what upstream does otherwise than they hold, and what we do otherwise than upstream. */
async function playGoldens(python: string, folder: string): Promise<Compared[]> {
  const texts = goldenNames(/^/, folder).map((name) => goldenText(name, folder));
  const played = await playOnReference(python, texts);
  const goldens = texts.map((text) => JSON.parse(text) as Scenario);
  const moved = goldens.map(({ name, expected }, index) => {
    const { v2 } = (JSON.parse(played[index] ?? '') as Scenario).expected;
    return { name, differences: differencesBetween(expected.v2, v2, '') };
  });
  report(`${goldens.length} goldens, as ${folder} holds them, on the reference engine`, moved);
  const scenarios = played.filter((text) => !('table' in JSON.parse(text)));
  const compared = await compareAll(scenarios);
  report(`${scenarios.length} of them on ours, as on the reference engine`, compared);
  return compared;
}

async function playRandom(python: string, seed: number, count: number): Promise<Compared[]> {
  const texts = Array.from({ length: count }, (_, index) => randomText(seed + index));
  const compared = await compareAll(await playOnReference(python, texts));
  report(`${count} random scenarios from seed ${seed} on ours, as on the reference engine`, compared);
  return compared;
}

const randomText = (seed: number) => JSON.stringify(randomScenario(seed));

async function compareAll(played: readonly string[]): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const text of played) compared.push(await compareOurs(text));
  return compared;
}

function report(title: string, compared: readonly Compared[]): void {
  const differing = unexplained(compared);
  const decided = compared.filter(({ differences, deviation }) => differences.length > 0 && deviation !== undefined);
  print(`\n== ${title}: ${differing.length} differ, ${decided.length} more for known reasons`);
  for (const reason of new Set(decided.map(({ deviation }) => deviation))) {
    print(
      `      ${decided
        .filter(({ deviation }) => deviation === reason)
        .map(({ name }) => name)
        .join(' ')}: ${reason}`,
    );
  }
  for (const group of groupedByField(differing)) print(formattedGroup(group));
  if (differing.length > 0) print(`   in ${differing.map(({ name }) => name).join(' ')}`);
}
