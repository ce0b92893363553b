import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** Stands for all cells of a row whose bodies cannot be compared, since both sides speak to it by other APIs. */
export const everyCell = '*';

const fileOf = (row: string) => new URL(`known/${row}.txt`, import.meta.url);

/** The cells of a row that are not yet sent as the reference engine sends them: `known/ROW.txt`, a name on each line. */
export function knownCells(row: string): string[] {
  const file = fileOf(row);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}

export function writeKnownCells(row: string, names: readonly string[]): void {
  if (names.length === 0) rmSync(fileOf(row), { force: true });
  else writeFileSync(fileOf(row), names.map((name) => `${name}\n`).join(''));
}
