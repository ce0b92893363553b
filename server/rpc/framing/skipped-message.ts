import { lookedAt, type MessageParts, readableParts } from '../message-parts.ts';
import { noBytes, type SkippedFrame, type WhySkipped } from './frames.ts';

/**
 * A message that is skipped while it arrives. Both of its ends are kept, so that it gets a response, or the callback is
 * settled that it was a response to. It is reported once: as soon as its id and kind are known, when it is complete, or
 * when nothing more comes for a while; and once more when its id shows only after that.
 */
export class SkippedMessage {
  readonly #why: WhySkipped;
  /** How long it is, when that is known before it has come. */
  readonly #length: number | undefined;
  #start: Pieces = { bytes: [], size: 0 };
  #end: Pieces = { bytes: [], size: 0 };
  #size = 0;
  /** How much of the start must be there before it is read again: so that pieces of a byte do not cost a reading each. */
  #readAt = 32;
  #isReported = false;
  #isIdReported = false;

  constructor(why: WhySkipped, length?: number) {
    this.#why = why;
    this.#length = length;
  }

  /** True when it was not reported yet. */
  get isSilent(): boolean {
    return !this.#isReported;
  }

  /** Takes a piece; returns the report when enough is known with it. */
  add(piece: Buffer): SkippedFrame | undefined {
    const room = lookedAt - this.#start.size;
    if (room > 0) append(this.#start, piece.subarray(0, room));
    if (piece.length > room) this.#keepEnd(piece.subarray(Math.max(0, room)));
    this.#size += piece.length;
    if (this.#length === undefined || this.#isIdReported || this.#start.size < this.#readAt) return undefined;
    this.#readAt = this.#start.size === lookedAt ? Number.POSITIVE_INFINITY : this.#start.size * 2;
    const parts = readableParts(joined(this.#start));
    const isKnown = parts.id !== undefined && (parts.method !== undefined || parts.isAnswer);
    return isKnown ? this.#report(parts, false) : undefined;
  }

  /** Returns the report of what is known, when no more input comes for now, or when it is complete. */
  conclude(isWhole: boolean): SkippedFrame | undefined {
    if (this.#isIdReported || (this.#isReported && !isWhole)) return undefined;
    const parts = readableParts(joined(this.#start), isWhole && this.#end.size > 0 ? joined(this.#end) : undefined);
    if (this.#isReported && parts.id === undefined) return undefined;
    return this.#report(parts, isWhole);
  }

  #report(parts: MessageParts, isWhole: boolean): SkippedFrame {
    const isAgain = this.#isReported;
    this.#isReported = true;
    this.#isIdReported = parts.id !== undefined;
    const isSizeKnown = isWhole || this.#length !== undefined;
    return { kind: 'skipped', why: this.#why, size: this.#length ?? this.#size, isSizeKnown, parts, isAgain };
  }

  /** Pieces are dropped from the front when twice as much is there as is looked at. */
  #keepEnd(piece: Buffer): void {
    append(this.#end, piece);
    if (this.#end.size <= 2 * lookedAt) return;
    const kept = joined(this.#end).subarray(-lookedAt);
    this.#end = { bytes: [Buffer.from(kept)], size: kept.length };
  }
}

interface Pieces {
  bytes: Buffer[];
  size: number;
}

function append(pieces: Pieces, piece: Buffer): void {
  pieces.bytes.push(piece);
  pieces.size += piece.length;
}

function joined({ bytes }: Pieces): Buffer {
  return bytes.length === 0 ? noBytes : Buffer.concat(bytes);
}
