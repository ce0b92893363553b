import { AtomReader } from './atom-reader.ts';
import { UnsupportedPattern } from './unsupported-pattern.ts';

/** A zero-width condition on the characters around a position. */
export type Assertion = 'start' | 'end' | 'wordBoundary' | 'noWordBoundary';

/** A condition on the text that follows or precedes a position. */
export interface Lookaround {
  readonly kind: 'look';
  readonly isLookbehind: boolean;
  readonly isNegative: boolean;
  readonly body: PatternNode;
}

/** A pattern without what is only about captures and the order of attempts, since only whether it matches counts. */
export type PatternNode =
  /** One code point; `source` is a character, an escape or a class of Unicode mode. */
  | { readonly kind: 'atom'; readonly source: string }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | Lookaround
  | { readonly kind: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly item: PatternNode; readonly min: number; readonly max: number };

const COUNT = /\{(?<min>\d+)(?<open>,(?<max>\d*))?\}/uy;
const OPEN = /\((?:\?(?:(?<look><?[=!])|:|<(?<name>[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)>))?/uy;
const LOOK = /^\(\?<?[=!]/u;
const BOUNDARY = /\\(?<kind>[bB])/uy;

/**
 * Parses a pattern as Unicode mode reads it. Of the older mode only that is taken which can mean nothing else: a bracket or
 * a brace by itself, an escape before punctuation, and a hyphen beside `\w` in a class.
 *
 * Errors: {@link UnsupportedPattern}. Source: ECMAScript 2025, section 22.2.1.
 */
export function parsePattern(pattern: string): PatternNode {
  return new Parser(pattern).parse();
}

class Parser {
  readonly #pattern: string;
  readonly #atoms: AtomReader;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#atoms = new AtomReader(pattern);
  }

  parse(): PatternNode {
    const node = this.#choice();
    if (this.#at < this.#pattern.length) throw new UnsupportedPattern("has a ')' without its '('");
    return node;
  }

  #take(token: RegExp): RegExpExecArray | null {
    token.lastIndex = this.#at;
    const found = token.exec(this.#pattern);
    if (found) this.#at += found[0].length;
    return found;
  }

  #choice(): PatternNode {
    const items = [this.#sequence()];
    while (this.#pattern[this.#at] === '|') {
      this.#at++;
      items.push(this.#sequence());
    }
    return items.length === 1 && items[0] ? items[0] : { kind: 'choice', items };
  }

  #sequence(): PatternNode {
    const items: PatternNode[] = [];
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#pattern[this.#at] ?? '')) items.push(this.#term());
    return items.length === 1 && items[0] ? items[0] : { kind: 'sequence', items };
  }

  #term(): PatternNode {
    const isLookaround = LOOK.test(this.#pattern.slice(this.#at, this.#at + 4));
    const assertion = isLookaround ? this.#group() : this.#assertion();
    const item = assertion ?? (this.#pattern[this.#at] === '(' ? this.#group() : this.#atom());
    const count = this.#count();
    if (!count) return item;
    if (assertion) throw new UnsupportedPattern('repeats an assertion');
    return { kind: 'repeat', item, ...count };
  }

  #assertion(): PatternNode | undefined {
    const char = this.#pattern[this.#at];
    if (char === '^' || char === '$') {
      this.#at++;
      return { kind: 'assertion', assertion: char === '^' ? 'start' : 'end' };
    }
    const boundary = this.#take(BOUNDARY)?.groups?.kind;
    if (boundary === undefined) return undefined;
    return { kind: 'assertion', assertion: boundary === 'b' ? 'wordBoundary' : 'noWordBoundary' };
  }

  #group(): PatternNode {
    const open = this.#take(OPEN);
    if (!open || (open[0] === '(' && this.#pattern[this.#at] === '?')) {
      throw new UnsupportedPattern(
        `uses ${this.#pattern.slice(this.#at, this.#at + 3)}, which JavaScript does not have`,
      );
    }
    const body = this.#choice();
    if (this.#pattern[this.#at] !== ')') throw new UnsupportedPattern("has a '(' without its ')'");
    this.#at++;
    const look = open.groups?.look;
    if (!look) return body;
    return { kind: 'look', isLookbehind: look.startsWith('<'), isNegative: look.endsWith('!'), body };
  }

  #atom(): PatternNode {
    if (this.#count()) throw new UnsupportedPattern('repeats nothing');
    const { source, end } = this.#atoms.read(this.#at);
    this.#at = end;
    return { kind: 'atom', source };
  }

  /** Reads a quantifier; a lazy one matches the same texts. */
  #count(): { min: number; max: number } | undefined {
    const sign = this.#pattern[this.#at];
    const braces = sign === '{' ? this.#take(COUNT)?.groups : undefined;
    if (!braces && sign !== '*' && sign !== '+' && sign !== '?') return undefined;
    if (!braces) this.#at++;
    if (this.#pattern[this.#at] === '?') this.#at++;
    if (!braces) return { min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Number.POSITIVE_INFINITY };
    const min = Number(braces.min);
    const max = braces.open === undefined ? min : braces.max ? Number(braces.max) : Number.POSITIVE_INFINITY;
    if (min > max) throw new UnsupportedPattern(`repeats at least ${min} times and at most ${max}`);
    return { min, max };
  }
}
