import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileValidator } from '../../../server/engine/validation/compile.ts';
import { excerpt } from '../../../server/engine/validation/text/excerpt.ts';

const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const MAX_BYTES = 72 * 1024;

async function errorsOf(schema: object, value: unknown) {
  const { validateData } = await compileValidator(schema, { extras: 'keep', validationMs: 60_000 });
  const result = validateData(value);
  if (result.ok) throw new Error('expected errors');
  return result.errors;
}

describe('the errors of one value', () => {
  it('are a hundred at most, with the number of the others', async () => {
    const schema = object({ a: { type: 'array', items: { type: 'integer' } } });
    const errors = await errorsOf(schema, { a: Array.from({ length: 5000 }, () => 'x') });
    expect(errors).toHaveLength(101);
    expect(errors[99]).toMatchObject({ type: 'int_parsing', loc: ['a', 99] });
    expect(errors[100]).toEqual({ type: 'more_errors', loc: [], msg: 'and 4,900 more errors', input: null });
  });

  it.each([
    [
      'many required properties',
      object({}, { required: Array.from({ length: 4000 }, (_, i) => `r${i}`) }),
      { a: 'x'.repeat(1e6) },
    ],
    [
      'a long constant',
      object({ a: { items: { enum: Array.from({ length: 4000 }, (_, i) => `value ${i}`) } } }),
      { a: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20] },
    ],
    [
      'a long tag',
      { oneOf: ['a', 'b'].map((k) => object({ k: { const: k } }, { required: ['k'] })) },
      { k: 'x'.repeat(1e6) },
    ],
    [
      'long items',
      object({ a: { items: { required: ['q'], type: 'object' } } }),
      { a: Array.from({ length: 100 }, () => ({ z: 'x'.repeat(1e5) })) },
    ],
    [
      'long names',
      object({}, { additionalProperties: false }),
      Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`${'k'.repeat(10_000)}${i}`, 1])),
    ],
  ])('stay small, with %s', async (_what, schema, value) => {
    const errors = await errorsOf(schema, value);
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors).length).toBeLessThan(MAX_BYTES);
  });

  it('quote a long input by its beginning', async () => {
    const errors = await errorsOf(object({ a: { type: 'integer' } }), { a: { text: '😀'.repeat(10_000) } });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.input).toMatch(/^\{"text":"(?:😀)+… \(cut after 4096 characters\)$/u);
  });

  it('are those of the branch that fits, of a union of many that do not', async () => {
    const branches = Array.from({ length: 200 }, () => ({ type: 'boolean' }));
    const schema = object({ a: { anyOf: [...branches, { type: 'integer' }] }, b: { type: 'integer' } });
    expect(await errorsOf(schema, { a: 5, b: 'x' })).toMatchObject([{ type: 'int_parsing', loc: ['b'] }]);
  });
});

it('an excerpt is the JSON of a value, or the beginning of it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat({ max: 200 }), (value, max) => {
      const json = JSON.stringify(value);
      const { text, isWhole } = excerpt(value, max);
      expect(isWhole).toBe(json.length <= max);
      expect(json.startsWith(text)).toBe(true);
      expect(text.length).toBeLessThanOrEqual(max);
      if (isWhole) expect(text).toBe(json);
    }),
    { seed: 20_261_128, numRuns: 500 },
  );
});
