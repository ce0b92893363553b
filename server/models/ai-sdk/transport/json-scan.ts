/**
 * The most values in one JSON text of a response. A parsed value takes many times its bytes in memory, so the size of
 * the text alone is no limit; the log probabilities of a long response stay far below.
 */
const maxValues = 250_000;

/** The limits of a JSON text of a response. */
export interface ScanBounds {
  readonly depth: number;
  readonly calls: number;
  readonly parts: number;
}

/** The reason to stop reading a body: a limit that it exceeded, or what is wrong with it, to follow "it …". */
export type Refusal =
  | { readonly limit: 'responseBytes' | 'callsPerResponse' | 'partsPerResponse'; readonly value: number }
  | { readonly fault: string };

/** A list whose items are counted while it is scanned: a package takes all items of a text in one go. */
interface CountedList {
  readonly limit: 'callsPerResponse' | 'partsPerResponse';
  readonly max: number;
  readonly depth: number;
  count: number;
}

const codesOf = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
/** Their names in the formats that have several in one event: Chat Completions, Gemini. */
const callList = codesOf('tool_calls');
const partList = codesOf('parts');
const longestName = callList.length;

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
  readonly #bounds: ScanBounds;
  #depth = 0;
  #values = 0;
  #isInString = false;
  #isEscaped = false;
  /** The first bytes of the string that was read last, and its length. */
  readonly #string = new Uint8Array(longestName);
  #length = 0;
  /** The limit of the list whose name was read last. */
  #named: CountedList['limit'] | null = null;
  #counted: CountedList | null = null;

  constructor(bounds: ScanBounds) {
    this.#bounds = bounds;
  }

  /** Starts another text. */
  reset(): void {
    this.#depth = 0;
    this.#values = 0;
    this.#isInString = false;
    this.#isEscaped = false;
    this.#named = null;
    this.#counted = null;
  }

  /** Returns what is wrong with the text so far. */
  add(bytes: Uint8Array, from: number, to: number): Refusal | undefined {
    for (let at = this.#isInString ? this.#readString(bytes, from, to) : from; at < to; at += 1) {
      const byte = bytes[at];
      if (byte === quote) {
        this.#isInString = true;
        this.#length = 0;
        at = this.#readString(bytes, at + 1, to) - 1;
      } else if (byte === comma) {
        this.#values += 1;
        this.#named = null;
        const refusal = this.#counted && this.#nextItem(this.#counted);
        if (refusal) return refusal;
      } else if (byte === openObject || byte === openList) {
        const refusal = this.#open(byte === openList);
        if (refusal) return refusal;
      } else if (byte === closeObject || byte === closeList) this.#close();
    }
    return this.#values > maxValues ? { fault: `holds more than ${maxValues} values` } : undefined;
  }

  #open(isList: boolean): Refusal | undefined {
    const { depth, calls, parts } = this.#bounds;
    this.#depth += 1;
    this.#values += 1;
    if (this.#depth > depth) return { fault: `is nested deeper than ${depth} levels` };
    const limit = this.#named;
    if (isList && limit && !this.#counted) {
      const max = limit === 'callsPerResponse' ? calls : parts;
      this.#counted = { limit, max, depth: this.#depth, count: 1 };
    }
    this.#named = null;
    return undefined;
  }

  #close(): void {
    if (this.#counted?.depth === this.#depth) this.#counted = null;
    this.#depth -= 1;
  }

  #nextItem(list: CountedList): Refusal | undefined {
    if (list.depth !== this.#depth) return undefined;
    list.count += 1;
    return list.count > list.max ? { limit: list.limit, value: list.count } : undefined;
  }

  /** Returns where the text goes on after the string that `from` is in, which may be the name of a list. */
  #readString(bytes: Uint8Array, from: number, to: number): number {
    const next = this.#stringEnd(bytes, from, to);
    const end = this.#isInString ? next : next - 1;
    if (this.#length === 0 && !this.#isInString) this.#named = limitOf(bytes, from, end);
    else this.#joinString(bytes, from, end);
    return next;
  }

  /** Adds to a string that comes in several pieces. */
  #joinString(bytes: Uint8Array, from: number, end: number): void {
    for (let at = from; at < end && this.#length + at - from < longestName; at += 1)
      this.#string[this.#length + at - from] = bytes[at] as number;
    this.#length += end - from;
    this.#named = this.#isInString ? null : limitOf(this.#string, 0, this.#length);
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

/** The limit of the list that a string names, if any. */
function limitOf(bytes: Uint8Array, from: number, to: number): CountedList['limit'] | null {
  if (isName(callList, bytes, from, to)) return 'callsPerResponse';
  return isName(partList, bytes, from, to) ? 'partsPerResponse' : null;
}

function isName(name: readonly number[], bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from !== name.length) return false;
  for (let at = 0; at < name.length; at += 1) if (bytes[from + at] !== name[at]) return false;
  return true;
}
