import { EngineError, type ErrorDetailsMap } from '../engine/errors.ts';
import { merged, type Range, SecretSearch, shortestSecret } from './search.ts';
import { shapes } from './shapes.ts';

/** Stands in the place of a secret. */
export const redactionMark = '[redacted]';

/** Characters of a long text that are looked at before others have a turn. */
const pieceSize = 64 * 1024;

/** Added secrets that make a generation; two are kept, so that as many of the latest are known at least. */
const generation = 1024;

/** Options of a redaction. */
export interface RedactionOptions {
  /**
   * Whether what only looks like a credential goes too. Not in what a model has written, which may be about credentials.
   */
  readonly byShape?: boolean;
}

/**
 * Takes secrets out of what may be shown: known ones in whatever encoding (escapes of JSON, URLs and HTML, base64, hex),
 * and what looks like one. Everything that leaves the daemon for a person, a log or a history passes through here.
 */
export class Redaction {
  /** Those that were given at first, which stay. */
  readonly secrets: ReadonlySet<string>;
  readonly #search = new SecretSearch();
  #older = new SecretSearch();
  #newer = new SecretSearch();
  #added = new Set<string>();
  readonly #byShape: boolean;

  constructor(secrets: Iterable<string> = [], { byShape = true }: RedactionOptions = {}) {
    this.#byShape = byShape;
    this.secrets = new Set(secrets);
    for (const secret of this.secrets) this.#search.add(secret);
  }

  /** Hides one more secret from now on. */
  add(secret: string): void {
    if (this.secrets.has(secret) || this.#added.has(secret)) return;
    if (this.#added.size >= generation) {
      this.#older = this.#newer;
      this.#newer = new SecretSearch();
      this.#added = new Set();
    }
    this.#added.add(secret);
    this.#newer.add(secret);
  }

  /** Returns where known secrets stand in a text, in order and without overlaps. */
  ranges(text: string): Range[] {
    const [known, older, newer] = this.#all;
    const ranges = known.ranges(text);
    if (this.#added.size === 0) return ranges;
    return merged([...ranges, ...older.ranges(text), ...newer.ranges(text)]);
  }

  /** True if there is nothing to look for. */
  get isIdle(): boolean {
    return !this.#byShape && this.secrets.size === 0 && this.#added.size === 0;
  }

  /** Returns where the tail of a text begins that may be the beginning of a secret that was given at first. */
  beginning(text: string, ignored: number): number {
    return this.#search.beginning(text, ignored);
  }

  /** The most characters that a secret takes up. */
  get #reach(): number {
    return Math.max(...this.#all.map(({ reach }) => reach));
  }

  get #all(): [SecretSearch, SecretSearch, SecretSearch] {
    return [this.#search, this.#older, this.#newer];
  }

  text(text: string): string {
    if (text.length < shortestSecret) return text;
    const known = without(text, this.ranges(text));
    if (!this.#byShape) return known;
    return shapes.reduce(
      (shown, shape) =>
        shown.replace(shape, (_all, kept) => (typeof kept === 'string' ? kept + redactionMark : redactionMark)),
      known,
    );
  }

  /**
   * Takes known secrets out of a long text, piece by piece; `turn` is awaited after each. What looks like a secret is
   * left.
   */
  async textInTurns(text: string, turn: () => Promise<void> | undefined): Promise<string> {
    if (this.isIdle) return text;
    const reach = this.#reach;
    const found: Range[] = [];
    for (let from = 0; from < text.length; from += pieceSize) {
      const piece = text.slice(from, from + pieceSize + reach);
      for (const [start, end] of this.ranges(piece)) found.push([from + start, from + end]);
      await turn();
    }
    return without(text, merged(found));
  }

  /**
   * Returns the beginning of a text, without looking at the rest. A secret that the cut parts is not shown in part: as
   * many characters as one may take up go from the end.
   */
  head(text: string, length: number): string {
    if (text.length <= length) return this.text(text);
    const shown = this.text(text.slice(0, length));
    return shown.slice(0, Math.max(length >> 1, shown.length - this.#reach));
  }

  /** The same for every text of a JSON value, keys of objects included; a value without secrets comes back as it is. */
  value<T>(value: T): T;
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (value === null || typeof value !== 'object' || this.isIdle) return value;
    if (Array.isArray(value)) return this.#items(value);
    const prototype = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null ? this.#members(value) : value;
  }

  #items(items: readonly unknown[]): readonly unknown[] {
    let clean: unknown[] | undefined;
    for (let at = 0; at < items.length; at += 1) {
      const item = this.value(items[at]);
      if (item === items[at]) continue;
      clean ??= [...items];
      clean[at] = item;
    }
    return clean ?? items;
  }

  #members(object: object): object {
    let isSame = true;
    const clean: [string, unknown][] = [];
    for (const [key, item] of Object.entries(object)) {
      const member: [string, unknown] = [this.text(key), this.value(item)];
      isSame &&= member[0] === key && member[1] === item;
      clean.push(member);
    }
    return isSame ? object : Object.fromEntries(clean);
  }

  /** An error without the secrets; a bug keeps its stack, which goes to the log. */
  error(error: unknown): unknown {
    if (error instanceof EngineError) {
      return new EngineError(error.kind, this.text(error.message), this.value<ErrorDetailsMap>(error.details));
    }
    if (!(error instanceof Error)) return this.value(error);
    const clean = new Error(this.text(error.message));
    clean.name = error.name;
    clean.stack = this.text(error.stack ?? error.message);
    return clean;
  }
}

/** Returns a text with the mark in the place of each range. */
export function without(text: string, ranges: readonly Range[], from = 0, to = text.length): string {
  if (ranges.length === 0) return text.slice(from, to);
  let shown = '';
  let at = from;
  for (const [start, end] of ranges) {
    if (end <= at || start >= to) continue;
    if (start > at) shown += text.slice(at, start);
    shown += redactionMark;
    at = end;
  }
  return shown + text.slice(Math.min(at, to), to);
}
