import { afterAll, describe, expect, it } from 'vitest';
import { providers } from '../../server/models/providers.ts';
import { byEffort } from '../support/effort.ts';
import { slow } from '../support/time-limits.ts';
import { casesOf, rows } from './body-cases.ts';
import { type Cell, compared, formatted } from './body-comparison.ts';
import { reasons } from './body-reasons.ts';
import { type Played, tables } from './body-table.ts';
import { vectorNames } from './body-vectors.ts';
import { everyCell, knownCells, writeKnownCells } from './known-cells.ts';

/** `BODIES=TEXT` shows what differs in cells with the text in `ROW KIND: NAME`; `BODIES_UPDATE=1` writes `known/` anew. */
const { BODIES: shown, BODIES_UPDATE: update } = process.env;

const names = Object.keys(rows);

/** Which cases of the first model of each row are played; all cases of all models with `RUNWIRE_THOROUGH`, as in CI. */
const everyCase = byEffort({ quick: 6, ci: 3, thorough: 1 });
const isThorough = Boolean(process.env.RUNWIRE_THOROUGH || update);
const playedOf = (row: string) =>
  casesOf(row).filter(({ sender }, index) => isThorough || (sender === row && index % everyCase === 0));
const played: Played[] = [];

describe('what is sent to a provider', () => {
  it('is compared for every row of the table of providers', () => {
    expect([...names].sort()).toEqual(providers.map(({ name }) => name).sort());
  });

  it('has a vector for every case, and no vector without a case', () => {
    const cases = names.flatMap(casesOf).map(({ kind, name, sender }) => `${kind}: ${name}: ${sender}`);
    expect(vectorNames().sort()).toEqual(cases.sort());
  });

  it.each(names)('%s: is what the reference engine sends', { timeout: slow }, async (row) => {
    const cells: Cell[] = [];
    for (const one of playedOf(row)) cells.push(await compared(one));
    const differing = cells.filter(({ differences }) => differences.length > 0);
    played.push(...cells.map((cell) => ({ row, cell })));
    show(row, differing);
    const known = knownCells(row);
    if (known.includes(everyCell)) return;
    if (update)
      return writeKnownCells(
        row,
        differing.map(({ name }) => name),
      );
    const further = differing.filter(({ name }) => !known.includes(name));
    const compares = (name: string) => cells.some((cell) => cell.name === name);
    const mended = known.filter((name) => compares(name) && !differing.some((cell) => cell.name === name));
    expect(further.length, further.slice(0, 10).map(formatted).join('\n')).toBe(0);
    expect(mended, `now equal: strike them from known/${row}.txt`).toEqual([]);
  });

  it.skipIf(!isThorough)('differs for few reasons, each of which is met (needs RUNWIRE_THOROUGH: all models)', () => {
    expect(reasons.length).toBeLessThanOrEqual(5);
    const used = new Set(played.flatMap(({ cell }) => cell.reasons));
    expect(reasons.filter((reason) => !used.has(reason)).map(({ why }) => why)).toEqual([]);
  });

  afterAll(() => {
    process.stdout.write(tables(played));
  });
});

function show(row: string, differing: readonly Cell[]): void {
  if (!shown) return;
  const wanted = differing.filter(({ name }) => `${row} ${name}`.includes(shown));
  process.stdout.write(wanted.map((cell) => `${row} ${formatted(cell)}\n`).join(''));
}
