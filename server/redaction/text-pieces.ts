import { type Redaction, without } from './redaction.ts';

/** Characters of a secret that may be seen before its rest is held back. */
const seenMost = 3;

/** The most characters that are held back. */
const heldMost = 4096;

/**
 * Takes secrets out of a text that comes in pieces. What may be the beginning of a secret is held back until the next
 * piece shows whether it is.
 */
export class TextPieces {
  readonly #redaction: Redaction;
  /** The last characters that were passed on, and those that were not yet. */
  #seen = '';
  #held = '';

  constructor(redaction: Redaction) {
    this.#redaction = redaction;
  }

  /** Takes a piece and returns what may be shown of it and of what was held. */
  add(piece: string): string {
    const text = this.#seen + this.#held + piece;
    const ranges = this.#redaction.ranges(text);
    const hidden = ranges.at(-1)?.[1] ?? 0;
    const beginning = Math.max(this.#redaction.beginning(text, seenMost), text.length - heldMost);
    const held = Math.max(this.#seen.length, hidden, beginning);
    const shown = without(text, ranges, this.#seen.length, held);
    this.#held = text.slice(held);
    // What was hidden is no beginning of anything.
    this.#seen = text.slice(Math.max(hidden, held - seenMost), held);
    return shown;
  }

  /** Returns what is held at the end of the text. */
  end(): string {
    const held = this.#held;
    this.#held = '';
    this.#seen = '';
    return held;
  }
}
