import { randomUUID } from 'node:crypto';
import { stringifyExact } from '../../../engine/json/exact-json.ts';
import { asObject, asObjects, type Loose, wordOf } from '../raw/loose-json.ts';

interface Call {
  readonly position: number;
  readonly id: string;
  readonly index: unknown;
  name: string | undefined;
  args: string;
}

/** Returns arguments as text: an object is serialized, and null means none. */
export const argumentsText = (args: unknown): string =>
  typeof args === 'string' ? args : args === null || args === undefined ? '' : stringifyExact(args);

/** Returns an id for a call that came without one. */
export const madeCallId = () => `call_${randomUUID().replaceAll('-', '')}`;

/**
 * Returns the pieces of the calls of one streamed chat completion, each with the actual index and id of its call.
 * Servers omit indexes and ids, repeat them, or give every call the index 0: a call begins with its name, and a piece
 * without a name continues the call that it fits best.
 */
export class StreamedToolCalls {
  #count = 0;
  #last: Call | undefined;
  /** The latest call with an id, and with an index: a search for each piece would take the square of their number. */
  readonly #byId = new Map<unknown, Call>();
  readonly #byIndex = new Map<unknown, Call>();

  pieces(given: unknown): Loose[] {
    return asObjects(given).flatMap((piece) => this.#piece(piece));
  }

  #piece(piece: Loose): Loose[] {
    const called = asObject(piece.function);
    const name = wordOf(called.name);
    const args = argumentsText(called.arguments);
    const known = this.#find(piece, name, args);
    if (known && isRepeated(known, name, args)) return [];
    if (!known && name === undefined && args === '') return [];
    const call = known ?? this.#begin(piece, name);
    call.args += args;
    call.name ??= name;
    const isFirst = call !== known;
    return [
      {
        index: call.position,
        ...(isFirst ? { id: call.id } : {}),
        type: 'function',
        function: { ...(isFirst && name !== undefined ? { name } : {}), arguments: args },
        ...(piece.extra_content ? { extra_content: piece.extra_content } : {}),
      },
    ];
  }

  /** Returns the call that a piece continues; undefined if it begins another one. */
  #find({ id, index }: Loose, name: string | undefined, args: string): Call | undefined {
    const isNumbered = Number.isInteger(index);
    const sameId = wordOf(id) === undefined ? undefined : this.#byId.get(id);
    const sameIndex = isNumbered ? this.#byIndex.get(index) : undefined;
    if (sameId && (!isNumbered || sameId.index === index)) return sameId;
    if (name !== undefined) {
      const last = sameIndex ?? (isNumbered ? undefined : this.#last);
      return last && wordOf(id) === undefined && goesOn(last, name, args) ? last : undefined;
    }
    return sameIndex ?? sameId ?? this.#last;
  }

  #begin({ id, index }: Loose, name: string | undefined): Call {
    const call = { position: this.#count, id: wordOf(id) ?? madeCallId(), index, name, args: '' };
    this.#count += 1;
    this.#last = call;
    this.#byId.set(call.id, call);
    this.#byIndex.set(index, call);
    return call;
  }
}

/**
 * Returns whether a piece that repeats the name without an id continues the call: as long as its arguments are
 * incomplete.
 */
const goesOn = (call: Call, name: string, args: string) =>
  call.name === name && (!isWhole(call.args) || call.args === args);

/** Some servers send the whole call again at the end. */
const isRepeated = (call: Call, name: string | undefined, args: string) =>
  name !== undefined && args !== '' && args === call.args && isWhole(args);

function isWhole(args: string): boolean {
  if (!args.trimEnd().endsWith('}')) return false;
  try {
    JSON.parse(args);
    return true;
  } catch {
    return false;
  }
}

/** Returns the calls of a whole message. */
export function wholeToolCalls(given: unknown): Loose[] {
  return asObjects(given).flatMap((call, index) => {
    const called = asObject(call.function);
    if (typeof called.name !== 'string') return [];
    return [
      {
        index,
        id: wordOf(call.id) ?? madeCallId(),
        type: 'function',
        function: { name: called.name, arguments: argumentsText(called.arguments) },
        ...(call.extra_content ? { extra_content: call.extra_content } : {}),
      },
    ];
  });
}
