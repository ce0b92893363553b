import type { Difference } from '../goldens/differences.ts';
import type { Compared } from './comparison.ts';

interface Group {
  readonly path: string;
  /** Scenarios that differ there. */
  scenarios: number;
  /** Scenarios whose first difference is there: what follows from another one is seldom first. */
  first: number;
  readonly example: { readonly name: string } & Difference;
}

/** Differences by field, indexes left out, those first from which others seem to follow. */
export function groupedByField(compared: readonly Compared[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { name, differences } of compared) {
    const seen = new Set<string>();
    for (const [index, difference] of differences.entries()) {
      const path = fieldOf(difference.path);
      const group = groups.get(path) ?? { path, scenarios: 0, first: 0, example: { name, ...difference } };
      groups.set(path, group);
      if (!seen.has(path)) group.scenarios += 1;
      if (index === 0) group.first += 1;
      seen.add(path);
    }
  }
  return [...groups.values()].sort((a, b) => b.first - a.first || b.scenarios - a.scenarios);
}

/** `runs[0].all_messages[1:response]` is `runs[].all_messages[response]`. */
const fieldOf = (path: string) => path.replace(/\[\d+:?([^\]]*)\]/g, '[$1]');

export function formattedGroup({ path, scenarios, first, example }: Group): string {
  const { name, expected, actual } = example;
  return [
    `${String(scenarios).padStart(5)} (first in ${first})  ${path}`,
    `        ${name}: expected ${brief(expected)}`,
    `        ${' '.repeat(name.length)}       but is ${brief(actual)}`,
  ].join('\n');
}

/** A difference in full. */
export const formattedDifference = ({ path, expected, actual }: Difference): string =>
  `${path}\n  expected ${JSON.stringify(expected)}\n    but is ${JSON.stringify(actual)}`;

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
}
