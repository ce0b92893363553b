import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import { stringifyExact } from '../engine/json/exact-json.ts';
import { mappedTexts } from '../engine/json/mapped-texts.ts';
import { wholeCharacter } from '../engine/json/whole-character.ts';
import { slices } from '../slices.ts';
import type { Framing } from './framing/frames.ts';

/** Characters of a text that is encoded apart from what is around it, and of its pieces. */
const long = 64 * 1024;

/** Stands in the place of a long text while the rest is encoded; it cannot be guessed. */
let mark: string | undefined;

/**
 * A large message as JSON, its long texts piece by piece: as one text they would be copied again and again, all at once. What
 * happens to the message afterwards changes nothing.
 */
export class LargeMessage {
  readonly #texts: readonly string[];
  /** What is before, between and after the texts. */
  readonly #between: readonly Buffer[];
  /** Pieces that were encoded to be measured; null for those that are written as they are. */
  readonly #measured: (Buffer | null)[] = [];

  constructor(message: object) {
    mark ??= `text-${randomBytes(16).toString('hex')}`;
    const texts: string[] = [];
    const rest = mappedTexts(message, (text) => {
      if (text.length <= long) return text;
      texts.push(text);
      return mark as string;
    });
    this.#texts = texts;
    this.#between = stringifyExact(rest)
      .split(mark)
      .map((text) => Buffer.from(text));
  }

  /** Returns its bytes if they are more than a limit; undefined if not. */
  bytesOver(limit: number): number | undefined {
    const most = this.#texts.reduce((sum, { length }) => sum + length * longestEscape, this.#betweenBytes);
    if (most <= limit) return undefined;
    let size = 0;
    for (const bytes of this.measured()) size = bytes;
    // Those that it will be sent with are measured anew.
    this.#measured.length = 0;
    return size > limit ? size : undefined;
  }

  /** Counts its bytes, a piece at a time; the last number is that of all. */
  *measured(): Generator<number, void> {
    let size = this.#betweenBytes;
    yield size;
    for (const text of this.#texts) {
      for (const piece of cut(text)) {
        const made = special.test(piece) ? encoded(piece) : null;
        this.#measured.push(made);
        size += made?.length ?? piece.length;
        yield size;
      }
    }
  }

  /** Returns its bytes in order, once; each piece is let go when it is taken. */
  *pieces(): Generator<Buffer, void> {
    let next = 0;
    for (const [at, bytes] of this.#between.entries()) {
      yield bytes;
      for (const piece of cut(this.#texts[at] ?? '')) {
        const made = this.#measured[next];
        this.#measured[next] = null;
        next += 1;
        yield made ?? (made === null ? Buffer.from(piece, 'latin1') : encoded(piece));
      }
    }
  }

  get #betweenBytes(): number {
    return this.#between.reduce((sum, { length }) => sum + length, 0);
  }
}

/**
 * Writes a large message. Others have a turn in between, and only what the stream takes is made. Errors: those of the stream.
 */
export async function writeLarge(stream: Writable, message: LargeMessage, framing: Framing): Promise<void> {
  if (framing === 'contentLength') stream.write(`Content-Length: ${await sizeOf(message)}\r\n\r\n`);
  const turnIfDue = slices();
  for (const piece of message.pieces()) {
    await written(stream, piece);
    // A pipe whose reader keeps up takes one piece after the other at once.
    await turnIfDue();
  }
  if (framing === 'lines') await written(stream, '\n');
}

async function sizeOf(message: LargeMessage): Promise<number> {
  let last = 0;
  const turnIfDue = slices();
  for (const size of message.measured()) {
    last = size;
    const turn = turnIfDue();
    if (turn) await turn;
  }
  return last;
}

const written = (stream: Writable, piece: Buffer | string) =>
  new Promise<void>((resolve, reject) => {
    stream.write(piece, (error) => (error ? reject(error) : resolve()));
  });

/** The bytes that a character takes at most. */
const longestEscape = '\\u0000'.length;

function* cut(text: string): Generator<string, void> {
  for (let from = 0; from < text.length; ) {
    const to = wholeCharacter(text, from + long);
    yield text.slice(from, to);
    from = to;
  }
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
