import { describe, expect, it } from 'vitest';
import { compileValidator } from '../../../server/engine/validation/compile.ts';
import { cpuMs } from '../../support/time-limits.ts';

const object = (a: object | boolean, more: object = {}) => ({ type: 'object', properties: { a }, ...more });
const times = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, i) => make(i));
const nested = (depth: number, around: (inner: object) => object, inner: object): object =>
  depth === 0 ? inner : around(nested(depth - 1, around, inner));

/** Each would take seconds, or for ever. */
const costly: [what: string, schema: object, a: unknown][] = [
  ['nested alternatives', nested(9, (one) => ({ oneOf: [one, one] }), { type: 'string' }), 5],
  ['many alternatives about a long text', { anyOf: times(2000, () => ({ minLength: 5e6 })) }, '😀'.repeat(500_000)],
  ['many formats of a long text', { anyOf: times(2000, () => ({ format: 'email' })) }, 'x'.repeat(1_000_000)],
  [
    'constants that are structures',
    { items: { enum: times(1200, (i) => ({ k: [i] })) } },
    times(30_000, () => ({ k: [-1] })),
  ],
  ['many schemas for one list', { allOf: times(1000, () => ({ items: { type: 'string' } })) }, times(10_000, String)],
  [
    'many conditions on one object',
    { allOf: times(1000, () => ({ if: { required: ['x'] } })) },
    Object.fromEntries(times(2000, (i) => [i, i])),
  ],
  ['long defaults', { items: object({ default: times(40, () => 'x'.repeat(1000)) }) }, times(30_000, () => ({}))],
  ['uniqueness of lists of lists', { allOf: times(500, () => ({ uniqueItems: true })) }, times(20_000, (i) => [i])],
  [
    'patterns of many keys',
    { patternProperties: Object.fromEntries(times(300, (i) => [`^a*a*b${i}!`, {}])) },
    Object.fromEntries(times(10_000, (i) => [`${'a'.repeat(40)}${i}`, 1])),
  ],
  [
    'a pattern that keeps many states',
    { pattern: '(?:a|b)*a(?:a|b){40}[ab]*c' },
    times(500_000, (i) => (Math.imul(i * i, 0x9e3779b1) < 0 ? 'a' : 'b')).join(''),
  ],
  ['not', { items: { not: { anyOf: times(1000, (i) => ({ const: i })) } } }, times(50_000, () => -1)],
  ['contains', { contains: { uniqueItems: true } }, times(100, () => times(300, (i) => ({ i })))],
  [
    'unevaluatedProperties',
    nested(9, (one) => ({ unevaluatedProperties: false, anyOf: [one, one] }), { additionalProperties: true }),
    Object.fromEntries(times(300, (i) => [i, i])),
  ],
  [
    'dependentSchemas',
    { dependentSchemas: Object.fromEntries(times(800, (i) => [`k${i}`, { required: ['z'] }])) },
    Object.fromEntries(times(800, (i) => [`k${i}`, 1])),
  ],
];

describe('the budget of a validation', () => {
  it.each(costly)('ends %s with one error that says so', async (_what, schema, a) => {
    const { validateData } = await compileValidator(object(schema as object), { extras: 'keep', validationMs: 60_000 });
    let result: unknown;
    const ms = cpuMs(() => {
      result = validateData({ a });
    }, 1000);
    expect(result).toMatchObject({
      ok: false,
      errors: [{ type: 'value_error', loc: [], msg: expect.stringContaining('takes too long to check') }],
    });
    expect(ms).toBeLessThan(1000);
  });

  it('is a time, too', async () => {
    const schema = object({ items: { type: 'integer' } });
    const { validateData } = await compileValidator(schema, { extras: 'keep', validationMs: 0.001 });
    expect(validateData({ a: times(90_000, Number) })).toMatchObject({
      ok: false,
      errors: [{ msg: expect.stringContaining('0.001 ms') }],
    });
  });

  it('lets through what a model says in its longest answer', async () => {
    const record = object({ type: 'string', pattern: '^[a-z]+$' }, { required: ['a'] });
    const schema = object({ type: 'array', items: { anyOf: [{ type: 'integer' }, { type: 'boolean' }, record] } });
    const { validateJson } = await compileValidator(schema, { extras: 'keep', validationMs: 60_000 });
    const text = JSON.stringify({ a: times(10_000, () => ({ a: 'a'.repeat(50) })) });
    expect(text.length).toBeGreaterThan(500_000);
    expect(validateJson(text)).toMatchObject({ ok: true });
  });
});

describe('a text', () => {
  const anything = compileValidator(object(true), { extras: 'keep', validationMs: 60_000 });

  it.each([
    ['is too long', `{"a": "${'x'.repeat(2 * 1024 * 1024)}"}`, 'the limit is 2097152'],
    ['has too many objects', `{"a": [${'{},'.repeat(150_000)}{}]}`, 'too many values'],
    ['has too many numbers', `{"a": [${'1,'.repeat(150_000)}1]}`, 'too many values'],
    ['has too many numbers beyond 2^53', `{"a": [${'12345678901234567890,'.repeat(20_000)}1]}`, 'too many values'],
    ['is nested too deep', `{"a": ${'['.repeat(90_000)}`, 'recursion limit'],
    ['breaks off', `{"a": ["${'\\n'.repeat(500_000)}`, 'a problem after the first 524288 characters'],
  ])('that %s is refused before it is built', async (_what, text, reason) => {
    const { validateJson } = await anything;
    let result: ReturnType<typeof validateJson> | undefined;
    const ms = cpuMs(() => {
      result = validateJson(text);
    }, 500);
    expect(ms).toBeLessThan(500);
    expect(result).toMatchObject({ ok: false, errors: [{ msg: expect.stringContaining(reason) }] });
  });

  it.each([
    ['escaped pairs', '\\ud83d\\ude00'.repeat(100_000)],
    ['brackets in a string', '[{,'.repeat(200_000)],
    ['escaped quotes', '\\",'.repeat(200_000)],
  ])('with many %s is one value', async (_what, inside) => {
    const { validateJson } = await anything;
    expect(validateJson(`{"a": "${inside}"}`)).toMatchObject({ ok: true });
  });
});
