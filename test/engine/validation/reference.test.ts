import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileValidator } from '../../../server/engine/validation/compile.ts';
import { byEffort } from '../../support/effort.ts';

const seed = 20_261_128;
const numRuns = byEffort({ quick: 100, ci: 300, thorough: 20_000 });
/** Written so that the linter does not take a schema for a promise. */
const THEN = 'then';
const names = ['a', 'b', 'c'] as const;
const name = fc.constantFrom(...names);
const small = fc.integer({ min: 0, max: 3 });

const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false, 0, 1, -1, 2.5, 4, 1e15, '', 'a', 'b', 'ab', 'aaa', '😀', '5'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

type Schema = boolean | Record<string, unknown>;

/** Schemas of every keyword; a few of them refer to a definition, which may refer to itself inside a property. */
const schema = fc.letrec<{ schema: Schema; keyword: Record<string, unknown> }>((tie) => {
  const inner = tie('schema');
  const some = fc.array(inner, { minLength: 1, maxLength: 3 });
  const map = fc.dictionary(name, inner, { maxKeys: 3, noNullPrototype: true });
  const list = fc.uniqueArray(name, { maxLength: 3 });
  const keyword = (key: string, of: fc.Arbitrary<unknown>) => of.map((one) => ({ [key]: one }));
  const scalar = fc.constantFrom<Record<string, unknown>>(
    ...['string', 'number', 'integer', 'boolean', 'null', 'array', 'object'].map((type) => ({ type })),
    ...['^a', 'a+$', '^(?:a|b)*$', '(?=.*b)a', '^\\p{L}*$', '[^a]'].map((pattern) => ({ pattern })),
    { type: ['string', 'null'] },
    { type: ['integer', 'array'] },
    { $ref: '#/$defs/d' },
  );
  return {
    keyword: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalar,
      ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].map((key) => keyword(key, small)),
      keyword('multipleOf', fc.integer({ min: 1, max: 3 })),
      ...['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'].map((key) =>
        keyword(key, small),
      ),
      keyword('const', value),
      keyword('enum', fc.array(value, { minLength: 1, maxLength: 3 })),
      keyword('uniqueItems', fc.boolean()),
      ...['allOf', 'anyOf', 'oneOf', 'prefixItems'].map((key) => keyword(key, some)),
      ...['not', 'items', 'additionalProperties', 'propertyNames', 'unevaluatedProperties'].map((key) =>
        keyword(key, inner),
      ),
      ...['properties', 'dependentSchemas'].map((key) => keyword(key, map)),
      // Without properties beside it, one pattern is a rule for every key, as Pydantic writes it.
      fc
        .dictionary(fc.constantFrom('^a', 'b$', '^[^c]'), inner, { maxKeys: 2, noNullPrototype: true })
        .map((patternProperties) => ({ properties: {}, patternProperties })),
      keyword('required', list),
      keyword('dependentRequired', fc.dictionary(name, list, { maxKeys: 2, noNullPrototype: true })),
      fc.tuple(inner, inner, inner).map(([one, two, three]) => ({ if: one, [THEN]: two, else: three })),
      fc.tuple(inner, small, small).map(([one, min, max]) => ({ contains: one, minContains: min, maxContains: max })),
      keyword('unevaluatedItems', inner),
    ),
    schema: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.boolean(),
      fc.array(tie('keyword'), { maxLength: 3 }).map((parts): Schema => Object.assign({}, ...parts)),
    ),
  };
}).schema;

const definition = fc.constantFrom<Schema>(
  { type: 'string' },
  { type: 'object', properties: { a: { $ref: '#/$defs/d' } }, required: ['b'] },
  { type: 'array', items: { $ref: '#/$defs/d' } },
);

/** What Ajv says of a value. */
function reference(root: object): (value: unknown) => boolean {
  const ajv = new Ajv2020({ strict: false, validateSchema: false });
  return ajv.compile(root) as (value: unknown) => boolean;
}

const holding = (v: unknown, d: Schema) => ({ type: 'object', properties: { v }, $defs: { d } });

it('a schema that only decides whether a value fits agrees with Ajv', async () => {
  await fc.assert(
    fc.asyncProperty(schema, definition, value, async (one, d, v) => {
      const { validateData, unchecked } = await compileValidator(holding({ not: one }, d), { extras: 'keep' });
      if (unchecked.length > 0) return;
      const isValid = reference(holding(one, d))({ v });
      expect(validateData({ v })).toMatchObject({ ok: !isValid });
    }),
    { seed, numRuns },
  );
}, 600_000);

it('a value that Ajv takes is taken, and what comes of another is what Ajv takes', async () => {
  await fc.assert(
    fc.asyncProperty(schema, definition, value, async (one, d, v) => {
      const root = holding(one, d);
      const { validateData, unchecked } = await compileValidator(root, { extras: 'keep' });
      if (unchecked.length > 0) return;
      const accepts = reference(root);
      const result = validateData({ v });
      if (accepts({ v })) expect(result).toMatchObject({ ok: true });
      if (result.ok) expect(accepts(result.value)).toBe(true);
    }),
    { seed, numRuns },
  );
}, 600_000);

it('no schema takes long to check a long value', async () => {
  await fc.assert(
    fc.asyncProperty(schema, definition, value, async (one, d, v) => {
      const long = Array.from({ length: 3000 }, () => v);
      const root = holding({ allOf: [one, { items: one }, { not: { items: one } }] }, d);
      const { validateData } = await compileValidator(root, { extras: 'keep', validationMs: 60_000 });
      const { user, system } = process.cpuUsage();
      const result = validateData({ v: long });
      const after = process.cpuUsage();
      expect((after.user + after.system - user - system) / 1000).toBeLessThan(1000);
      if (!result.ok) expect(JSON.stringify(result.errors).length).toBeLessThan(100_000);
    }),
    { seed, numRuns: numRuns / 10 },
  );
}, 600_000);
