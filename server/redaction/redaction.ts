import { EngineError, type ErrorDetailsMap } from '../engine/errors.ts';
import { merged, type Range, SecretSearch, shortestSecret } from './search.ts';
import { shapes } from './shapes.ts';

/** Stands in the place of a secret. */
export const redactionMark = '[redacted]';

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
    return merged(this.#all.flatMap((search) => search.ranges(text)));
  }

  /** Returns where the tail of a text begins that may be the beginning of a secret that was given at first. */
  beginning(text: string, ignored: number): number {
    return this.#search.beginning(text, ignored);
  }

  get #all(): SecretSearch[] {
    return [this.#search, this.#older, this.#newer];
  }

  text(text: string): string {
    const known = without(text, this.ranges(text));
    if (!this.#byShape || text.length < shortestSecret) return known;
    return shapes.reduce(
      (shown, shape) =>
        shown.replace(shape, (_all, kept) => (typeof kept === 'string' ? kept + redactionMark : redactionMark)),
      known,
    );
  }

  /**
   * Returns the beginning of a text, without looking at the rest. A secret that the cut parts is not shown in part: as
   * many characters as one may take up go from the end.
   */
  head(text: string, length: number): string {
    if (text.length <= length) return this.text(text);
    const shown = this.text(text.slice(0, length));
    return shown.slice(0, Math.max(length >> 1, shown.length - Math.max(...this.#all.map(({ reach }) => reach))));
  }

  /** The same for every text of a JSON value, keys of objects included; a value without secrets comes back as it is. */
  value<T>(value: T): T;
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) {
      const items = value.map((item) => this.value(item));
      return items.some((item, at) => item !== value[at]) ? items : value;
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return value;
    const before = Object.entries(value);
    const after = before.map(([key, item]) => [this.text(key), this.value(item)] as const);
    const isSame = after.every(([key, item], at) => key === before[at]?.[0] && item === before[at]?.[1]);
    return isSame ? value : Object.fromEntries(after);
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
