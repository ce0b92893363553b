import { parseExact, stringifyExact } from '../../../engine/json/exact-json.ts';
import { type Loose, wordOf } from './loose-json.ts';

/** Fields that hold a piece of text; pieces of the same field, one after the other, are one longer piece. */
const pieceFields = new Set([
  'content',
  'text',
  'arguments',
  'partial_json',
  'thinking',
  'delta',
  'reasoning',
  'reasoning_content',
]);

/** Fields that each event has anew: of two events that are merged, the later one counts. */
const laterFields = new Set(['created', 'sequence_number', 'obfuscation', 'p', 'usageMetadata']);

/** Events of a stream that pass as they come; far more than most answers have. */
const untouchedEvents = 1_024;

/** One event of a stream, its data as JSON text. */
interface StreamEvent {
  readonly name: string | undefined;
  readonly data: string;
}

/**
 * Merges the pieces of an answer that comes in very many of them: each event costs its package far more than its bytes.
 * The first events of a stream are left as they are, and none waits for what comes in another read.
 */
export class PieceMerger<T extends StreamEvent> {
  readonly #withData: (event: T, data: string) => T;
  #events = 0;

  /** `withData` returns the event with other data. */
  constructor(withData: (event: T, data: string) => T) {
    this.#withData = withData;
  }

  /** The events of one read, of which those that go on with the one before them are a part of it. */
  *merged(events: Iterable<T>): Generator<T> {
    let held: Held<T> | undefined;
    try {
      for (const event of events) {
        const next = this.#next(held, event);
        if (held && next.event !== held.event) yield this.#released(held);
        held = next;
      }
    } catch (error) {
      // What came before it was whole.
      if (held) yield this.#released(held);
      throw error;
    }
    if (held) yield this.#released(held);
  }

  /** The event that is held, with the one after it in it if that is possible; otherwise that one. */
  #next(held: Held<T> | undefined, event: T): Held<T> {
    this.#events += 1;
    if (this.#events <= untouchedEvents) return { event, value: undefined, isMerged: false };
    const value = jsonOf(event.data);
    const joint = held && held.event.name === event.name ? mergedPieces(held.value, value) : undefined;
    return held && joint !== undefined
      ? { event: held.event, value: joint, isMerged: true }
      : { event, value, isMerged: false };
  }

  #released({ event, value, isMerged }: Held<T>): T {
    return isMerged ? this.#withData(event, stringifyExact(value)) : event;
  }
}

/** The last event that was read, which the next one may go on with. */
interface Held<T> {
  readonly event: T;
  readonly value: unknown;
  readonly isMerged: boolean;
}

/** Data that is no JSON, a mark of the end among it, has no pieces. */
function jsonOf(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}

/**
 * The two events as one; undefined unless they differ in one piece of text alone, at the same place, besides what each
 * event has anew.
 */
export function mergedPieces(first: unknown, second: unknown): unknown {
  const found: Found = { pieces: 0 };
  const merged = both(first, second, '', found);
  return merged !== undefined && found.pieces === 1 ? merged : undefined;
}

/** How many pieces of text that are not empty were joined. */
interface Found {
  pieces: number;
}

/** `undefined` stands for values that cannot be joined: in JSON there is no such value. */
function both(first: unknown, second: unknown, field: string, found: Found): unknown {
  if (laterFields.has(field)) return second;
  if (typeof first === 'string' && typeof second === 'string' && pieceFields.has(field)) {
    return joined(first, second, found);
  }
  if (first === second) return first;
  if (Array.isArray(first) && Array.isArray(second)) return bothLists(first, second, found);
  return isObject(first) && isObject(second) ? bothObjects(first, second, found) : undefined;
}

/** A piece that is empty in one of them would say that another field went on between them. */
function joined(first: string, second: string, found: Found): string | undefined {
  if ((first === '') !== (second === '')) return undefined;
  if (first !== '') found.pieces += 1;
  return first + second;
}

function bothLists(first: readonly unknown[], second: readonly unknown[], found: Found): unknown {
  if (first.length !== second.length) return undefined;
  const merged: unknown[] = [];
  for (const [at, one] of first.entries()) {
    const item = both(one, second[at], '', found);
    if (item === undefined) return undefined;
    merged.push(item);
  }
  return merged;
}

function bothObjects(first: Loose, second: Loose, found: Found): unknown {
  const names = Object.keys(second);
  // A piece with a name begins a call, whatever its arguments go on with.
  if (Object.keys(first).length !== names.length || wordOf(second.name) !== undefined) return undefined;
  const merged: Record<string, unknown> = Object.create(null);
  for (const name of names) {
    if (!Object.hasOwn(first, name)) return undefined;
    const member = both(first[name], second[name], name, found);
    if (member === undefined) return undefined;
    merged[name] = member;
  }
  return merged;
}

const isObject = (value: unknown): value is Loose =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
