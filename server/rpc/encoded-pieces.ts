import { randomBytes } from 'node:crypto';
import { stringifyExact } from '../engine/json/exact-json.ts';
import { mappedTexts } from '../engine/json/mapped-texts.ts';
import { wholeCharacter } from '../engine/json/whole-character.ts';

/** Characters of a text that is encoded apart from what is around it, and of its pieces. */
const long = 64 * 1024;

/** Stands in the place of a long text while the rest is encoded; it cannot be guessed. */
let mark: string | undefined;

/**
 * Encodes a large message as JSON, its long texts piece by piece: as one text they would be copied again and again, all
 * at once. The pieces are its bytes, in order.
 */
export function encodedPieces(message: object): Buffer[] {
  mark ??= `text-${randomBytes(16).toString('hex')}`;
  const texts: string[] = [];
  const rest = mappedTexts(message, (text) => {
    if (text.length <= long) return text;
    texts.push(text);
    return mark as string;
  });
  return stringifyExact(rest)
    .split(mark)
    .flatMap((between, at) => [Buffer.from(between), ...piecesOf(texts[at] ?? '')]);
}

function piecesOf(text: string): Buffer[] {
  const pieces: Buffer[] = [];
  for (let from = 0; from < text.length; ) {
    const to = wholeCharacter(text, from + long);
    pieces.push(encoded(text.slice(from, to)));
    from = to;
  }
  return pieces;
}

/** A character that JSON escapes, or that takes more than one byte. */
const special = /[^ !#-[\]-~]/;
/** A character that JSON escapes, or half of one. */
const escaped = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** Most long texts have nothing to escape: to look is faster than to write them as JSON, and copies nothing. */
function encoded(piece: string): Buffer {
  if (!special.test(piece)) return Buffer.from(piece, 'latin1');
  return Buffer.from(escaped.test(piece) ? JSON.stringify(piece).slice(1, -1) : piece);
}
