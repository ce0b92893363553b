import type { Assertion, Lookaround, PatternNode } from './pattern-syntax.ts';
import { UnsupportedPattern } from './unsupported-pattern.ts';

const MAX_STATES = 5000;
const MAX_LOOKAROUNDS = 8;

/** What a state of the automaton does; `next` and `other` are states. */
export type State =
  | { readonly kind: 'atom'; readonly atom: number; readonly next: number }
  | { readonly kind: 'split'; readonly next: number; readonly other: number }
  | { readonly kind: 'assertion'; readonly assertion: Assertion; readonly next: number }
  /** `bit` says which lookaround has to hold, or not to hold. */
  | { readonly kind: 'look'; readonly bit: number; readonly isNegative: boolean; readonly next: number }
  | { readonly kind: 'match' };

/** A nondeterministic automaton; one that runs backward reads the text from its end. */
export interface Automaton {
  readonly states: readonly State[];
  readonly start: number;
  readonly isBackward: boolean;
  /** Whether every match begins where the reading begins. */
  readonly isAnchored: boolean;
}

/** A pattern ready to run: its lookarounds first, inner ones before outer ones. */
export interface PatternProgram {
  readonly main: Automaton;
  readonly lookarounds: readonly Automaton[];
  /** The sets of code points that the atoms stand for, each once. */
  readonly atoms: readonly string[];
}

/**
 * Makes automata of a pattern (Thompson's construction). Each lookaround has one of its own, which finds in one pass where
 * it holds: its size and the length of the text multiply, and nothing else does.
 *
 * Errors: {@link UnsupportedPattern} when it is too large. Source: Barrière and Pit-Claudel, "Linear Matching of JavaScript
 * Regular Expressions" (2024), without captures.
 */
export function buildProgram(node: PatternNode): PatternProgram {
  checkSize(node);
  const shared: Shared = { atoms: new Map(), bits: new Map(), lookarounds: [] };
  const main = new Builder(shared, false).build(node);
  return { main, lookarounds: shared.lookarounds, atoms: [...shared.atoms.keys()] };
}

/** Bounds what {@link buildProgram} makes, without making it. Errors: {@link UnsupportedPattern}. */
export function checkSize(node: PatternNode): void {
  const what = 'states when its counts are written out';
  if (sizeOf(node) > MAX_STATES) throw new UnsupportedPattern(`has more than ${MAX_STATES} ${what}`);
  let lookarounds = 0;
  for (const { kind } of nodesOf(node)) if (kind === 'look') lookarounds++;
  if (lookarounds > MAX_LOOKAROUNDS) throw new UnsupportedPattern(`has more than ${MAX_LOOKAROUNDS} lookarounds`);
}

/** The sources of the atoms of a pattern. */
export function atomsOf(node: PatternNode): Set<string> {
  return new Set([...nodesOf(node)].map((one) => (one.kind === 'atom' ? one.source : '')));
}

function* nodesOf(node: PatternNode): Generator<PatternNode> {
  yield node;
  if (node.kind === 'sequence' || node.kind === 'choice') for (const item of node.items) yield* nodesOf(item);
  else if (node.kind === 'repeat') yield* nodesOf(node.item);
  else if (node.kind === 'look') yield* nodesOf(node.body);
}

/** How many states a pattern takes: counts multiply. */
function sizeOf(node: PatternNode): number {
  switch (node.kind) {
    case 'sequence':
    case 'choice':
      return node.items.reduce((sum, item) => sum + sizeOf(item) + 1, 1);
    case 'repeat': {
      const copies = Number.isFinite(node.max) ? node.max : node.min + 1;
      return copies * (sizeOf(node.item) + 1) + 1;
    }
    case 'look':
      return sizeOf(node.body) + 2;
    default:
      return 1;
  }
}

type Shared = { atoms: Map<string, number>; bits: Map<Lookaround, number>; lookarounds: Automaton[] };

class Builder {
  readonly #states: State[] = [];
  readonly #shared: Shared;
  readonly #isBackward: boolean;

  constructor(shared: Shared, isBackward: boolean) {
    this.#shared = shared;
    this.#isBackward = isBackward;
  }

  build(node: PatternNode): Automaton {
    const start = this.#add(node, this.#state({ kind: 'match' }));
    return {
      states: this.#states,
      start,
      isBackward: this.#isBackward,
      isAnchored: isAnchored(node, this.#isBackward),
    };
  }

  #state(state: State): number {
    return this.#states.push(state) - 1;
  }

  /** Adds a pattern that goes on to a state; returns the state where it begins. */
  #add(node: PatternNode, next: number): number {
    switch (node.kind) {
      case 'atom':
        return this.#state({ kind: 'atom', atom: this.#atom(node.source), next });
      case 'assertion':
        return this.#state({ kind: 'assertion', assertion: this.#mirrored(node.assertion), next });
      case 'look':
        return this.#state({ kind: 'look', bit: this.#bit(node), isNegative: node.isNegative, next });
      case 'sequence': {
        const items = this.#isBackward ? node.items : node.items.toReversed();
        return items.reduce((follower, item) => this.#add(item, follower), next);
      }
      case 'choice':
        return node.items
          .map((item) => this.#add(item, next))
          .reduceRight((other, one) => this.#state({ kind: 'split', next: one, other }));
      case 'repeat':
        return this.#repeat(node, next);
    }
  }

  #repeat({ item, min, max }: { item: PatternNode; min: number; max: number }, next: number): number {
    let start = next;
    if (max === Number.POSITIVE_INFINITY) {
      const split = { kind: 'split' as const, next: 0, other: next };
      start = this.#state(split);
      split.next = this.#add(item, start);
    } else {
      // Each copy can be left for the end directly, so that a step through them stays short.
      for (let copy = min; copy < max; copy++)
        start = this.#state({ kind: 'split', next: this.#add(item, start), other: next });
    }
    for (let copy = 0; copy < min; copy++) start = this.#add(item, start);
    return start;
  }

  #atom(source: string): number {
    const { atoms } = this.#shared;
    const known = atoms.get(source);
    if (known !== undefined) return known;
    atoms.set(source, atoms.size);
    return atoms.size - 1;
  }

  #mirrored(assertion: Assertion): Assertion {
    if (!this.#isBackward) return assertion;
    return assertion === 'start' ? 'end' : assertion === 'end' ? 'start' : assertion;
  }

  /** A lookahead holds where its text can begin, which reading backward finds; a lookbehind where its text can end. */
  #bit(look: Lookaround): number {
    const { bits, lookarounds } = this.#shared;
    const known = bits.get(look);
    if (known !== undefined) return known;
    const automaton = new Builder(this.#shared, !look.isLookbehind).build(look.body);
    const bit = 1 << (lookarounds.push(automaton) - 1);
    bits.set(look, bit);
    return bit;
  }
}

function isAnchored(node: PatternNode, isBackward: boolean): boolean {
  if (node.kind === 'assertion') return node.assertion === (isBackward ? 'end' : 'start');
  if (node.kind === 'choice') return node.items.every((item) => isAnchored(item, isBackward));
  if (node.kind !== 'sequence') return false;
  const items = isBackward ? node.items.toReversed() : node.items;
  const first = items.find((item) => item.kind !== 'look');
  return first !== undefined && isAnchored(first, isBackward);
}
