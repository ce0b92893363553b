import { describe, expect, it } from 'vitest';
import { captured } from './body-capture.ts';
import { casesOf, rows } from './body-cases.ts';

/** What the arguments of each case are, whatever form the history has them in. */
const meant: Readonly<Record<string, unknown>> = {
  text: { city: 'Paris' },
  'text with blanks': { city: 'Paris' },
  object: { city: 'Paris' },
  'empty text': {},
  null: {},
  'empty object': {},
  'text of an empty object': {},
  'non-ASCII': { city: 'Zürich – 東京' },
};

describe('arguments of calls in a history', () => {
  it.each(Object.keys(rows))('parse once to what they are on the wire of %s', async (row) => {
    const cases = casesOf(row).filter(({ kind, name }) => kind === 'arguments' && formOf(name) in meant);
    expect(cases).toHaveLength(Object.keys(meant).length);
    const wrong: string[] = [];
    for (const one of cases) {
      const outcome = await captured(one);
      const found = 'refused' in outcome ? [] : argumentsIn(outcome.body);
      if (!isOnly(found, meant[formOf(one.name)])) wrong.push(`${one.name}: ${JSON.stringify(found)}`);
    }
    expect(wrong).toEqual([]);
  });
});

const formOf = (name: string) => name.replace('arguments as: ', '');

const isOnly = ([only, ...others]: unknown[], value: unknown) =>
  others.length === 0 && JSON.stringify(only) === JSON.stringify(value);

/** The arguments of the calls in a body: JSON text that is parsed once, or an object. */
function argumentsIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(argumentsIn);
  if (value === null || typeof value !== 'object') return [];
  const { tools: _, ...rest } = value as Record<string, unknown>;
  return Object.entries(rest).flatMap(([key, item]) => {
    if (key === 'arguments') return [typeof item === 'string' ? JSON.parse(item) : item];
    const isInput = (key === 'input' && !Array.isArray(item)) || key === 'args';
    return isInput ? [item] : argumentsIn(item);
  });
}
