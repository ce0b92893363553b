import { crc32 } from 'node:zlib';
import { parseExact, stringifyExact } from '../engine/json/exact-json.ts';

/** A line as it is read: its number, its kind, and the fields of that. */
export type RawLine = { readonly n: number; readonly k: string } & { readonly [field: string]: unknown };

/** `,"c":"` and eight digits, `"}`. */
const tailLength = 16;
const tail = /^,"c":"[0-9a-f]{8}"\}$/;

const checkOf = (data: Uint8Array | string): string => crc32(data).toString(16).padStart(8, '0');

/** Returns a line as text: JSON, last in it the CRC-32 of the bytes before it, and a newline. */
export function encodeLine(line: RawLine): string {
  const open = stringifyExact(line).slice(0, -1);
  return `${open},"c":"${checkOf(open)}"}\n`;
}

/** Reads the bytes of a line without its newline; null when they are not one that was written whole. */
export function decodeLine(bytes: Buffer): RawLine | null {
  const at = bytes.length - tailLength;
  if (at < 1) return null;
  const check = bytes.toString('latin1', at);
  if (!tail.test(check) || check.slice(6, 14) !== checkOf(bytes.subarray(0, at))) return null;
  try {
    const value = parseExact(bytes.toString('utf8')) as RawLine | null;
    return typeof value === 'object' && typeof value?.n === 'number' && typeof value.k === 'string' ? value : null;
  } catch {
    return null;
  }
}

/** The lines of a file that count. */
export interface ReadLines {
  readonly lines: readonly RawLine[];
  /** Bytes of these lines; what follows is a torn tail, or damage. */
  readonly size: number;
  /** Number of the first bad line that good ones follow, from 0; null when there is none. */
  readonly damagedLine: number | null;
}

/**
 * Reads the lines of a file. Cut at 0x0A and nowhere else: JSON may hold other line ends. Lines that are not whole are a torn
 * tail at the end of a file, and damage before good ones.
 */
export function readLines(bytes: Buffer): ReadLines {
  const lines: RawLine[] = [];
  let size = 0;
  let bad = -1;
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from);
    if (end < 0) break;
    const line = decodeLine(bytes.subarray(from, end));
    from = end + 1;
    if (bad >= 0) {
      if (line) return { lines, size, damagedLine: bad };
    } else if (line && line.n === lines.length) {
      lines.push(line);
      size = from;
    } else if (line) return { lines, size, damagedLine: lines.length };
    else bad = lines.length;
  }
  return { lines, size, damagedLine: null };
}
