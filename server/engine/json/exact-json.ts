import { randomBytes } from 'node:crypto';

// A JavaScript number rounds integers beyond 2^53: ids of messages, posts and rows are such integers. Where data passes
// through, one that would be written with other digits is a BigInt, which is written as it was read.

/** Matches what may be a number that a double cannot hold: sixteen digits, or an exponent of three. Matches too often. */
const CANDIDATE = /(?:^|[:[,])\s*-?\d(?:[\d.]{15}|[\d.]*[eE][+-]?\d{3})/;
const NUMBER = /-?\d[\d.eE+-]*/g;
/** The most digits that Python reads, and that are converted in no time. */
const MAX_DIGITS = 4300;
/** Stands for a BigInt in intermediate text; it cannot be guessed. Made on first use: random bytes take a module to load. */
let madeMark: string | undefined;
function mark(): string {
  madeMark ??= `bigint-${randomBytes(16).toString('hex')}:`;
  return madeMark;
}

/** A number beyond the range of a double, and its path. */
export interface Overflow {
  readonly path: (string | number)[];
  /** The number as it was written, shortened. */
  readonly text: string;
}

/** Returns whether a text may hold a number that `JSON.parse` would change; cheap, with false positives. */
export const mayBeInexact = (text: string): boolean => CANDIDATE.test(text);

/**
 * Parses JSON text as `JSON.parse` does, but for integers that a double would round: they are BigInts. `overflow` is the
 * first number that became infinite, such as 1e400.
 *
 * Errors: `SyntaxError`.
 */
export function parseJson(text: string): { value: unknown; overflow?: Overflow } {
  const value: unknown = JSON.parse(text);
  if (!mayBeInexact(text)) return { value };
  const pieces: string[] = [];
  let copied = 0;
  let infinite = '';
  for (const { token, at } of numbersOf(text)) {
    if (isRounded(token)) {
      pieces.push(text.slice(copied, at), `"${mark()}${token}"`);
      copied = at + token.length;
    } else if (infinite === '' && !Number.isFinite(Number(token))) infinite = token.slice(0, 40);
  }
  const exact = copied === 0 ? value : JSON.parse(pieces.join('') + text.slice(copied), withBigInts);
  if (infinite === '') return { value: exact };
  return { value: exact, overflow: { path: infinitePath(exact) ?? [], text: infinite } };
}

/** The value of {@link parseJson}. */
export const parseExact = (text: string): unknown => parseJson(text).value;

const withBigInts = (_key: string, value: unknown) =>
  typeof value === 'string' && value.startsWith(mark()) ? BigInt(value.slice(mark().length)) : value;

/**
 * Returns whether JSON text holds an integer that a JavaScript number would round, such as 9007199254740993.
 */
export function hasUnsafeInteger(text: string): boolean {
  if (!mayBeInexact(text)) return false;
  for (const { token } of numbersOf(text)) if (isRounded(token)) return true;
  return false;
}

/** The numbers of a JSON text, without those in strings. */
function* numbersOf(text: string): Generator<{ token: string; at: number }> {
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const end = quote < 0 ? text.length : quote;
    for (const { 0: token, index } of text.slice(at, end).matchAll(NUMBER)) yield { token, at: at + index };
    at = quote < 0 ? end : stringEnd(text, quote + 1);
  }
}

/** Where a string of a JSON text ends, after its closing quote, by what comes after its opening one. */
export function stringEnd(text: string, from: number): number {
  for (let end = text.indexOf('"', from); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return end + 1;
  }
  return text.length;
}

function isRounded(token: string): boolean {
  if (token.length < 16 || token.length > MAX_DIGITS || !/^-?\d+$/.test(token)) return false;
  return String(Number(token)) !== token;
}

/** Returns the path of the first infinite number of a value. */
export function infinitePath(value: unknown): (string | number)[] | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : [];
  if (typeof value !== 'object' || value === null) return undefined;
  for (const key of Object.keys(value)) {
    const path = infinitePath((value as Record<string, unknown>)[key]);
    if (path) return [Array.isArray(value) ? Number(key) : key, ...path];
  }
  return undefined;
}

let isMarking = false;
let hasMarked = false;
const { rawJSON } = JSON as { rawJSON?: (text: string) => unknown };

// `JSON.stringify` throws on a BigInt that has no `toJSON`, and it is called by code that is not ours, such as the packages
// of providers. From Node 21 on they write the digits, too; before, a rounded number.
Object.defineProperty(BigInt.prototype, 'toJSON', {
  configurable: true,
  writable: true,
  value(this: bigint): unknown {
    if (rawJSON) return rawJSON(String(this));
    if (!isMarking) return Number(this);
    hasMarked = true;
    return `${mark()}${this}`;
  },
});

/** Writes a value as `JSON.stringify` does, BigInts as their digits. Errors: those of `JSON.stringify`. */
export function stringifyExact(value: unknown, space?: number): string {
  isMarking = true;
  hasMarked = false;
  let json: string;
  try {
    json = JSON.stringify(value, null, space);
  } finally {
    isMarking = false;
  }
  return hasMarked ? json.replace(new RegExp(`"${mark()}(-?\\d+)"`, 'g'), '$1') : json;
}

/** Returns whether a value holds a BigInt. */
export function hasBigInt(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint';
  return Object.values(value).some(hasBigInt);
}
