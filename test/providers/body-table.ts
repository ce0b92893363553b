import type { Cell } from './body-comparison.ts';

/** A cell that was compared, and the row that it is of. */
export interface Played {
  readonly row: string;
  readonly cell: Cell;
}

/** How many cells are equal, differ for reasons, and differ otherwise: by row, then by kind of case. */
export function tables(played: readonly Played[]): string {
  const kindOf = ({ cell }: Played) => cell.name.slice(0, cell.name.indexOf(':'));
  return [...table('row', played, ({ row }) => row), '', ...table('kind', played, kindOf), ''].join('\n');
}

function table(title: string, played: readonly Played[], keyOf: (one: Played) => string): string[] {
  const keys = [...new Set(played.map(keyOf))];
  const head = line(title, ['rows', 'cells', 'equal', 'reason', 'other']);
  const lines = keys.map((key) => line(key, counts(played.filter((one) => keyOf(one) === key))));
  return [head, ...lines, line('together', counts(played))];
}

function counts(played: readonly Played[]): number[] {
  const rows = new Set(played.map(({ row }) => row));
  const other = played.filter(({ cell }) => cell.differences.length > 0);
  const reasoned = played.filter(({ cell }) => cell.differences.length === 0 && cell.reasons.length > 0);
  return [rows.size, played.length, played.length - other.length - reasoned.length, reasoned.length, other.length];
}

const line = (name: string, numbers: readonly (string | number)[]) =>
  [name.padEnd(20), ...numbers.map((one) => String(one).padStart(7))].join('');
