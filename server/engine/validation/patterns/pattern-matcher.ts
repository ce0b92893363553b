import { Alphabet, type SymbolClass } from './alphabet.ts';
import type { Automaton, PatternProgram, State } from './pattern-program.ts';
import type { Pay } from './pay.ts';

/** What follows a position in reading direction, and which lookarounds hold there. */
type Place = { readonly next: SymbolClass | undefined; readonly bits: number };
/** A set of states that was reached by reading a text; `edges` lead to those that follow from it. */
type Node = {
  readonly states: readonly number[];
  /** Undefined where the reading begins. */
  readonly isAfterWord: boolean | undefined;
  edges: Edge[];
};
type Edge = { readonly isMatch: boolean; readonly to: Node | undefined };

/** How many states and edges are kept of one pattern; some hundred bytes each. */
const MAX_CACHED = 5000;
/** What it costs to begin. */
const STEPS_PER_TEST = 6;
const CHARS_PER_PAYMENT = 1024;
const CHARS_PER_STEP = 2;

/**
 * Returns whether a pattern is found in a text. Runs all ways to read the text at once, so that the time is bounded by the
 * size of the pattern times the length of the text, whatever the two are; sets of states that were met are kept and
 * make the usual step one look-up.
 */
export class PatternMatcher {
  readonly #main: Reader;
  readonly #lookarounds: readonly Reader[];

  constructor({ main, lookarounds, atoms }: PatternProgram) {
    const alphabet = new Alphabet(atoms);
    const reader = (automaton: Automaton) => new Reader(automaton, alphabet, lookarounds.length);
    this.#main = reader(main);
    this.#lookarounds = lookarounds.map(reader);
  }

  /** Errors: whatever `pay` throws. */
  test(text: string, pay: Pay): boolean {
    pay(STEPS_PER_TEST * (this.#lookarounds.length + 1));
    const holds = this.#lookarounds.length > 0 ? new Uint8Array(text.length + 1) : undefined;
    for (const [index, reader] of this.#lookarounds.entries()) {
      reader.read({ text, holds, pay }, (at) => {
        if (holds) holds[at] = (holds[at] ?? 0) | (1 << index);
        return true;
      });
    }
    let isFound = false;
    this.#main.read({ text, holds, pay }, () => {
      isFound = true;
      return false;
    });
    return isFound;
  }
}

type Subject = { readonly text: string; readonly holds: Uint8Array | undefined; readonly pay: Pay };

/** Runs one automaton over texts. */
class Reader {
  readonly #automaton: Automaton;
  readonly #alphabet: Alphabet;
  readonly #maxCached: number;
  readonly #nodes = new Map<string, Node>();
  #cached = 0;
  /** How many keys of edges belong to one class of characters. */
  readonly #width: number;
  /** For each state the visit in which it was met last. */
  readonly #visited: Uint32Array;
  #visit = 0;

  constructor(automaton: Automaton, alphabet: Alphabet, lookarounds: number) {
    this.#automaton = automaton;
    this.#alphabet = alphabet;
    this.#maxCached = MAX_CACHED / (lookarounds + 1);
    this.#width = 2 ** lookarounds;
    this.#visited = new Uint32Array(automaton.states.length);
  }

  /** Reads a text, and reports each position where the pattern has matched until `report` returns false. */
  read({ text, holds, pay }: Subject, report: (at: number) => boolean): void {
    const { isBackward, start } = this.#automaton;
    const { ascii } = this.#alphabet;
    let node: Node | undefined = this.#node([start], undefined);
    let at = isBackward ? text.length : 0;
    const end = text.length - at;
    let paidUpTo = at;
    while (node) {
      const unit = at === end ? 0 : text.charCodeAt(isBackward ? at - 1 : at);
      const next: SymbolClass | undefined = at === end ? undefined : (ascii[unit] ?? this.#classAt(text, at, pay));
      const bits = holds ? (holds[at] ?? 0) : 0;
      const key: number = (next ? next.id : 0) * this.#width + bits;
      const edge: Edge = node.edges[key] ?? this.#edge(node, { next, bits }, key, pay);
      if (edge.isMatch && !report(at)) return;
      if (!next) return;
      at += isBackward ? -next.width : next.width;
      node = edge.to;
      if (Math.abs(at - paidUpTo) < CHARS_PER_PAYMENT) continue;
      paidUpTo = at;
      pay(CHARS_PER_PAYMENT / CHARS_PER_STEP);
    }
  }

  #classAt(text: string, at: number, pay: Pay): SymbolClass {
    const point = this.#automaton.isBackward ? pointBefore(text, at) : text.codePointAt(at);
    return this.#alphabet.classOf(point ?? 0, pay);
  }

  #node(states: readonly number[], isAfterWord: boolean | undefined): Node {
    const key = `${isAfterWord} ${states.join()}`;
    const known = this.#nodes.get(key);
    if (known) return known;
    if (this.#cached > this.#maxCached) this.#forget();
    const node: Node = { states, isAfterWord, edges: [] };
    this.#nodes.set(key, node);
    this.#cached += states.length + 1;
    return node;
  }

  #forget(): void {
    for (const node of this.#nodes.values()) node.edges = [];
    this.#nodes.clear();
    this.#cached = 0;
  }

  #edge(from: Node, place: Place, key: number, pay: Pay): Edge {
    const { isMatch, reached } = this.#advance(from, place, pay);
    const to = place.next && reached.length > 0 ? this.#node(reached, place.next.isWord) : undefined;
    const edge = { isMatch, to };
    from.edges[key] = edge;
    this.#cached++;
    return edge;
  }

  /** Follows everything that reads no character, then the next character; a match may begin anywhere unless anchored. */
  #advance(from: Node, place: Place, pay: Pay): { isMatch: boolean; reached: number[] } {
    const { states, start, isAnchored } = this.#automaton;
    const reached = new Set<number>(isAnchored ? [] : [start]);
    const visit = ++this.#visit;
    const pending = [...from.states];
    let isMatch = false;
    let count = 0;
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (this.#visited[at] === visit) continue;
      this.#visited[at] = visit;
      count++;
      const state = states[at] as State;
      if (state.kind === 'match') isMatch = true;
      else if (state.kind === 'split') pending.push(state.other, state.next);
      else if (state.kind === 'atom') {
        if (place.next?.matches[state.atom]) reached.add(state.next);
      } else if (holdsAt(state, from, place)) pending.push(state.next);
    }
    pay(1 + count / 4 + reached.size * 4);
    return { isMatch, reached: [...reached].sort((a, b) => a - b) };
  }
}

type Condition = Extract<State, { kind: 'assertion' | 'look' }>;

function holdsAt(state: Condition, { isAfterWord }: Node, { next, bits }: Place): boolean {
  if (state.kind === 'look') return ((bits & state.bit) === 0) === state.isNegative;
  switch (state.assertion) {
    case 'start':
      return isAfterWord === undefined;
    case 'end':
      return next === undefined;
    case 'wordBoundary':
      return (isAfterWord ?? false) !== (next?.isWord ?? false);
    case 'noWordBoundary':
      return (isAfterWord ?? false) === (next?.isWord ?? false);
  }
}

function pointBefore(text: string, at: number): number {
  const unit = text.charCodeAt(at - 1);
  const isPair = at > 1 && unit >= 0xdc00 && unit <= 0xdfff && (text.charCodeAt(at - 2) & 0xfc00) === 0xd800;
  return isPair ? (text.codePointAt(at - 2) ?? unit) : unit;
}
