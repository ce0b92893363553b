import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileValidator } from '../../../server/engine/validation/compile.ts';
import { jsonProblem } from '../../../server/engine/validation/text/json-text.ts';

type Pair = { schema: object; value: unknown };
const seed = 20_260_901;
const options = { seed, numRuns: 200 };

const name = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('__proto__', 'constructor', 'toString', 'a', 'b'));
const scalar: fc.Arbitrary<Pair> = fc.oneof(
  fc.integer().map((value) => ({ schema: { type: 'integer' }, value })),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => ({ schema: { type: 'number' }, value: value + 0 })),
  fc.string().map((value) => ({ schema: { type: 'string', maxLength: 500 }, value })),
  fc.boolean().map((value) => ({ schema: { type: 'boolean' }, value })),
  fc.constant({ schema: { type: 'null' }, value: null }),
  fc.constantFrom('a', 'b').map((value) => ({ schema: { enum: ['a', 'b', 3, null] }, value })),
  fc.jsonValue({ depthSize: 'small' }).map((value) => ({ schema: {}, value })),
);

/** A schema together with a value that follows it as it stands. */
const pair: fc.Arbitrary<Pair> = fc.letrec<{ pair: Pair; object: Pair }>((tie) => ({
  pair: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('pair'), { maxLength: 3 }).map((items) => ({
      schema: { type: 'array', prefixItems: items.map(({ schema }) => schema), minItems: items.length, items: false },
      value: items.map(({ value }) => value),
    })),
    tie('pair').map(({ schema, value }) => ({ schema: { type: 'array', items: schema }, value: [value, value] })),
    tie('pair').map(({ schema, value }) => ({ schema: { anyOf: [schema, { type: 'null' }] }, value })),
    tie('pair').map(({ schema, value }) => ({ schema: { allOf: [schema, {}] }, value })),
    tie('object'),
  ),
  object: fc.uniqueArray(fc.tuple(name, tie('pair')), { maxLength: 4, selector: ([key]) => key }).map((fields) => ({
    schema: {
      type: 'object',
      properties: Object.fromEntries(fields.map(([key, { schema }]) => [key, schema])),
      required: fields.map(([key]) => key),
      additionalProperties: false,
    },
    value: Object.fromEntries(fields.map(([key, { value }]) => [key, value])),
  })),
})).object;

it('valid data comes back equal, as data and as JSON text', async () => {
  await fc.assert(
    fc.asyncProperty(pair, async ({ schema, value }) => {
      const { validateData, validateJson } = await compileValidator(schema, { extras: 'keep' });
      expect(validateData(value)).toEqual({ ok: true, value });
      expect(validateJson(JSON.stringify(value))).toEqual({ ok: true, value: JSON.parse(JSON.stringify(value)) });
    }),
    options,
  );
});

it('arbitrary data neither throws nor is changed, and errors point into it', async () => {
  await fc.assert(
    fc.asyncProperty(pair, fc.jsonValue(), async ({ schema }, data) => {
      const { validateData } = await compileValidator(schema, { extras: 'drop' });
      const before = structuredClone(data);
      const result = validateData(deepFreeze(data));
      expect(data).toEqual(before);
      if (!result.ok) {
        expect(result.errors.length).toBeGreaterThan(0);
        for (const { type, msg, loc } of result.errors) {
          expect([type, msg].every((text) => text.length > 0)).toBe(true);
          expect(Array.isArray(loc)).toBe(true);
        }
      }
    }),
    options,
  );
});

it('a validated value is valid, and validating it again changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(pair, fc.jsonValue(), async ({ schema }, data) => {
      const { validateData } = await compileValidator(schema, { extras: 'drop' });
      const result = validateData(data);
      if (result.ok) expect(validateData(result.value)).toEqual(result);
    }),
    options,
  );
});

it('arbitrary schemas are refused or compile; nothing else is thrown', async () => {
  const keyword = fc.constantFrom(
    'type',
    'properties',
    'items',
    'anyOf',
    'allOf',
    'oneOf',
    'enum',
    '$ref',
    '$defs',
    'not',
    'pattern',
    'required',
    'format',
    'minLength',
    'default',
    'if',
    'then',
    'prefixItems',
  );
  const content = fc.oneof(
    fc.jsonValue({ depthSize: 'small' }),
    fc.constantFrom<unknown>('object', 'integer', '#', '#/properties/a', ['a'], [{}], {}, { a: { type: 'integer' } }),
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(keyword, content, { maxKeys: 5 }), fc.jsonValue(), async (schema, data) => {
      const compiled = await compileValidator(schema, { extras: 'keep' }).catch((error: Error) => error);
      if (compiled instanceof Error) expect(compiled.name).toBe('SchemaError');
      else expect(compiled.validateData(data)).toHaveProperty('ok');
    }),
    { seed, numRuns: 1000 },
  );
});

it('the scanner agrees with JSON.parse on what is JSON', () => {
  const damaged = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '{', '\\', 'x', '0', '.', '\n', ' '))
    .map(([text, at, char]) => text.slice(0, at % (text.length + 1)) + char + text.slice((at % (text.length + 1)) + 1));
  fc.assert(
    fc.property(damaged, (text) => {
      expect(jsonProblem(text) === undefined || /\\u[dD][89a-fA-F]/.test(text)).toBe(isJson(text));
    }),
    { seed, numRuns: 2000 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}
