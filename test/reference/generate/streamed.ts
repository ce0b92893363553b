import type { ScriptedResponse } from '../../goldens/scenario.ts';
import type { Random } from '../../support/random.ts';
import { chance } from './choices.ts';
import type { Part } from './script.ts';

type Stream = NonNullable<ScriptedResponse['stream']>;
type Piece = Stream[number];

/**
 * Returns the pieces of these parts, in order or interleaved; some streams break off with an error. A stream has at least
 * one piece: on the wire, one without any is the same as an empty response.
 */
export function streamed(
  random: Random,
  parts: readonly Part[],
  error: () => NonNullable<ScriptedResponse['error']>,
): Stream {
  const perPart = parts.map((part, index) => piecesOf(random, part, index));
  const pieces = chance(random, 0.2) ? interleaved(random, perPart) : perPart.flat();
  const whole: Stream = pieces.length > 0 ? pieces : ['.'];
  return chance(random, 0.05) ? [...whole.slice(0, random.upTo(whole.length)), { error: error() }] : whole;
}

/** Interleaves the parts; the pieces of each part stay in order. */
function interleaved(random: Random, perPart: Piece[][]): Piece[] {
  const left = perPart.map((pieces) => [...pieces]).filter((pieces) => pieces.length > 0);
  const all: Piece[] = [];
  while (left.length > 0) {
    const index = random.upTo(left.length - 1);
    const pieces = left[index] as Piece[];
    all.push(pieces.shift() as Piece);
    if (pieces.length === 0) left.splice(index, 1);
  }
  return all;
}

function piecesOf(random: Random, part: Part, index: number): Piece[] {
  if (typeof part.text === 'string') return cut(random, part.text);
  if (typeof part.thinking === 'string') return cut(random, part.thinking).map((thinking) => ({ index, thinking }));
  return callPieces(random, part).map((piece) => ({ calls: { [index]: piece } }));
}

/** Returns the pieces of a call: its name first, alone or with a part of its arguments. */
function callPieces(random: Random, { tool, args, id }: Part): Record<string, string>[] {
  const text = args === null || args === undefined ? '' : typeof args === 'string' ? args : JSON.stringify(args);
  const head = { name: String(tool), ...(typeof id === 'string' ? { tool_call_id: id } : {}) };
  const pieces = cut(random, text);
  if (chance(random, 0.4)) return [head, ...pieces.map((json_args) => ({ json_args }))];
  const [first, ...rest] = pieces;
  return [
    { ...head, ...(first === undefined ? {} : { json_args: first }) },
    ...rest.map((json_args) => ({ json_args })),
  ];
}

/** Cuts a text into up to three pieces, none of them empty, and none in the middle of a character. */
function cut(random: Random, text: string): string[] {
  const characters = [...text];
  const pieces: string[] = [];
  while (characters.length > 0) {
    const length = pieces.length === 2 ? characters.length : 1 + random.upTo(characters.length - 1);
    pieces.push(characters.splice(0, length).join(''));
  }
  return pieces;
}
