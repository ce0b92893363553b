import { randomBytes } from 'node:crypto';
import { mappedTexts } from '../../../engine/json/mapped-texts.ts';
import type { Redaction } from '../../../redaction/redaction.ts';
import { turnIfDue } from './turns.ts';

/** Characters of a text that is kept from the package. */
const long = 64 * 1024;

/** Begins the marks of long texts; it cannot be guessed. */
const start = `long-text-${randomBytes(16).toString('hex')}-`;
const wholeMark = new RegExp(`^${start}\\d+;$`);
const markWithin = new RegExp(`${start}\\d+;`, 'g');

/**
 * Holds the long texts of a response while its package reads it: the package would copy each of them several times, as
 * bytes, as a body and as values. It reads marks in their places.
 */
export class LongTexts {
  readonly #texts = new Map<string, string>();

  /** Returns a JSON value with marks in the places of its long texts; a value without any comes back as it is. */
  taken<T>(value: T): T;
  taken(value: unknown): unknown {
    if (!holdsLongText(value)) return value;
    return mappedTexts(value, (text) => (text.length <= long ? text : this.held(text)));
  }

  /** Returns a mark for a text. */
  held(text: string): string {
    const mark = `${start}${this.#texts.size};`;
    this.#texts.set(mark, text);
    return mark;
  }

  /** Returns a part of a stream with the slices in their places, which may be several in one text; secrets are left. */
  joined<T>(part: T): T;
  joined(part: unknown): unknown {
    if (this.#texts.size === 0) return part;
    const textOf = (mark: string) => this.#texts.get(mark) ?? mark;
    return mappedTexts(part, (text) => {
      if (text.length < start.length) return text;
      return this.#texts.get(text) ?? (text.includes(start) ? text.replace(markWithin, textOf) : text);
    });
  }

  /**
   * Returns a value with the texts in their places, without the secrets in them. An object may have become JSON text
   * meanwhile: there a text is put back as JSON.
   */
  async restored<T>(value: T, redaction: Redaction): Promise<T>;
  async restored(value: unknown, redaction: Redaction): Promise<unknown> {
    if (this.#texts.size === 0) return value;
    for (const [mark, text] of this.#texts) this.#texts.set(mark, await redaction.textInTurns(text, turnIfDue));
    return mappedTexts(value, (text) => this.#restoredIn(text));
  }

  #restoredIn(text: string): string {
    if (text.length < start.length) return text;
    if (wholeMark.test(text)) return this.#texts.get(text) ?? text;
    if (!text.includes(start)) return text;
    const inside = isJson(text) ? insideJson : (one: string) => one;
    return text.replace(markWithin, (mark) => inside(this.#texts.get(mark) ?? mark));
  }
}

/** Most values hold none, and mapping them would copy their members. */
function holdsLongText(value: unknown): boolean {
  if (typeof value === 'string') return value.length > long;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  for (const key in value) if (holdsLongText((value as Record<string, unknown>)[key])) return true;
  return false;
}

/** A package may also have put several texts together. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const insideJson = (text: string) => JSON.stringify(text).slice(1, -1);
