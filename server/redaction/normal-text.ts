/**
 * A text as secrets are looked for in it: case, white space and the two alphabets of base64 make no difference, and each
 * character knows where it stands in the text.
 */
export interface NormalText {
  readonly codes: Uint16Array;
  /** Where each character begins in the text, and where it ends. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly length: number;
}

const [backslash, percent, ampersand, hash, semicolon] = [0x5c, 0x25, 0x26, 0x23, 0x3b];
const [u, x] = [0x75, 0x78];

/** Returns the character that stands for a class of them; 0 for white space and controls, which are left out. */
export function folded(code: number): number {
  if (code <= 0x20 || code === 0xa0) return 0;
  if (code >= 0x41 && code <= 0x5a) return code + 0x20;
  if (code === 0x2d) return 0x2b; // - is + in the other alphabet of base64
  if (code === 0x5f) return 0x2f; // _ is /
  if (code >= 0xc0 && code <= 0xde && code !== 0xd7) return code + 0x20;
  return code;
}

/** Collects characters that are in a text from one place to another. */
class Collector {
  readonly codes: Uint16Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  length = 0;

  constructor(size: number) {
    this.codes = new Uint16Array(size);
    this.starts = new Int32Array(size);
    this.ends = new Int32Array(size);
  }

  add(code: number, start: number, end: number): void {
    const one = folded(code);
    if (one !== 0) this.keep(one, start, end);
  }

  /** Adds a character that is folded already. */
  keep(code: number, start: number, end: number): void {
    this.codes[this.length] = code;
    this.starts[this.length] = start;
    this.ends[this.length] = end;
    this.length += 1;
  }
}

/** Normalizes a text. */
export function normalText(text: string): NormalText {
  const all = new Collector(text.length);
  for (let at = 0; at < text.length; at += 1) all.add(text.charCodeAt(at), at, at + 1);
  return all;
}

/** What begins escapes: those of JSON and JavaScript, those of URLs, references of HTML. */
export const escapeSigns: readonly number[] = [backslash, percent, ampersand];

/** Returns whether anything is written as an escape: signs alone are common. */
function hasEscape(text: NormalText, signs: readonly number[]): boolean {
  const codes = text.codes.subarray(0, text.length);
  return signs.some((sign) => {
    for (let at = codes.indexOf(sign); at >= 0; at = codes.indexOf(sign, at + 1)) if (escapeAt(text, at)) return true;
    return false;
  });
}

/**
 * Takes one level of escapes away, all of them unless only some signs are given. Returns null when there are none. Bytes above ASCII become one character each, as they are in Latin-1.
 */
export function decoded(text: NormalText, signs = escapeSigns): NormalText | null {
  if (!hasEscape(text, signs)) return null;
  const { codes, starts, ends, length } = text;
  const all = new Collector(length);
  for (let at = 0; at < length; ) {
    const plain = codes[at] ?? 0;
    const found = signs.includes(plain) ? escapeAt(text, at) : null;
    if (found) {
      all.add(found.code, starts[at] ?? 0, ends[at + found.size - 1] ?? 0);
      at += found.size;
    } else {
      all.keep(plain, starts[at] ?? 0, ends[at] ?? 0);
      at += 1;
    }
  }
  return all.length === length ? null : all;
}

interface Escape {
  readonly code: number;
  /** Characters of the escape. */
  readonly size: number;
}

function escapeAt(text: NormalText, at: number): Escape | null {
  switch (text.codes[at]) {
    case backslash:
      return backslashAt(text, at);
    case percent:
      return escaped(text, at + 1, 2, 3);
    case ampersand:
      return referenceAt(text, at);
    default:
      return null;
  }
}

function backslashAt(text: NormalText, at: number): Escape | null {
  if (at + 1 >= text.length) return null;
  const next = text.codes[at + 1] ?? 0;
  if (next === u) return escaped(text, at + 2, 4, 6);
  if (next === x) return escaped(text, at + 2, 2, 4);
  // n, r, t, b and f are white space; every other character stands for itself.
  return { code: 'nrtbf'.includes(String.fromCharCode(next)) ? 0 : next, size: 2 };
}

/** An escape whose digits, sixteen to the place, begin at `from`. */
function escaped({ codes }: NormalText, from: number, digits: number, size: number): Escape | null {
  let code = 0;
  for (let at = from; at < from + digits; at += 1) {
    const digit = digitOf(codes[at] ?? 0);
    if (digit === null) return null;
    code = code * 16 + digit;
  }
  return { code, size };
}

function digitOf(code: number): number | null {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : null;
}

/** Names of HTML for what secrets hold beside letters and digits. */
const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  excl: '!',
  num: '#',
  dollar: '$',
  percnt: '%',
  lpar: '(',
  rpar: ')',
  ast: '*',
  plus: '+',
  comma: ',',
  period: '.',
  sol: '/',
  colon: ':',
  semi: ';',
  equals: '=',
  quest: '?',
  commat: '@',
  lsqb: '[',
  bsol: '\\',
  rsqb: ']',
  hat: '^',
  lowbar: '_',
  grave: '`',
  lcub: '{',
  verbar: '|',
  rcub: '}',
};

/** The longest reference that is looked at. */
const longestReference = 12;

function referenceAt({ codes, length }: NormalText, at: number): Escape | null {
  const last = Math.min(length, at + longestReference);
  let end = at + 1;
  while (end < last && codes[end] !== semicolon) end += 1;
  if (codes[end] !== semicolon || end >= last) return null;
  const name = String.fromCharCode(...codes.subarray(at + 1, end));
  const number = codes[at + 1] === hash ? /^#(?:x([0-9a-f]+)|([0-9]+))$/.exec(name) : null;
  const code = number ? (number[1] ? Number.parseInt(number[1], 16) : Number(number[2])) : named[name]?.charCodeAt(0);
  return code === undefined || code > 0xffff ? null : { code, size: end + 1 - at };
}
