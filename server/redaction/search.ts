import { type Needle, needlesOf } from './needles.ts';
import { decoded, escapeSigns, folded, type NormalText, normalText } from './normal-text.ts';

/** Part of a text, from one index to before another. */
export type Range = readonly [from: number, to: number];

/** Characters that are hashed, the last of a needle: many keys of a provider begin alike. A secret that is shorter is a dummy for a server that wants some key. */
export const shortestSecret = 8;

/** How often escapes are taken away: JSON in JSON in a page. */
const levels = 4;

/** Characters that are looked at together: what is kept beside the text stays small. */
const windowSize = 16 * 1024;

/** The most characters in which an escape writes one. */
const longestEscape = 8;

/** What the characters of Latin-1 are folded to. */
const foldedLatin1 = Uint16Array.from({ length: 256 }, (_, code) => folded(code));
const isEscapeSign = Uint8Array.from({ length: 256 }, (_, code) => (escapeSigns.includes(code) ? 1 : 0));
const none: Range[] = [];

const base = 31;
const leading = Array.from({ length: shortestSecret - 1 }).reduce<number>((power) => Math.imul(power, base), 1);

/**
 * Secrets that are looked for together, in one pass over a text for each level of escapes (Rabin and Karp), however many
 * they are.
 */
export class SecretSearch {
  readonly #byHash = new Map<number, Needle[]>();
  /** The hashes cut to sixteen bits: most places in a text are passed over with one look. Made for the first secret. */
  #some = new Uint8Array(0);
  /** The last characters of a text that is passed through. */
  readonly #last = new Uint16Array(shortestSecret);
  readonly #needles: Needle[] = [];
  #longest = 0;
  /** Secrets that nothing was searched for yet: many daemons never write a line. */
  #added: string[] = [];

  /** The most characters that a secret takes up in some spelling. */
  get reach(): number {
    this.#prepare();
    return this.#longest * longestEscape;
  }

  /** Adds a secret; one that is too short is not looked for. */
  add(secret: string): void {
    this.#added.push(secret);
  }

  #prepare(): void {
    if (this.#added.length > 0) for (const secret of this.#added.splice(0)) this.#index(secret);
  }

  #index(secret: string): void {
    for (const needle of needlesOf(secret)) {
      if (needle.codes.length < shortestSecret) continue;
      const hash = hashOf(needle.codes);
      if (this.#needles.length === 0) this.#some = new Uint8Array(1 << 16);
      this.#needles.push(needle);
      this.#byHash.set(hash, [...(this.#byHash.get(hash) ?? []), needle]);
      this.#some[hash & 0xffff] = 1;
      this.#longest = Math.max(this.#longest, needle.codes.length);
    }
  }

  /** Returns where secrets stand in a text, in order and without overlaps. */
  ranges(text: string): Range[] {
    this.#prepare();
    if (this.#longest === 0 || text.length < shortestSecret) return none;
    const step = windowSize + this.reach;
    if (text.length <= step) return this.#mayHold(text, 0, text.length) ? merged(this.#rangesIn(text)) : none;
    const found: Range[] = [];
    for (let from = 0; from < text.length; from += windowSize) {
      const to = Math.min(from + step, text.length);
      if (!this.#mayHold(text, from, to)) continue;
      for (const [start, end] of this.#rangesIn(text.slice(from, to))) found.push([from + start, from + end]);
    }
    return merged(found);
  }

  /**
   * Passes through part of a text without keeping anything of it. Returns false if no secret is in it; true says that one
   * may be, or that there may be escapes.
   */
  #mayHold(text: string, from: number, to: number): boolean {
    const last = this.#last.fill(0);
    const some = this.#some;
    let hash = 0;
    for (let at = from, count = 0; at < to; at += 1) {
      const given = text.charCodeAt(at);
      const code = given < 256 ? (foldedLatin1[given] as number) : given;
      if (code === 0) continue;
      if (code < 256 && isEscapeSign[code] === 1) return true;
      const place = count % shortestSecret;
      hash = (Math.imul((hash - Math.imul(last[place] as number, leading)) | 0, base) + code) | 0;
      last[place] = code;
      count += 1;
      if (some[hash & 0xffff] === 1 && this.#byHash.has(hash)) return true;
    }
    return false;
  }

  /**
   * Returns where in a text its longest tail begins that may be the beginning of a secret, in whatever spelling; the
   * length of the text when there is none. Beginnings of up to `ignored` characters do not count.
   */
  beginning(text: string, ignored: number): number {
    const from = Math.max(0, text.length - this.reach);
    // An escape that has not all come is none yet.
    const whole = text.slice(from).replace(/(?:%[0-9a-f]?|\\(?:u[0-9a-f]{0,3}|x[0-9a-f]?)?|&#?\w{0,8})$/i, '');
    const starts = levelsOf(whole).map((level) => startOfTail(level, this.#needles, ignored));
    return starts.reduce<number>(
      (least, start) => (start === undefined ? least : Math.min(least, from + start)),
      text.length,
    );
  }

  #rangesIn(text: string): Range[] {
    const found: Range[] = [];
    for (const level of levelsOf(text)) this.#collect(level, text, found);
    return found;
  }

  #collect(level: NormalText, text: string, found: Range[]): void {
    const { codes, starts, ends, length } = level;
    let hash = 0;
    for (let at = 0; at < length; at += 1) {
      if (at >= shortestSecret) hash = (hash - Math.imul(codes[at - shortestSecret] ?? 0, leading)) | 0;
      hash = (Math.imul(hash, base) + (codes[at] ?? 0)) | 0;
      if (at < shortestSecret - 1 || this.#some[hash & 0xffff] === 0) continue;
      for (const needle of this.#byHash.get(hash) ?? []) {
        if (!endsAt(codes, at, needle.codes)) continue;
        const range: Range = [starts[at - needle.codes.length + 1] ?? 0, ends[at] ?? 0];
        found.push(needle.isEncoded ? wholeToken(text, range) : range);
      }
    }
  }
}

/** A text as it is, and with one level of escapes after the other taken away. */
function levelsOf(text: string): NormalText[] {
  const all = [normalText(text)];
  for (let level = decoded(all[0] as NormalText); level && all.length <= levels; level = decoded(level))
    all.push(level);
  return all;
}

/** Where the longest tail begins that is the beginning of a needle. */
function startOfTail({ codes, starts, length }: NormalText, needles: readonly Needle[], ignored: number) {
  let longest = ignored;
  for (const { codes: needle } of needles) {
    for (let size = Math.min(needle.length - 1, length); size > longest; size -= 1) {
      let same = 0;
      while (same < size && needle[same] === codes[length - size + same]) same += 1;
      if (same === size) longest = size;
    }
  }
  return longest > ignored ? starts[length - longest] : undefined;
}

function hashOf(codes: Uint16Array): number {
  let hash = 0;
  for (let at = codes.length - shortestSecret; at < codes.length; at += 1)
    hash = (Math.imul(hash, base) + (codes[at] ?? 0)) | 0;
  return hash;
}

function endsAt(codes: Uint16Array, last: number, needle: Uint16Array): boolean {
  const first = last - needle.length + 1;
  if (first < 0) return false;
  for (let at = needle.length - 1; at >= 0; at -= 1) if (codes[first + at] !== needle[at]) return false;
  return true;
}

/** Characters of an encoded token that are looked for on either side of a secret. */
const longestSide = 1024;
const ofToken = /[\w+/=-]/;

function wholeToken(text: string, [from, to]: Range): Range {
  let [start, end] = [from, to];
  while (start > 0 && from - start < longestSide && ofToken.test(text.charAt(start - 1))) start -= 1;
  while (end < text.length && end - to < longestSide && ofToken.test(text.charAt(end))) end += 1;
  return [start, end];
}

/** Returns ranges in order, those that overlap as one. */
export function merged(ranges: Range[]): Range[] {
  if (ranges.length < 2) return ranges;
  const all: [number, number][] = [];
  for (const [from, to] of ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = all.at(-1);
    if (last && from < last[1]) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}
