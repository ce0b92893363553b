/**
 * The most values in one JSON text of a response. A parsed value takes many times its bytes in memory, so the size of
 * the text alone is no limit; the log probabilities of a long response stay far below.
 */
const maxValues = 250_000;

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const openList = 0x5b;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/**
 * Scans JSON text byte by byte before it is parsed: parsers, validators and serializers recurse, or make an object of
 * every two bytes. Text that is not valid JSON is left to the parser.
 */
export class JsonScan {
  readonly #maxDepth: number;
  #depth = 0;
  #values = 0;
  #isInString = false;
  #isEscaped = false;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
  }

  /** Starts another text. */
  reset(): void {
    this.#depth = 0;
    this.#values = 0;
    this.#isInString = false;
    this.#isEscaped = false;
  }

  /** Returns what is wrong with the text so far, to follow "it …". */
  add(bytes: Uint8Array, from: number, to: number): string | undefined {
    for (let at = this.#isInString ? this.#stringEnd(bytes, from, to) : from; at < to; at += 1) {
      const byte = bytes[at];
      if (byte === quote) {
        this.#isInString = true;
        at = this.#stringEnd(bytes, at + 1, to) - 1;
      } else if (byte === comma) this.#values += 1;
      else if (byte === openObject || byte === openList) {
        this.#depth += 1;
        this.#values += 1;
        if (this.#depth > this.#maxDepth) return `is nested deeper than ${this.#maxDepth} levels`;
      } else if (byte === closeObject || byte === closeList) this.#depth -= 1;
    }
    return this.#values > maxValues ? `holds more than ${maxValues} values` : undefined;
  }

  /** Returns where the text goes on after the string that `from` is in. */
  #stringEnd(bytes: Uint8Array, from: number, to: number): number {
    if (from === to) return to;
    let at = this.#isEscaped ? from + 1 : from;
    for (; at < to; at += 1) {
      const byte = bytes[at];
      if (byte === quote) {
        this.#isInString = false;
        this.#isEscaped = false;
        return at + 1;
      }
      if (byte === backslash) at += 1;
    }
    this.#isEscaped = at > to;
    return to;
  }
}
