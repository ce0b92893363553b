import { Found, type Scan, scanDocument } from './json-scanner.ts';

const DIGIT = /[0-9]/;

/**
 * What is wrong with a JSON text, with line and column, in the words of pydantic-core's parser; undefined when that
 * parser would take it. Columns count UTF-8 bytes.
 * Source: the jiter crate, `JsonErrorType` and `LinePosition`.
 * @since 0.1.0
 */
export function jsonProblem(text: string): string | undefined {
  const scan: Scan = { text, at: 0, depth: 0, strange: undefined };
  try {
    scanDocument(scan);
  } catch (error) {
    if (error instanceof Found) return `${error.message} at ${position(text, error.at)}`;
    throw error;
  }
  // The parser takes NaN and Infinity; JSON has no such values and no host could receive them.
  return scan.strange === undefined ? undefined : `expected value at ${position(text, scan.strange)}`;
}

/**
 * Whether JSON text holds an integer that a JavaScript number would round, such as 9007199254740993.
 * @since 0.1.0
 */
export function hasUnsafeInteger(text: string): boolean {
  if (!/\d{16}/.test(text)) return false;
  for (let at = 0; at < text.length; ) {
    if (text[at] === '"') at = stringEnd(text, at + 1);
    else if (DIGIT.test(text[at] ?? '')) {
      const end = numberEnd(text, at);
      if (isRounded(text.slice(at, end))) return true;
      at = end;
    } else at++;
  }
  return false;
}

function isRounded(number: string): boolean {
  if (number.length < 16 || !/^\d+$/.test(number)) return false;
  const value = Number(number);
  return !Number.isFinite(value) || BigInt(value) !== BigInt(number);
}

function stringEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function numberEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && /[0-9.eE+-]/.test(text[at] ?? '')) at++;
  return at;
}

function position(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  if (text[at] === '\n') return `line ${line + 1} column 0`;
  const column = Buffer.byteLength(before.slice(before.lastIndexOf('\n') + 1));
  return `line ${line} column ${at < text.length ? column + 1 : column}`;
}
