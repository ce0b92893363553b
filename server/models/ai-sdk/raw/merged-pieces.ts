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

/** Bedrock has the arguments of a call in `input`, which is a whole text elsewhere. */
export const isPieceField = (name: string): boolean => pieceFields.has(name) || name === 'input';

/** Fields that each event has anew: of two events that are merged, the later one counts. */
const laterFields = new Set(['created', 'sequence_number', 'obfuscation', 'p', 'usageMetadata']);

/** Events of a stream that pass as they come; far more than most answers have. */
const untouchedEvents = 1_024;

/** The characters of a piece from which on it is passed on in slices; events that are longer are not merged. */
export const longPiece = 64 * 1024;

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

  /** The events of one read, of which those that continue the one before them are a part of it. */
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
    if (this.#events <= untouchedEvents || event.data.length > longPiece)
      return { event, value: undefined, isMerged: false, frame: undefined, more: '' };
    if (held && held.event.name === event.name) {
      const piece = held.frame && pieceIn(event.data, held.frame);
      if (piece !== undefined) {
        held.more += piece;
        return held;
      }
      const found: Found = { pieces: 0, field: '', piece: '' };
      const value = jsonOf(event.data);
      const joint = jointOf(whole(held), value, found);
      if (joint === undefined) return { event, value, isMerged: false, frame: undefined, more: '' };
      const frame = frameOf(event.data, found);
      return { event: held.event, value: joint, isMerged: true, frame, more: '' };
    }
    return { event, value: jsonOf(event.data), isMerged: false, frame: undefined, more: '' };
  }

  #released(held: Held<T>): T {
    return held.isMerged ? this.#withData(held.event, stringifyExact(whole(held))) : held.event;
  }
}

/** The last event that was read, which the next one may continue. */
interface Held<T> {
  readonly event: T;
  readonly value: unknown;
  readonly isMerged: boolean;
  /** What the text of the event before the next one has around its piece; undefined when that is not known. */
  readonly frame: Frame | undefined;
  /** Pieces that came in the same frame, as they are written in JSON; they are not in `value` yet. */
  more: string;
}

/** The text of an event before and after its piece of text. */
interface Frame {
  readonly before: string;
  readonly after: string;
}

function whole({ value, frame, more }: Held<unknown>): unknown {
  return frame && more !== '' ? mergedPieces(value, jsonOf(frame.before + more + frame.after)) : value;
}

/** The frame of an event whose piece is known; undefined when its text has the same twice. */
function frameOf(data: string, { field, piece }: Found): Frame | undefined {
  for (const colon of [':', ': ']) {
    const start = `${JSON.stringify(field)}${colon}"`;
    const member = `${start}${JSON.stringify(piece).slice(1)}`;
    const at = data.indexOf(member);
    if (at < 0) continue;
    if (data.includes(member, at + 1)) return undefined;
    return { before: data.slice(0, at + start.length), after: data.slice(at + member.length - 1) };
  }
  return undefined;
}

/** The piece of an event that has the frame and no escapes in its piece: what it is need not be parsed. */
function pieceIn(data: string, { before, after }: Frame): string | undefined {
  if (data.length <= before.length + after.length || !data.startsWith(before) || !data.endsWith(after))
    return undefined;
  const piece = data.slice(before.length, data.length - after.length);
  return /["\\\p{Cc}]/u.test(piece) ? undefined : piece;
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
export const mergedPieces = (first: unknown, second: unknown): unknown =>
  jointOf(first, second, { pieces: 0, field: '', piece: '' });

function jointOf(first: unknown, second: unknown, found: Found): unknown {
  const merged = both(first, second, '', found);
  return merged !== undefined && found.pieces === 1 ? merged : undefined;
}

/** How many pieces of text that are not empty were joined; the field of the last one, and what was added to it. */
interface Found {
  pieces: number;
  field: string;
  piece: string;
}

/** `undefined` stands for values that cannot be joined: in JSON there is no such value. */
function both(first: unknown, second: unknown, field: string, found: Found): unknown {
  if (laterFields.has(field)) return second;
  if (typeof first === 'string' && typeof second === 'string' && pieceFields.has(field)) {
    return joined(first, second, field, found);
  }
  if (first === second) return first;
  if (Array.isArray(first) && Array.isArray(second)) return bothLists(first, second, found);
  return isObject(first) && isObject(second) ? bothObjects(first, second, found) : undefined;
}

/** A piece that is empty in one of them would say that another field went on between them. */
function joined(first: string, second: string, field: string, found: Found): string | undefined {
  if ((first === '') !== (second === '')) return undefined;
  if (first !== '') {
    found.pieces += 1;
    found.field = field;
    found.piece = second;
  }
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
  // A piece with a name begins a call, whatever its arguments are.
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
