import { UnsupportedPattern } from './unsupported-pattern.ts';

/** What stands for one code point, in the syntax of Unicode mode, and where it ends. */
export interface Atom {
  readonly source: string;
  readonly end: number;
}

/** A member of a class: one code point, or a set of them that is written as an escape. */
type Member = { readonly point: number; readonly end: number } | Atom;

const SET = /\\(?:[dDsSwW]|[pP]\{[^{}\\]+\})/uy;
const CODE = /\\(?:x(?<x>[\da-fA-F]{2})|u(?<u>[\da-fA-F]{4})|u\{(?<braced>[\da-fA-F]+)\}|c(?<control>[a-zA-Z]))/uy;
const TRAIL = /\\u(?<u>[dD][c-fC-F][\da-fA-F]{2})/uy;
const NUL = /\\0(?!\d)/uy;
/** An escaped character that means itself: nothing else than punctuation, blanks and letters beyond ASCII. */
const ITSELF = /\\(?<char>[^0-9A-Za-z])/uy;
const REFERENCE = /\\(?:[1-9]|k)/uy;
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };
const CONTROL = /\\(?<name>[tnvfr])/uy;
const MAX_POINT = 0x10ffff;

/** Reads what stands for one code point of a text: characters, escapes and classes. Errors: {@link UnsupportedPattern}. */
export class AtomReader {
  readonly #pattern: string;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  read(at: number): Atom {
    const char = this.#pattern[at];
    if (char === '[') return this.#class(at);
    if (char === '.') return { source: '.', end: at + 1 };
    if (char === '*' || char === '+' || char === '?') throw new UnsupportedPattern('repeats nothing');
    return atomOf(this.#member(at));
  }

  #class(at: number): Atom {
    const isNegated = this.#pattern[at + 1] === '^';
    let end = at + (isNegated ? 2 : 1);
    let source = isNegated ? '[^' : '[';
    while (this.#pattern[end] !== ']') {
      const member = this.#classMember(end);
      end = member.end;
      const last = this.#isRange(end) ? this.#classMember(end + 1) : undefined;
      source += last ? rangeOf(member, last) : atomOf(member).source;
      end = last?.end ?? end;
    }
    return { source: `${source}]`, end: end + 1 };
  }

  #isRange(at: number): boolean {
    return this.#pattern[at] === '-' && this.#pattern[at + 1] !== ']' && at + 1 < this.#pattern.length;
  }

  #classMember(at: number): Member {
    if (at >= this.#pattern.length) throw new UnsupportedPattern("has a '[' without its ']'");
    return this.#pattern.startsWith('\\b', at) ? { point: 8, end: at + 2 } : this.#member(at);
  }

  #member(at: number): Member {
    if (this.#pattern[at] === '\\') return this.#escape(at);
    const point = this.#pattern.codePointAt(at) ?? 0;
    return { point, end: at + (point > 0xffff ? 2 : 1) };
  }

  #escape(at: number): Member {
    const set = this.#take(SET, at);
    if (set) return { source: set[0], end: at + set[0].length };
    const code = this.#take(CODE, at);
    if (code) return this.#code(code, at + code[0].length);
    const control = this.#take(CONTROL, at)?.groups?.name;
    if (control) return { point: CONTROLS[control] ?? 0, end: at + 2 };
    if (this.#take(NUL, at)) return { point: 0, end: at + 2 };
    const char = this.#take(ITSELF, at)?.groups?.char;
    if (char) return { point: char.codePointAt(0) ?? 0, end: at + 1 + char.length };
    if (this.#take(REFERENCE, at)) throw new UnsupportedPattern('uses a back-reference, which is not supported');
    const name = this.#pattern.slice(at, at + 2);
    throw new UnsupportedPattern(name === '\\' ? 'ends with a backslash' : `uses ${name}, which has no meaning there`);
  }

  /** Two escapes that make a surrogate pair are one code point. */
  #code({ groups }: RegExpExecArray, end: number): Member {
    if (groups?.control) return { point: groups.control.charCodeAt(0) % 32, end };
    const point = Number.parseInt(groups?.x ?? groups?.u ?? groups?.braced ?? '', 16);
    if (point > MAX_POINT) throw new UnsupportedPattern('names a code point beyond U+10FFFF');
    const isLead = groups?.u !== undefined && point >= 0xd800 && point <= 0xdbff;
    const trail = isLead ? this.#take(TRAIL, end)?.groups?.u : undefined;
    if (!trail) return { point, end };
    return { point: 0x10000 + (point - 0xd800) * 0x400 + Number.parseInt(trail, 16) - 0xdc00, end: end + 6 };
  }

  #take(token: RegExp, at: number): RegExpExecArray | null {
    token.lastIndex = at;
    return token.exec(this.#pattern);
  }
}

function atomOf(member: Member): Atom {
  return 'point' in member ? { source: codePoint(member.point), end: member.end } : member;
}

/** A hyphen beside a set is a hyphen, as in `[\w-.]`. */
function rangeOf(first: Member, last: Member): string {
  if (!('point' in first && 'point' in last)) return `${atomOf(first).source}\\-${atomOf(last).source}`;
  if (last.point < first.point) throw new UnsupportedPattern('has a range in the wrong order');
  return `${codePoint(first.point)}-${codePoint(last.point)}`;
}

const codePoint = (point: number) => `\\u{${point.toString(16)}}`;
