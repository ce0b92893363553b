import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileValidator } from '../../../server/engine/validation/compile.ts';

const remote = { $ref: 'https://example.com/other.json' };
const unmatched = { pattern: '^(a)\\1$' };
/** Written so that the linter does not take a schema for a promise. */
const THEN = 'then';
const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const fanOut = (levels: number) => {
  const twice = (to: string) => ({ allOf: [{ $ref: `#/$defs/${to}` }, { $ref: `#/$defs/${to}` }] });
  const entries = Array.from({ length: levels }, (_, i) => [`d${i}`, twice(`d${i + 1}`)]);
  return { ...object({ a: { $ref: '#/$defs/d0' } }), $defs: { ...Object.fromEntries(entries), [`d${levels}`]: {} } };
};

type Row = [name: string, schema: object, places: string[], accepted: unknown, refused?: unknown];

/** What is left out, a value that only what is left out might refuse, and one that is refused all the same. */
const rows: Row[] = [
  ['a remote $ref', object({ a: { ...remote, type: 'string' } }), ['/properties/a/$ref'], { a: 'x' }, { a: 1 }],
  ['a $ref to nowhere', object({ a: { $ref: '#/$defs/A' } }), ['/properties/a/$ref'], { a: 1 }],
  ['a $ref to something that is no schema', object({ a: { $ref: '#/type' } }), ['/properties/a/$ref'], { a: 1 }],
  [
    '$dynamicRef',
    object({ a: { $dynamicRef: '#a', type: 'string' } }),
    ['/properties/a/$dynamicRef'],
    { a: 'x' },
    { a: 1 },
  ],
  ['$recursiveRef', object({ a: { $recursiveRef: '#' } }), ['/properties/a/$recursiveRef'], { a: 1 }],
  ['a $ref to itself', { $ref: '#' }, ['/$ref'], { a: 1 }],
  [
    'a loop of $refs',
    { $defs: { A: { anyOf: [{ $ref: '#/$defs/A' }] } }, ...object({ a: { $ref: '#/$defs/A' } }) },
    ['/$defs/A/anyOf/0/$ref'],
    { a: 1 },
  ],
  [
    'a pattern that needs backtracking',
    object({ a: { ...unmatched, maxLength: 9 } }),
    ['/properties/a/pattern'],
    { a: '!' },
    { a: '!'.repeat(10) },
  ],
  ['a pattern with a back-reference', object({ a: { pattern: '(a)\\1' } }), ['/properties/a/pattern'], { a: '!' }],
  ['a pattern of Perl', object({ a: { pattern: '(?>a)' } }), ['/properties/a/pattern'], { a: '!' }],
  ['a broken pattern', object({ a: { pattern: '(' } }), ['/properties/a/pattern'], { a: '!' }],
  ['a long pattern', object({ a: { pattern: 'a'.repeat(513) } }), ['/properties/a/pattern'], { a: '!' }],
  [
    'a bad pattern of keys',
    { patternProperties: { '(a)\\1$': { type: 'integer' }, '^x': { type: 'integer' } } },
    ['/patternProperties/(a)\\1$'],
    { aa: 'a', x: 1 },
    { x: 'a' },
  ],
  [
    'a bad pattern of keys among closed ones',
    object({ b: { type: 'integer' } }, { patternProperties: { '(a)\\1$': {} }, additionalProperties: false }),
    ['/patternProperties/(a)\\1$', '/additionalProperties'],
    { aa: 1, b: 2 },
    { b: 'x' },
  ],
  [
    'required as a boolean where there is no property',
    object({ a: { items: { required: true } } }),
    ['/properties/a/items/required'],
    { a: [1] },
  ],
  [
    'not around it',
    object({ a: { not: { type: 'string', ...unmatched } } }),
    ['/properties/a/not/pattern', '/properties/a/not'],
    { a: '!' },
  ],
  [
    'not around a reference to it',
    { ...object({ a: { not: { $ref: '#/$defs/A' } } }), $defs: { A: unmatched } },
    ['/$defs/A/pattern', '/properties/a/not'],
    { a: '!' },
  ],
  [
    'not around a list of it',
    object({ a: { not: { items: { items: unmatched } } } }),
    ['/properties/a/not/items/items/pattern', '/properties/a/not'],
    { a: [['!']] },
  ],
  [
    'if with it',
    { ...object({}), if: { required: ['a'], ...remote }, [THEN]: { required: ['b'] } },
    ['/if/$ref', '/if'],
    { a: 1 },
  ],
  [
    'then with it',
    { ...object({}), if: { required: ['a'] }, [THEN]: { required: ['b'], ...remote } },
    ['/then/$ref'],
    { a: 1, b: 1 },
    { a: 1 },
  ],
  [
    'oneOf of it',
    object({ a: { oneOf: [unmatched, { type: 'string', minLength: 3 }] } }),
    ['/properties/a/oneOf/0/pattern', '/properties/a/oneOf'],
    { a: 'abc' },
  ],
  [
    'oneOf with tags',
    object({
      a: {
        oneOf: [
          object({ k: { const: 1 }, v: unmatched }, { required: ['k'] }),
          object({ k: { const: 2 } }, { required: ['k'] }),
        ],
      },
    }),
    ['/properties/a/oneOf/0/properties/v/pattern'],
    { a: { k: 1, v: '!' } },
    { a: { k: 3 } },
  ],
  [
    'anyOf of it',
    object({ a: { anyOf: [{ type: 'string', ...unmatched }, { type: 'integer' }] } }),
    ['/properties/a/anyOf/0/pattern'],
    { a: '!' },
    { a: [] },
  ],
  [
    'at most one item like it',
    object({ a: { contains: { type: 'string', ...unmatched }, maxContains: 1 } }),
    ['/properties/a/contains/pattern', '/properties/a/maxContains'],
    { a: ['!', '!'] },
    { a: [1] },
  ],
  [
    'nothing beside what a lost schema describes',
    { ...object({ a: {} }), ...remote, unevaluatedProperties: false },
    ['/$ref', '/unevaluatedProperties'],
    { b: 1 },
  ],
  [
    'nothing beside what is described, one property of it in part',
    { ...object({ a: unmatched }), unevaluatedProperties: false },
    ['/properties/a/pattern'],
    { a: '!' },
    { b: 1 },
  ],
];

describe('a keyword that cannot be checked', () => {
  it.each(rows)('%s is left out, and nothing else', async (_name, schema, places, accepted, refused) => {
    const before = structuredClone(schema);
    const { validateData, unchecked, schema: shown } = await compileValidator(schema, { extras: 'keep' });
    expect(unchecked.map(({ pointer }) => pointer)).toEqual(places);
    expect(validateData(accepted)).toMatchObject({ ok: true });
    if (refused !== undefined) expect(validateData(refused)).toMatchObject({ ok: false });
    // The model is shown what the host wrote.
    expect(shown).toEqual(before);
  });

  it('is left out where $ref expands too far', async () => {
    const { validateData, unchecked } = await compileValidator(fanOut(22), { extras: 'keep' });
    expect(unchecked.length).toBeGreaterThan(0);
    expect(unchecked.every(({ reason }) => reason.includes('expand'))).toBe(true);
    expect(validateData({ a: 1 })).toEqual({ ok: true, value: { a: 1 } });
  });

  it('says which it is, where and why', async () => {
    const schema = object({ 'a/b': remote });
    const { unchecked } = await compileValidator(schema, { extras: 'keep' });
    expect(unchecked).toEqual([
      {
        keyword: '$ref',
        pointer: '/properties/a~1b/$ref',
        path: ['properties', 'a/b', '$ref'],
        reason: '"https://example.com/other.json" is not local, and nothing is fetched',
      },
    ]);
  });

  it('keeps what only a lost keyword led to', async () => {
    const schema = object(
      { a: { $ref: '#/not/properties/x' } },
      { not: { ...remote, properties: { x: { type: 'integer' } } } },
    );
    const { validateData, unchecked } = await compileValidator(schema, { extras: 'keep' });
    expect(unchecked.map(({ pointer }) => pointer)).toEqual(['/not/$ref', '/not']);
    expect(validateData({ a: 1 })).toEqual({ ok: true, value: { a: 1 } });
    expect(validateData({ a: 'x' })).toMatchObject({ ok: false });
  });
});

const seed = 20_261_128;
const names = ['a', 'b', 'c'] as const;
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(0, 1, 5, 'x', 'aaa', null, true),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 3 }),
  ),
})).value;

/** Schemas of every keyword whose meaning depends on a schema inside it. */
const schema = fc.letrec<{ schema: Record<string, unknown> }>((tie) => {
  const inner = tie('schema');
  const some = fc.array(inner, { minLength: 1, maxLength: 3 });
  const keyword = (name: string, of: fc.Arbitrary<unknown>) => of.map((one) => ({ [name]: one }));
  const properties = fc.dictionary(fc.constantFrom(...names), inner, { maxKeys: 3 });
  return {
    schema: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<Record<string, unknown>>(
        {},
        { type: 'string' },
        { type: 'integer' },
        { minimum: 3 },
        { const: 5 },
        { minLength: 2 },
      ),
      ...['allOf', 'anyOf', 'oneOf', 'prefixItems'].map((name) => keyword(name, some)),
      ...['not', 'items', 'contains', 'additionalProperties', 'propertyNames'].map((name) => keyword(name, inner)),
      fc.tuple(inner, inner, inner).map(([one, two, three]) => ({ if: one, [THEN]: two, else: three })),
      fc.tuple(inner, fc.integer({ min: 0, max: 2 })).map(([one, maxContains]) => ({ contains: one, maxContains })),
      keyword('dependentSchemas', properties),
      fc.tuple(properties, fc.subarray([...names])).map(([some, required]) => ({ properties: some, required })),
      fc
        .tuple(inner, properties)
        .map(([one, some]) => ({ allOf: [one], properties: some, unevaluatedProperties: false })),
    ),
  };
}).schema;

/** Puts more keywords into the schemas at some places, counted in the order of a walk. */
function withMore(root: Record<string, unknown>, more: object, places: ReadonlySet<number>): Record<string, unknown> {
  let count = 0;
  const maps = ['properties', 'dependentSchemas'];
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit);
    if (node === null || typeof node !== 'object') return node;
    const here = places.has(count++);
    const entries = Object.entries(node).map(([key, item]) => {
      if (!maps.includes(key)) return [key, key === 'required' || key === 'const' ? item : visit(item)];
      return [key, Object.fromEntries(Object.entries(item as object).map(([name, one]) => [name, visit(one)]))];
    });
    // `allOf` is the one keyword that may be there already.
    const own = Object.fromEntries(entries) as { allOf?: unknown[] };
    const added = more as { allOf?: unknown[] };
    if (!here) return own;
    return { ...own, ...added, ...(added.allOf ? { allOf: [...(own.allOf ?? []), ...added.allOf] } : {}) };
  };
  return visit(root) as Record<string, unknown>;
}

it('what is left out makes no schema refuse more, whatever the keyword means', async () => {
  const places = fc.uniqueArray(fc.nat({ max: 12 }), { minLength: 1, maxLength: 3 }).map((list) => new Set(list));
  const unknown = fc.constantFrom({ $dynamicRef: '#x' }, { $ref: 'https://example.com/x' });
  const run = async (one: object, data: unknown) =>
    (await compileValidator(object({ v: one }), { extras: 'keep' })).validateData({ v: data }).ok;
  await fc.assert(
    fc.asyncProperty(schema, unknown, places, value, async (one, keyword, at, data) => {
      const accepts = await run(withMore(one, keyword, at), data);
      // The keyword may accept everything, or nothing at all.
      if (await run(one, data)) expect(accepts).toBe(true);
      if (await run(withMore(one, { allOf: [false] }, at), data)) expect(accepts).toBe(true);
    }),
    { seed, numRuns: 1000 },
  );
});
