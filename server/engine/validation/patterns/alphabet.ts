import type { Pay } from './pay.ts';

const ASCII = 128;
const MAX_KNOWN = 4096;
const STEPS_PER_TEST = 4;

/** A set of code points that the atoms of a pattern do not distinguish. */
export interface SymbolClass {
  /** By the number of an atom, whether it matches. */
  readonly matches: readonly boolean[];
  readonly isWord: boolean;
  /** Code units. */
  readonly width: 1 | 2;
  /** Counted from 1. */
  readonly id: number;
}

/**
 * Sorts code points into the classes that a pattern distinguishes. An atom is tested with `RegExp`, one code point at a time: so
 * it means exactly what JavaScript means by it, and there is nothing to repeat.
 */
export class Alphabet {
  readonly #atoms: readonly RegExp[];
  /** The classes of ASCII that are known already, for those who cannot wait. */
  readonly ascii: (SymbolClass | undefined)[] = new Array(ASCII).fill(undefined);
  readonly #others = new Map<number, SymbolClass>();
  readonly #classes = new Map<string, SymbolClass>();

  constructor(atoms: readonly string[]) {
    this.#atoms = atoms.map((source) => new RegExp(`^${source}$`, 'u'));
  }

  classOf(point: number, pay: Pay): SymbolClass {
    const known = point < ASCII ? this.ascii[point] : this.#others.get(point);
    if (known) return known;
    pay((this.#atoms.length + 1) * STEPS_PER_TEST);
    return this.#sort(point);
  }

  #sort(point: number): SymbolClass {
    const char = String.fromCodePoint(point);
    const isWord = /^\w$/.test(char);
    const matches = this.#atoms.map((atom) => atom.test(char));
    const width = char.length === 1 ? 1 : 2;
    const key = `${isWord} ${width} ${matches.map(Number).join('')}`;
    let found = this.#classes.get(key);
    if (!found) {
      found = { matches, isWord, width, id: this.#classes.size + 1 };
      this.#classes.set(key, found);
    }
    if (point < ASCII) this.ascii[point] = found;
    else {
      if (this.#others.size >= MAX_KNOWN) this.#others.clear();
      this.#others.set(point, found);
    }
    return found;
  }
}
