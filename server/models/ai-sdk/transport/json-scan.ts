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

/** A list of a response, by its name. */
interface ListName {
  readonly codes: readonly number[];
  /** What its items are counted by; null: they are not, but it may hold arguments, which have lists of any name. */
  readonly limit: 'callsPerResponse' | 'partsPerResponse' | null;
}

/** The outermost list that is scanned now. Its items are counted, since a package takes all of a text in one go. */
interface OpenList {
  readonly limit: ListName['limit'];
  readonly depth: number;
  count: number;
}

const nameOf = (name: string, limit: ListName['limit']): ListName => ({
  codes: [...name].map((letter) => letter.charCodeAt(0)),
  limit,
});
/** Chat Completions and Gemini have several calls in one event; Anthropic, Bedrock and Responses have them in whole bodies. */
const listNames = [
  nameOf('tool_calls', 'callsPerResponse'),
  nameOf('parts', 'partsPerResponse'),
  nameOf('content', null),
  nameOf('output', null),
];
const longestName = Math.max(...listNames.map(({ codes }) => codes.length));

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
  /** The name that was read last, if it is one of a list. */
  #named: ListName | undefined;
  #list: OpenList | null = null;

  constructor(bounds: ScanBounds) {
    this.#bounds = bounds;
  }

  /** Starts another text. */
  reset(): void {
    this.#depth = 0;
    this.#values = 0;
    this.#isInString = false;
    this.#isEscaped = false;
    this.#named = undefined;
    this.#list = null;
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
        this.#named = undefined;
        const refusal = this.#list && this.#nextItem(this.#list);
        if (refusal) return refusal;
      } else if (byte === openObject || byte === openList) {
        const refusal = this.#open(byte === openList);
        if (refusal) return refusal;
      } else if (byte === closeObject || byte === closeList) this.#close();
    }
    return this.#values > maxValues ? { fault: `holds more than ${maxValues} values` } : undefined;
  }

  #open(isList: boolean): Refusal | undefined {
    const { depth } = this.#bounds;
    this.#depth += 1;
    this.#values += 1;
    if (this.#depth > depth) return { fault: `is nested deeper than ${depth} levels` };
    if (isList && this.#named) this.#list ??= { limit: this.#named.limit, depth: this.#depth, count: 1 };
    this.#named = undefined;
    return undefined;
  }

  #close(): void {
    if (this.#list?.depth === this.#depth) this.#list = null;
    this.#depth -= 1;
  }

  #nextItem(list: OpenList): Refusal | undefined {
    const { limit, depth } = list;
    if (limit === null || depth !== this.#depth) return undefined;
    list.count += 1;
    const max = limit === 'callsPerResponse' ? this.#bounds.calls : this.#bounds.parts;
    return list.count > max ? { limit, value: list.count } : undefined;
  }

  /** Returns where the text goes on after the string that `from` is in, which may be the name of a list. */
  #readString(bytes: Uint8Array, from: number, to: number): number {
    const next = this.#stringEnd(bytes, from, to);
    const end = this.#isInString ? next : next - 1;
    if (this.#length === 0 && !this.#isInString) this.#named = listNamed(bytes, from, end);
    else this.#joinString(bytes, from, end);
    return next;
  }

  /** Adds to a string that comes in several pieces. */
  #joinString(bytes: Uint8Array, from: number, end: number): void {
    for (let at = from; at < end && this.#length + at - from < longestName; at += 1)
      this.#string[this.#length + at - from] = bytes[at] as number;
    this.#length += end - from;
    this.#named = this.#isInString ? undefined : listNamed(this.#string, 0, this.#length);
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

/** The list that a string names, if any. */
function listNamed(bytes: Uint8Array, from: number, to: number): ListName | undefined {
  for (const name of listNames) if (isName(name.codes, bytes, from, to)) return name;
  return undefined;
}

function isName(name: readonly number[], bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from !== name.length) return false;
  for (let at = 0; at < name.length; at += 1) if (bytes[from + at] !== name[at]) return false;
  return true;
}
