/** One member of a character class: a range of code points, or something that is written as it stands, such as `\d`. */
type Member = { readonly from: number; readonly to: number } | { readonly text: string };

/** A character class of a pattern. */
export interface CharacterClass {
  readonly negated: boolean;
  readonly members: readonly Member[];
}

const POSIX: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};
const POSIX_NAME = /\[:(?<name>[a-z]+):\]/uy;
const BLANKS = '\\t \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000';
const CODE =
  /\\(?:x(?<x>[0-9a-fA-F]{2})|x\{(?<braced>[0-9a-fA-F]{1,6})\}|u(?<u>[0-9a-fA-F]{4})|U(?<long>[0-9a-fA-F]{8}))/uy;
const CLASS_ESCAPE = /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|c[A-Za-z]|[\s\S]?)/uy;
/** A range of more letters than this is left as it is when case does not count. */
const MAX_RANGE = 1000;

/** The code point of a numeric escape at a place, and where the escape ends. */
export function readCode(source: string, at: number): { point: number; end: number } | undefined {
  const found = take(CODE, source, at);
  if (!found) return undefined;
  const digits = Object.values(found.groups ?? {}).find((text) => text !== undefined);
  return { point: Number.parseInt(digits ?? '', 16), end: at + found[0].length };
}

/** A code point as a pattern may hold it in either mode of JavaScript. */
export function codeText(point: number): string {
  const units = String.fromCodePoint(point);
  return [...units.split('')].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
}

/** Reads the character class that begins at a place. */
export function readClass(source: string, start: number): { read: CharacterClass; end: number } {
  const negated = source[start + 1] === '^';
  const members: Member[] = [];
  let at = start + (negated ? 2 : 1);
  while (at < source.length && source[at] !== ']') {
    const first = readMember(source, at);
    at = first.end;
    const isRange = 'from' in first.member && source[at] === '-' && source[at + 1] !== ']';
    const last = isRange ? readMember(source, at + 1) : undefined;
    if (last && 'from' in first.member && 'from' in last.member) {
      members.push({ from: first.member.from, to: last.member.to });
      at = last.end;
    } else members.push(first.member);
  }
  return { read: { negated, members }, end: at + 1 };
}

function readMember(source: string, at: number): { member: Member; end: number } {
  const posix = take(POSIX_NAME, source, at);
  const known = POSIX[posix?.groups?.name ?? ''];
  if (posix && known !== undefined) return { member: { text: known }, end: at + posix[0].length };
  const code = readCode(source, at);
  if (code) return { member: { from: code.point, to: code.point }, end: code.end };
  const escaped = take(CLASS_ESCAPE, source, at);
  if (escaped) {
    const [text] = escaped;
    return { member: { text: text === '\\h' ? BLANKS : text }, end: at + text.length };
  }
  const point = source.codePointAt(at) ?? 0;
  return { member: { from: point, to: point }, end: at + (point > 0xffff ? 2 : 1) };
}

/** A character class in the syntax of JavaScript. */
export function classText({ negated, members }: CharacterClass, { ignoreCase }: { ignoreCase: boolean }): string {
  const text = members.map((member) => ('text' in member ? member.text : rangeText(member, ignoreCase))).join('');
  return `[${negated ? '^' : ''}${text}]`;
}

function rangeText({ from, to }: { from: number; to: number }, ignoreCase: boolean): string {
  const range = from === to ? memberText(from) : `${memberText(from)}-${memberText(to)}`;
  if (!ignoreCase || to - from > MAX_RANGE) return range;
  const others = new Set<number>();
  for (let point = from; point <= to; point++) for (const one of cases(point)) others.add(one);
  const added = [...others].filter((point) => point < from || point > to);
  return range + added.map(memberText).join('');
}

const memberText = (point: number) =>
  /[\p{L}\p{N}]/u.test(String.fromCodePoint(point)) ? String.fromCodePoint(point) : codeText(point);

/** A character in both cases, as a class when they differ. */
export function withBothCases(point: number): string {
  const variants = cases(point);
  if (variants.length === 1) return String.fromCodePoint(point);
  return `[${variants.map((variant) => String.fromCodePoint(variant)).join('')}]`;
}

function cases(point: number): number[] {
  const char = String.fromCodePoint(point);
  const variants = [char, char.toLowerCase(), char.toUpperCase()].filter((text) => [...text].length === 1);
  return [...new Set(variants.map((text) => text.codePointAt(0) ?? point))];
}

function take(token: RegExp, source: string, at: number): RegExpExecArray | null {
  token.lastIndex = at;
  return token.exec(source);
}
