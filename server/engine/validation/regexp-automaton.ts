import { characterMask, sampleCharacters } from './regexp-characters.ts';
import type { RegexpTree } from './regexp-tree.ts';

const MAX_POSITIONS = 400;
const MAX_PAIR_STEPS = 100_000;

type Automaton = { masks: bigint[]; follow: Map<number, number>[] };
type Ends = { empty: boolean; first: number[]; last: number[] };

/**
 * Why a loop of a pattern can read the same text in two ways, or undefined when none can. Builds the position
 * automaton and looks for two different paths from a state back to itself over the same text.
 * Source: Weber and Seidl, "On the degree of ambiguity of finite automata" (the criterion EDA).
 * @since 0.1.0
 */
export function ambiguousLoop(tree: RegexpTree, pattern: string): string | undefined {
  const sample = sampleCharacters(pattern);
  const automaton: Automaton = { masks: [], follow: [] };
  // Short counted repetitions are written out, so that `(\d{2}){3}` has no loop at all.
  const unrolled = size(tree) <= MAX_POSITIONS;
  build(tree, automaton, sample, unrolled);
  for (const component of components(automaton.follow)) {
    const reason = ambiguousComponent(component, automaton);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function size(tree: RegexpTree): number {
  if (tree.kind === 'atom') return 1;
  if (tree.kind === 'repeat') return size(tree.item) * (Number.isFinite(tree.max) ? Math.max(1, tree.max) : 1);
  return tree.items.reduce((sum, item) => sum + size(item), 0);
}

function build(tree: RegexpTree, into: Automaton, sample: string[], unrolled: boolean): Ends {
  switch (tree.kind) {
    case 'atom': {
      const position = into.masks.push(characterMask(tree.source, sample)) - 1;
      into.follow.push(new Map());
      return { empty: false, first: [position], last: [position] };
    }
    case 'choice': {
      const ends = tree.items.map((item) => build(item, into, sample, unrolled));
      return {
        empty: ends.some((end) => end.empty),
        first: ends.flatMap((end) => end.first),
        last: ends.flatMap((end) => end.last),
      };
    }
    case 'sequence':
      return tree.items.reduce<Ends>((left, item) => join(left, build(item, into, sample, unrolled), into), {
        empty: true,
        first: [],
        last: [],
      });
    case 'repeat': {
      if (unrolled && Number.isFinite(tree.max)) {
        let ends: Ends = { empty: true, first: [], last: [] };
        for (let i = 0; i < tree.max; i++) {
          const copy = build(tree.item, into, sample, unrolled);
          ends = join(ends, { ...copy, empty: copy.empty || i >= tree.min }, into);
        }
        return ends;
      }
      const ends = build(tree.item, into, sample, unrolled);
      if (tree.max > 1) connect(ends.last, ends.first, into);
      return { ...ends, empty: ends.empty || tree.min === 0 };
    }
  }
}

function join(left: Ends, right: Ends, into: Automaton): Ends {
  connect(left.last, right.first, into);
  return {
    empty: left.empty && right.empty,
    first: left.empty ? [...left.first, ...right.first] : left.first,
    last: right.empty ? [...left.last, ...right.last] : right.last,
  };
}

function connect(from: readonly number[], to: readonly number[], { follow }: Automaton): void {
  for (const source of from) {
    const edges = follow[source];
    for (const target of to) edges?.set(target, (edges.get(target) ?? 0) + 1);
  }
}

function ambiguousComponent(component: ReadonlySet<number>, { masks, follow }: Automaton): string | undefined {
  const next = new Map<number, number[]>();
  for (const source of component) {
    const targets: number[] = [];
    for (const [target, count] of follow[source] ?? []) {
      if (!component.has(target)) continue;
      if (count > 1) return 'a repetition inside a repetition can read the same text in several ways';
      targets.push(target);
    }
    next.set(source, targets);
  }
  // Pairs of positions that two paths over the same text can reach together, starting and ending together.
  let steps = 0;
  const width = masks.length;
  const forward = new Set<number>();
  const backward = new Map<number, number[]>();
  const queue = [...component].map((position) => position * width + position);
  for (const pair of queue) forward.add(pair);
  for (let pair = queue.pop(); pair !== undefined; pair = queue.pop()) {
    for (const a of next.get(Math.floor(pair / width)) ?? []) {
      for (const b of next.get(pair % width) ?? []) {
        if (++steps > MAX_PAIR_STEPS) return 'the pattern is too complex';
        if (((masks[a] ?? 0n) & (masks[b] ?? 0n)) === 0n) continue;
        const reached = a * width + b;
        const before = backward.get(reached);
        if (before === undefined) backward.set(reached, [pair]);
        else before.push(pair);
        if (forward.has(reached)) continue;
        forward.add(reached);
        queue.push(reached);
      }
    }
  }
  const seen = new Set<number>();
  const back = [...component].map((position) => position * width + position);
  for (let pair = back.pop(); pair !== undefined; pair = back.pop()) {
    for (const before of backward.get(pair) ?? []) {
      if (seen.has(before)) continue;
      if (Math.floor(before / width) !== before % width) {
        return 'alternatives under a repetition can read the same text in several ways';
      }
      seen.add(before);
      back.push(before);
    }
  }
  return undefined;
}

/** The loops of the automaton: sets of positions that reach each other. */
function components(follow: readonly Map<number, number>[]): Set<number>[] {
  const order: number[] = [];
  const visited = new Set<number>();
  const reverse: number[][] = follow.map(() => []);
  for (const [source, edges] of follow.entries()) for (const target of edges.keys()) reverse[target]?.push(source);
  const visit = (start: number, edges: (node: number) => Iterable<number>, seen: Set<number>): number[] => {
    const found: number[] = [];
    const stack = [{ node: start, rest: edges(start)[Symbol.iterator]() }];
    seen.add(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const step = top.rest.next();
      if (step.done) {
        found.push(top.node);
        stack.pop();
      } else if (!seen.has(step.value)) {
        seen.add(step.value);
        stack.push({ node: step.value, rest: edges(step.value)[Symbol.iterator]() });
      }
    }
    return found;
  };
  for (const node of follow.keys()) {
    if (!visited.has(node)) order.push(...visit(node, (n) => follow[n]?.keys() ?? [], visited));
  }
  const assigned = new Set<number>();
  const result: Set<number>[] = [];
  for (const node of order.reverse()) {
    if (assigned.has(node)) continue;
    const members = new Set(visit(node, (n) => reverse[n] ?? [], assigned));
    if (members.size > 1 || follow[node]?.has(node)) result.push(members);
  }
  return result;
}
