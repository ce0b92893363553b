import type { Random } from '../../support/random.ts';
import { chance, times, weighted } from './choices.ts';

/** The parameters of a tool or the fields of an object: `"int"`, or `"int=1"` with a default. */
export type Params = Readonly<Record<string, string>>;

// No whole floats, which Python writes as `2.0` and JavaScript does not, and no integers beyond 2^53.
const texts = ['Oslo', '', 'a b, c.', 'é ü 😀', '"quoted"', 'line\nbreak', '5', 'true', '{"a":1}', '<b>'] as const;
const numbers = [0, 1, -3, 42, 1000] as const;
const fractions = [1.5, -0.25, 1e-7] as const;

export const anyText = (random: Random): string => random.pick(texts);

/** Returns any JSON value, at most two levels deep. */
export function anyValue(random: Random, depth = 0): unknown {
  return weighted<unknown>(random, [
    [4, () => anyText(random)],
    [3, () => random.pick(numbers)],
    [1, () => random.pick(fractions)],
    [1, () => chance(random, 0.5)],
    [1, () => null],
    [depth < 2 ? 1 : 0, () => times(random.upTo(3), () => anyValue(random, depth + 1))],
    [
      depth < 2 ? 1 : 0,
      () => Object.fromEntries(times(random.upTo(3), (index) => [`k${index}`, anyValue(random, depth + 1)])),
    ],
  ]);
}

const declared = (param: string) => param.split('=')[0]?.trim() ?? '';
const isRequired = (param: string) => !param.includes('=');

/** Returns a value that is valid for a type, sometimes only after Pydantic's coercion. */
export function goodValue(random: Random, type: string): unknown {
  if (type.includes('|')) return goodValue(random, random.pick(type.split('|').map((one) => one.trim())));
  const item = /^list\[(.*)\]$/.exec(type)?.[1];
  if (item !== undefined) return times(random.upTo(2), () => goodValue(random, item));
  const makers: Record<string, () => unknown> = {
    str: () => anyText(random),
    int: () => (chance(random, 0.15) ? random.pick(['5', ' 7 ', '1_000', true]) : random.pick(numbers)),
    float: () => (chance(random, 0.15) ? random.pick(['1.5', '2e-3']) : random.pick(fractions)),
    bool: () => (chance(random, 0.15) ? random.pick(['yes', 'F', 1, '0']) : chance(random, 0.5)),
    None: () => null,
    dict: () => ({ [anyText(random)]: anyValue(random, 1) }),
    Any: () => anyValue(random),
  };
  return makers[type]?.() ?? null;
}

/** Returns a value that is invalid for a type. */
function badValue(random: Random, type: string): unknown {
  const wrong: Record<string, readonly unknown[]> = {
    str: [5, true, null, [], { a: 1 }],
    int: ['q', 1.5, null, '', [], '1e3', {}],
    float: ['q', null, '', [1], {}],
    bool: ['maybe', 2, null, [], -1],
    dict: ['q', 5, [1], null],
  };
  const kind = type.startsWith('list') ? 'list' : (type.split('|')[0]?.trim() ?? type);
  if (kind === 'list') return random.pick(['q', 5, { a: 1 }, ['q', 'r'], [null], null]);
  return random.pick(wrong[kind] ?? ['q']);
}

export function goodArgs(random: Random, params: Params): Record<string, unknown> {
  const given = Object.entries(params).filter(([, param]) => isRequired(param) || chance(random, 0.5));
  return Object.fromEntries(given.map(([name, param]) => [name, goodValue(random, declared(param))]));
}

/** Returns invalid arguments: a wrong type, a missing or an extra key, or something that is not an object. */
export function badArgs(random: Random, params: Params): unknown {
  const args = goodArgs(random, params);
  const names = Object.keys(params);
  const name = names.length > 0 ? random.pick(names) : undefined;
  return weighted<unknown>(random, [
    [
      name === undefined ? 0 : 5,
      () => ({ ...args, [String(name)]: badValue(random, declared(params[String(name)] ?? '')) }),
    ],
    [name === undefined ? 0 : 3, () => Object.fromEntries(Object.entries(args).filter(([key]) => key !== name))],
    [2, () => ({ ...args, extra: anyValue(random) })],
    [1, () => random.pick(['{"x":', '[1]', 'null', '"text"', 'q', '5'])],
  ]);
}

/** Returns arguments as a model gives them: an object, its JSON text, or what stands for no arguments. */
export function written(random: Random, args: unknown): unknown {
  if (typeof args === 'string') return args;
  const isEmpty = args !== null && typeof args === 'object' && Object.keys(args).length === 0;
  if (isEmpty && chance(random, 0.3)) return random.pick(['', null, '{}']);
  return weighted<unknown>(random, [
    [5, () => args],
    [3, () => JSON.stringify(args)],
    [1, () => JSON.stringify(args, null, 1)],
  ]);
}
