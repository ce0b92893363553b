import { ambiguousLoop } from './regexp-automaton.ts';
import { parseRegexp, type RegexpTree } from './regexp-tree.ts';

/**
 * Why a pattern could make a backtracking engine take exponential time, or undefined when it cannot.
 *
 * Nested repetition as such is fine (`^[a-z]+(-[a-z]+)*$`); what hurts is a loop that can read the same text in two
 * ways (`(a+)+`, `(a|aa)*`).
 * @since 0.1.0
 */
export function explosiveReason(pattern: string): string | undefined {
  const { tree, inner, backReference } = parseRegexp(pattern);
  if (backReference) return 'back-references are not supported';
  for (const part of [tree, ...inner]) {
    const reason = ambiguousLoop(part, pattern);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/**
 * An upper bound of the steps a pattern without explosive loops takes on a text, by the text's length: the number of
 * start positions times the choices of every repetition.
 * @since 0.1.0
 */
export function matchCost(pattern: string): (length: number) => number {
  const { tree, inner } = parseRegexp(pattern);
  const anchored = pattern.startsWith('^') && tree.kind !== 'choice';
  return (length) => {
    const starts = anchored ? 1 : length + 1;
    return [tree, ...inner].reduce((sum, part) => sum + starts * paths(part, length), 0);
  };
}

function paths(tree: RegexpTree, length: number): number {
  switch (tree.kind) {
    case 'atom':
      return 1;
    case 'sequence':
      return tree.items.reduce((product, item) => product * paths(item, length), 1);
    case 'choice':
      return tree.items.reduce((sum, item) => sum + paths(item, length), 0);
    case 'repeat': {
      const most = Math.min(tree.max, length);
      const each = paths(tree.item, length);
      // In an unbounded loop the loop test has shown that its text can be read in one way only.
      const inside = Number.isFinite(tree.max) ? each ** Math.min(most, 64) : each;
      return Math.max(1, most - tree.min + 1) * inside;
    }
  }
}
