import { classText, codeText, readClass, readCode, withBothCases } from './dialect-class.ts';
import { UnsupportedPattern } from './unsupported-pattern.ts';

/** Spellings of Python, PCRE and Rust; a pattern without any of them is one of JavaScript already. */
const FOREIGN = /\(\?(?![:=!]|<[=!\p{ID_Start}$_])|\\[AZzhHRU]|\\x\{|\[:|\{,\d/u;
const GROUP =
  /\((?:\?(?:<?[=!]|:|(?:P?<|')(?<name>[^>']*)[>']|(?<on>[a-zA-Z]*)(?:-(?<off>[a-zA-Z]+))?(?<end>[:)])))?/uy;
const COMMENT = /\(\?#[^)]*\)/uy;
const NAMED_BACK_REFERENCE = /\(\?P=(?<name>[^)]*)\)/uy;
const ESCAPE = /\\(?:[pP]\{[^}]*\}|k<[^>]*>|u\{[^}]*\}|c[A-Za-z]|[\s\S]?)/uy;
const CASED = /\\[pP]\{(?:L[ult]|General_Category=L|gc=L|Upper|Lower)/u;

const BLANKS = '\\t \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000';
const ESCAPES: Readonly<Record<string, string>> = {
  '\\A': '^',
  '\\Z': '$',
  '\\z': '$',
  '\\h': `[${BLANKS}]`,
  '\\H': `[^${BLANKS}]`,
  '\\R': '(?:\\r\\n|[\\n-\\r\\u0085\\u2028\\u2029])',
};

type Flags = { ignoreCase: boolean; dotAll: boolean; multiline: boolean };
const FLAGS: Readonly<Record<string, keyof Flags | null>> = {
  i: 'ignoreCase',
  s: 'dotAll',
  m: 'multiline',
  // Unicode and ASCII: JavaScript's own classes are those of ASCII.
  u: null,
  a: null,
};

/**
 * Writes a pattern in the syntax of JavaScript, without flags: inline flags (`(?i)`), names (`(?P<year>…)`), `\A`, `\Z`,
 * `\h`, `[[:alpha:]]`, `{,3}` and the like are rewritten. A pattern that uses none of them is returned as it is.
 *
 * Errors: {@link UnsupportedPattern} for what has no counterpart.
 */
export function ecmaPattern(source: string): string {
  return FOREIGN.test(source) ? new Rewriter(source).pattern : source;
}

class Rewriter {
  pattern = '';
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
    this.#sequence({ ignoreCase: false, dotAll: false, multiline: false });
    // A parenthesis too many: the compiler will say so.
    this.pattern += source.slice(this.#at);
  }

  #take(token: RegExp): RegExpExecArray | null {
    token.lastIndex = this.#at;
    const found = token.exec(this.#source);
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  /** Up to the end of the group; flags that are set on the way hold up to there, too. */
  #sequence(flags: Flags): void {
    while (this.#at < this.#source.length && this.#source[this.#at] !== ')') this.#term(flags);
  }

  #term(flags: Flags): void {
    const char = this.#source[this.#at];
    if (char === '(') this.#group(flags);
    else if (char === '[') this.#class(flags);
    else if (char === '\\') this.#escape(flags);
    else if (char === '.' && flags.dotAll) this.#put('[\\s\\S]');
    else if (char === '^' && flags.multiline) this.#put('(?<![^\\n])');
    else if (char === '$' && flags.multiline) this.#put('(?![^\\n])');
    else if (/^\{,\d/.test(this.#source.slice(this.#at, this.#at + 3))) this.#put('{0');
    else {
      const point = this.#source.codePointAt(this.#at) ?? 0;
      this.#at += point > 0xffff ? 2 : 1;
      this.pattern += flags.ignoreCase ? withBothCases(point) : String.fromCodePoint(point);
    }
  }

  #put(text: string): void {
    this.#at++;
    this.pattern += text;
  }

  #class(flags: Flags): void {
    const { read, end } = readClass(this.#source, this.#at);
    this.#at = end;
    this.pattern += classText(read, flags);
  }

  #group(flags: Flags): void {
    if (this.#take(COMMENT)) return;
    const reference = this.#take(NAMED_BACK_REFERENCE)?.groups?.name;
    if (reference !== undefined) {
      this.pattern += `\\k<${reference}>`;
      return;
    }
    const open = this.#take(GROUP);
    if (!open || (open[0] === '(' && this.#source[this.#at] === '?')) {
      throw new UnsupportedPattern(
        `uses (${this.#source.slice(this.#at, this.#at + 2)}, which JavaScript does not have`,
      );
    }
    const { name, on, off, end } = open.groups ?? {};
    const inner = end === undefined ? { ...flags } : withFlags(flags, on ?? '', off ?? '');
    if (end === ')') Object.assign(flags, inner);
    else this.#body(name === undefined ? (end === ':' ? '(?:' : open[0]) : `(?<${name}>`, inner);
  }

  #body(open: string, flags: Flags): void {
    this.pattern += open;
    this.#sequence(flags);
    if (this.#at < this.#source.length) this.#put(')');
  }

  #escape(flags: Flags): void {
    const code = readCode(this.#source, this.#at);
    if (code) {
      this.#at = code.end;
      this.pattern += flags.ignoreCase ? withBothCases(code.point) : codeText(code.point);
      return;
    }
    const text = this.#take(ESCAPE)?.[0] ?? '';
    if (flags.ignoreCase && CASED.test(text)) throw new UnsupportedPattern(`uses ${text} without regard to case`);
    this.pattern += ESCAPES[text] ?? text;
  }
}

function withFlags(flags: Flags, on: string, off: string): Flags {
  const changed = { ...flags };
  for (const [letters, value] of [
    [on, true],
    [off, false],
  ] as const) {
    for (const letter of letters) {
      const flag = FLAGS[letter];
      if (flag === undefined) throw new UnsupportedPattern(`uses the flag '${letter}', which JavaScript does not have`);
      if (flag !== null) changed[flag] = value;
    }
  }
  return changed;
}
