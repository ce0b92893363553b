import { wholeCharacter } from '../../../engine/json/whole-character.ts';
import type { Loose } from './loose-json.ts';
import { isPieceField, longPiece } from './merged-pieces.ts';

/**
 * Returns an event with long pieces of text as several, each with a slice: its package copies an event several times, all
 * at once. The package gathers the same from them; what may come only once is in the first or the last one. `held`
 * returns a mark for a slice, which the package reads in its place.
 */
export function* slicedPieces(event: unknown, held: (text: string) => string): Generator<unknown> {
  let rest = event;
  for (let place = longPieceIn(rest); place; place = longPieceIn(rest)) {
    const { path, piece } = place;
    const shown = isParsed(rest, path) ? (slice: string) => slice : held;
    let from = 0;
    for (let isFirst = true; piece.length - from > longPiece; isFirst = false) {
      const to = wholeCharacter(piece, from + longPiece);
      yield part(rest, path, { text: shown(piece.slice(from, to)), isFirst, isLast: false });
      from = to;
    }
    rest = part(rest, path, { text: shown(piece.slice(from)), isFirst: false, isLast: true });
  }
  yield rest;
}

/** The package of Cohere parses arguments, in which marks may not be JSON. */
const isParsed = (event: unknown, path: Path) =>
  path.at(-1) === 'arguments' && (event as Loose | null)?.type === 'tool-call-delta';

type Path = readonly string[];

/** A long piece, and where it stands. */
interface Place {
  readonly path: Path;
  readonly piece: string;
}

/** Events with types are pieces if they say so: what ends a block may hold all of its text again. */
function longPieceIn(event: unknown): Place | undefined {
  const type = (event as Loose | null)?.type;
  const isPiece = type === undefined || (typeof type === 'string' && type.endsWith('delta'));
  return isPiece ? placeIn(event, []) : undefined;
}

function placeIn(value: unknown, path: Path): Place | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  for (const [key, member] of entriesOf(value)) {
    // Google has arguments as an object, whose names can be any.
    if (key === 'functionCall') continue;
    const at = [...path, key];
    if (typeof member !== 'string') {
      const place = placeIn(member, at);
      if (place) return place;
    } else if (member.length > longPiece && isPieceField(key)) return { path: at, piece: member };
  }
  return undefined;
}

/** Thinking comes before the text and the calls of its message. */
function entriesOf(value: object): (readonly [string, unknown])[] {
  const { thought, ...rest } = value as Loose;
  return thought === undefined ? Object.entries(value) : [['thought', thought], ...Object.entries(rest)];
}

/** One of the events that an event becomes. */
interface Slice {
  readonly text: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Returns the event with a slice in the place of its piece. */
function part(value: unknown, [key, ...path]: Path, slice: Slice): unknown {
  if (key === undefined) return slice.text;
  if (Array.isArray(value)) {
    const at = Number(key);
    const before = slice.isFirst ? value.slice(0, at) : [];
    return [...before, part(value[at], path, slice), ...(slice.isLast ? value.slice(at + 1) : [])];
  }
  const given = value as Loose;
  const members = Object.entries(given).filter(([name]) => name === key || isBeside(given, name, key, slice));
  return Object.fromEntries(members.map(([name, member]) => [name, name === key ? part(member, path, slice) : member]));
}

/** Members of an event that belong to its end. */
const ofTheEnd = new Set([
  'refusal',
  'finish_reason',
  'finishReason',
  'native_finish_reason',
  'signature',
  'thoughtSignature',
]);

/**
 * Returns whether a member beside the one with the piece, at `key`, belongs to a slice. A call begins with its name and its
 * id; thinking comes before text, and text before calls.
 */
function isBeside(value: Loose, name: string, key: string, { isFirst, isLast }: Slice): boolean {
  const member = value[name];
  if (name === 'name' || (name === 'id' && 'function' in value)) return isFirst;
  if (name === 'thought' && typeof member === 'object') return isFirst;
  if (ofTheEnd.has(name)) return isLast;
  if (typeof member === 'string' && isPieceField(name)) return key === 'thought' ? isLast : isFirst;
  return isLast || member === null || typeof member !== 'object';
}
