import { wholeCharacter } from '../../../engine/json/whole-character.ts';

/** Bytes of one line: readers of the client library for Python hold no more. Some are left for the envelope. */
export const maxUpdateBytes = 60 * 1024;
/** Characters of one piece of text: each may take six bytes as JSON, and most take one. */
const pieceCharacters = 16 * 1024;
/** Characters of arguments and results that are shown as they are. */
const maxRaw = 16 * 1024;

/** Returns how many bytes a value takes on a line. */
export const lineBytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value) ?? '');

/** Cuts a text into pieces that each fit a line, never within a character. */
export function piecesOf(text: string): string[] {
  if (text === '') return [];
  // No character takes more than six bytes.
  if (text.length <= maxUpdateBytes / 12 || (text.length <= pieceCharacters && fits(text))) return [text];
  const pieces: string[] = [];
  let from = 0;
  while (from < text.length) {
    let size = pieceCharacters;
    while (!fits(text.slice(from, from + size))) size = Math.ceil(size / 2);
    const end = wholeCharacter(text, from + size);
    pieces.push(text.slice(from, end));
    from = end;
  }
  return pieces;
}

const fits = (text: string) => lineBytes(text) <= maxUpdateBytes / 2;

/** A text that fits beside others, with a note when it was cut. */
export function shortText(text: string, most = maxRaw): string {
  let kept = wholeCharacter(text, Math.min(text.length, most));
  while (lineBytes(text.slice(0, kept)) > most * 2) kept = wholeCharacter(text, Math.ceil(kept / 2));
  return kept >= text.length ? text : `${text.slice(0, kept)}\n[cut: ${text.length} characters in all]`;
}

/** Arguments as they are shown: long texts in them are cut. */
export function shortArgs(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (lineBytes(args) <= maxRaw) return { ...args };
  const share = Math.floor(maxRaw / Math.max(1, Object.keys(args).length));
  const entries = Object.entries(args).map(([name, value]) => {
    if (lineBytes(value) <= share) return [name, value];
    return [name, shortText(typeof value === 'string' ? value : JSON.stringify(value), share)];
  });
  const shown = Object.fromEntries(entries) as Record<string, unknown>;
  return lineBytes(shown) <= maxUpdateBytes / 3 ? shown : { note: `${lineBytes(args)} bytes of arguments` };
}

/** A value as it is shown. */
export const shortValue = (value: unknown): unknown =>
  lineBytes(value) <= maxRaw ? value : shortText(typeof value === 'string' ? value : JSON.stringify(value));
