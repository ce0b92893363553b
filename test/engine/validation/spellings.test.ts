import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileValidator } from '../../../server/engine/validation/compile.ts';

/** Written so that the linter does not take a schema for a promise. */
const THEN = 'then';
const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });

async function outcome(schema: object, value: unknown) {
  const { validateData, unchecked } = await compileValidator(schema, { extras: 'keep' });
  expect(unchecked).toEqual([]);
  const result = validateData(value);
  return result.ok ? 'accepted' : result.errors.map(({ type, loc }) => `${type} ${loc.join('.')}`);
}

type Row = [name: string, schema: object, accepted: unknown[], refused: [unknown, string[]][]];

const A = { $defs: { A: { type: 'integer' } } };
const rows: Row[] = [
  [
    'a type',
    object({ a: { type: 'string', nullable: true } }),
    [{ a: null }, { a: 'x' }],
    [[{ a: 1 }, ['string_type a']]],
  ],
  [
    'nullable that is false',
    object({ a: { type: 'string', nullable: false } }),
    [{ a: 'x' }],
    [[{ a: null }, ['string_type a']]],
  ],
  [
    'an enum',
    object({ a: { type: 'string', enum: ['x'], nullable: true } }),
    [{ a: null }, { a: 'x' }],
    [[{ a: 'y' }, ['literal_error a']]],
  ],
  [
    'an enum that has null',
    object({ a: { enum: ['x', null], nullable: true } }),
    [{ a: null }, { a: 'x' }],
    [[{ a: 'y' }, ['literal_error a']]],
  ],
  ['a const', object({ a: { const: 5, nullable: true } }), [{ a: null }, { a: 5 }], [[{ a: 6 }, ['literal_error a']]]],
  [
    'a $ref',
    object({ a: { $ref: '#/$defs/A', nullable: true } }, A),
    [{ a: null }, { a: 5 }],
    [[{ a: 'x' }, ['int_parsing a']]],
  ],
  [
    'a $ref and a type',
    object({ a: { $ref: '#/$defs/A', type: 'integer', nullable: true } }, A),
    [{ a: null }, { a: 5 }],
    [[{ a: 'x' }, ['int_parsing a', 'int_parsing a']]],
  ],
  [
    'anyOf',
    object({ a: { anyOf: [{ type: 'integer' }, { type: 'boolean' }], nullable: true } }),
    [{ a: null }, { a: 5 }],
    [[{ a: 'x' }, ['int_parsing a.int', 'bool_parsing a.bool']]],
  ],
  [
    'anyOf beside a $ref',
    object({ a: { $ref: '#/$defs/A', anyOf: [{ minimum: 1 }], nullable: true } }, A),
    [{ a: null }, { a: 5 }],
    [
      [{ a: 0 }, ['greater_than_equal a']],
      [{ a: 'x' }, ['int_parsing a']],
    ],
  ],
  [
    'oneOf with tags',
    object({
      a: {
        oneOf: [object({ k: { const: 1 } }, { required: ['k'] }), object({ k: { const: 2 } }, { required: ['k'] })],
        nullable: true,
      },
    }),
    [{ a: null }, { a: { k: 2 } }],
    [[{ a: { k: 3 } }, ['union_tag_invalid a']]],
  ],
  [
    'allOf',
    object({ a: { allOf: [{ type: 'integer' }, { minimum: 1 }], nullable: true } }),
    [{ a: null }, { a: 5 }],
    [[{ a: 0 }, ['greater_than_equal a']]],
  ],
  ['not', object({ a: { not: { type: 'null' }, nullable: true } }), [{ a: null }, { a: 5 }], []],
  [
    'a type that others refer to',
    object({ a: { type: 'integer', nullable: true }, b: { $ref: '#/properties/a' } }),
    [{ b: null }, { b: 1 }],
    [[{ b: 'x' }, ['int_parsing b']]],
  ],
  [
    'a type inside of which others refer',
    object({ a: { allOf: [{ type: 'integer' }], nullable: true }, b: { $ref: '#/properties/a/allOf/0' } }),
    [{ b: 1 }],
    [[{ b: null }, ['int_type b']]],
  ],
  [
    'an object with a default',
    object({ a: { type: 'object', properties: {}, nullable: true, default: null } }),
    [{}, { a: {} }],
    [[{ a: 5 }, ['dict_type a']]],
  ],
];

describe('nullable of OpenAPI adds null to', () => {
  it.each(rows)('%s', async (_name, schema, accepted, refused) => {
    for (const value of accepted) expect(await outcome(schema, value)).toBe('accepted');
    for (const [value, errors] of refused) expect(await outcome(schema, value)).toEqual(errors);
  });
});

const bounds = (bound: object) => object({ n: { type: 'integer', ...bound } });
const older: Row[] = [
  [
    'exclusiveMinimum: true',
    bounds({ minimum: 0, exclusiveMinimum: true }),
    [{ n: 1 }],
    [[{ n: 0 }, ['greater_than n']]],
  ],
  [
    'exclusiveMinimum: false',
    bounds({ minimum: 0, exclusiveMinimum: false }),
    [{ n: 0 }],
    [[{ n: -1 }, ['greater_than_equal n']]],
  ],
  ['exclusiveMaximum: true', bounds({ maximum: 9, exclusiveMaximum: true }), [{ n: 8 }], [[{ n: 9 }, ['less_than n']]]],
  [
    'exclusiveMaximum: false',
    bounds({ maximum: 9, exclusiveMaximum: false }),
    [{ n: 9 }],
    [[{ n: 10 }, ['less_than_equal n']]],
  ],
  ['exclusiveMinimum: true without a bound', bounds({ exclusiveMinimum: true }), [{ n: -5 }], []],
  ['a bound of draft 6', bounds({ exclusiveMinimum: 0 }), [{ n: 1 }], [[{ n: 0 }, ['greater_than n']]]],
  [
    'required in a property',
    object({ a: { type: 'string', required: true }, b: { required: false } }),
    [{ a: 'x' }],
    [[{}, ['missing a']]],
  ],
  [
    'required in a property and as a list',
    object({ a: { required: true }, b: {} }, { required: ['b'] }),
    [{ a: 1, b: 1 }],
    [[{}, ['missing a', 'missing b']]],
  ],
  [
    'required in a nested property',
    object({ o: object({ a: { type: 'string', required: true } }) }),
    [{}, { o: { a: 'x' } }],
    [[{ o: {} }, ['missing o.a']]],
  ],
  [
    'the list of required put among the properties',
    object({ a: { type: 'string' }, required: ['a'] }),
    [{ a: 'x' }, { a: 'x', required: 5 }],
    [[{}, ['missing a']]],
  ],
  [
    'a property that is called required',
    object({ required: { type: 'boolean' } }),
    [{}, { required: true }],
    [[{ required: [] }, ['bool_type required']]],
  ],
  ['required: null', object({ a: { type: 'string' } }, { required: null }), [{}, { a: 'x' }], []],
  [
    'definitions',
    object({ a: { $ref: '#/definitions/A' } }, { definitions: { A: { type: 'integer' } } }),
    [{ a: 1 }],
    [[{ a: 'x' }, ['int_parsing a']]],
  ],
  [
    'id and example',
    object({ a: { type: 'integer', id: 'a', example: 'none' } }, { id: 'http://x/y' }),
    [{ a: 1 }],
    [[{ a: 'x' }, ['int_parsing a']]],
  ],
  [
    'a property that is called id',
    object({ id: { type: 'integer' } }),
    [{ id: 1 }],
    [[{ id: 'x' }, ['int_parsing id']]],
  ],
];

describe('older drafts are understood:', () => {
  it.each(older)('%s', async (_name, schema, accepted, refused) => {
    for (const value of accepted) expect(await outcome(schema, value)).toBe('accepted');
    for (const [value, errors] of refused) expect(await outcome(schema, value)).toEqual(errors);
  });

  it('and a model is shown what the host wrote', async () => {
    const schema = object({
      n: { type: 'integer', nullable: true, minimum: 0, exclusiveMinimum: true, required: true },
    });
    const before = structuredClone(schema);
    expect((await compileValidator(schema, { extras: 'keep' })).schema).toEqual(before);
    expect(schema).toEqual(before);
  });
});

const addresses: [name: string, schema: object][] = [
  ['an anchor', { a: { $ref: '#A' }, $defs: { A: { $anchor: 'A' } } }],
  ['an anchor under an id', { $id: 'https://x/tool.json', a: { $ref: '#A' }, $defs: { A: { $anchor: 'A' } } }],
  ['an anchor of draft 4', { a: { $ref: '#A' }, definitions: { A: { id: '#A' } } }],
  [
    'the id of the document',
    { $id: 'https://x/tool.json', a: { $ref: 'https://x/tool.json#/$defs/A' }, $defs: { A: {} } },
  ],
  ['an id inside', { a: { $ref: 'https://x/a.json' }, $defs: { A: { $id: 'https://x/a.json' } } }],
  ['a relative id', { $id: 'https://x/tool.json', a: { $ref: 'a.json' }, $defs: { A: { $id: 'a.json' } } }],
  ['a relative id of nothing', { a: { $ref: 'a.json' }, definitions: { A: { id: 'a.json' } } }],
  [
    'an anchor in another resource',
    {
      a: { $ref: 'https://x/r.json#A' },
      $defs: { R: { $id: 'https://x/r.json', type: 'object', $defs: { A: { $anchor: 'A' } } } },
    },
  ],
  [
    'a pointer in another resource',
    {
      a: { $ref: 'https://x/r.json#/$defs/A' },
      $defs: { R: { $id: 'https://x/r.json', type: 'object', $defs: { A: {} } } },
    },
  ],
  ['a URN', { a: { $ref: 'urn:x:a' }, $defs: { A: { $id: 'urn:x:a' } } }],
  ['a dynamic anchor as a plain one', { a: { $ref: '#A' }, $defs: { A: { $dynamicAnchor: 'A' } } }],
  [
    'a name with a slash, a tilde, a blank and a percent sign',
    { a: { $ref: '#/$defs/a~1b~0c%20d%25' }, $defs: { 'a/b~c d%': {} } },
  ],
  ['a place that is no keyword', { a: { $ref: '#/components/schemas/A' }, components: { schemas: { A: {} } } }],
  ['a place that leads on', { a: { $ref: '#/components/B' }, components: { B: { $ref: '#/components/A' }, A: {} } }],
];

describe('references are resolved by', () => {
  /** The one empty or id-only schema of the document is an integer. */
  const withInteger = (node: unknown): unknown => {
    if (node === null || typeof node !== 'object') return node;
    const keys = Object.keys(node);
    if (keys.every((key) => ['$id', 'id', '$anchor', '$dynamicAnchor'].includes(key)))
      return { ...node, type: 'integer' };
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, withInteger(item)]));
  };

  it.each(addresses)('%s', async (_name, { a, ...rest }: { a?: unknown }) => {
    const schema = { ...object({ a }), ...(withInteger(rest) as object) };
    expect(await outcome(schema, { a: 5 })).toBe('accepted');
    expect(await outcome(schema, { a: 'x' })).toEqual(['int_parsing a']);
    // Assertions find them, too.
    const negated = { ...object({ a: { not: a } }), ...(withInteger(rest) as object) };
    expect(await outcome(negated, { a: 5 })).toEqual(['value_error a']);
    expect(await outcome(negated, { a: 'x' })).toBe('accepted');
  });

  it('an id of the resource first, else by the whole document', async () => {
    const inner = { $id: 'https://x/r.json', $defs: { A: { type: 'integer' } }, $ref: '#/$defs/A' };
    const outer = { $id: 'https://x/s.json', $ref: '#/$defs/B' };
    const schema = object({ a: inner, b: outer }, { $defs: { A: { type: 'boolean' }, B: { type: 'boolean' } } });
    expect(await outcome(schema, { a: 'x', b: 'x' })).toEqual(['int_parsing a', 'bool_parsing b']);
  });

  it.each([
    [true, 'accepted'],
    [false, ['value_error a']],
  ])('a schema that is %s', async (target, expected) => {
    expect(await outcome(object({ a: { $ref: '#/$defs/A' } }, { $defs: { A: target } }), { a: 1 })).toEqual(expected);
  });
});

const seed = 20_261_129;
const kinds = fc.constantFrom<object>(
  { type: 'integer' },
  { type: 'string', minLength: 2 },
  { type: ['string', 'boolean'] },
  { enum: ['x', 5] },
  { const: 'x' },
  { anyOf: [{ type: 'integer' }, { const: 'x' }] },
  { oneOf: [{ type: 'integer' }, { const: 'x' }] },
  { allOf: [{ type: 'integer' }, { minimum: 3 }] },
  { $ref: '#/$defs/A' },
  { not: { type: 'null' } },
  { if: { type: 'null' }, [THEN]: false },
  { type: 'array', items: { type: 'integer' } },
);

it('nullable accepts null and changes nothing about other values, whatever stands beside it', async () => {
  const mixed = fc.array(kinds, { minLength: 1, maxLength: 4 }).map((list) => Object.assign({}, ...list) as object);
  const value = fc.constantFrom<unknown>(0, 5, 'x', 'xyz', true, [], [1], ['x'], {});
  const accepts = async (schema: object, data: unknown) => {
    const whole = { ...object({ v: schema }), ...A };
    return (await compileValidator(whole, { extras: 'keep' })).validateData({ v: data }).ok;
  };
  await fc.assert(
    fc.asyncProperty(mixed, value, async (schema, data) => {
      const nullable = { ...schema, nullable: true };
      expect(await accepts(nullable, null)).toBe(true);
      expect(await accepts(nullable, data)).toBe(await accepts(schema, data));
    }),
    { seed, numRuns: 1000 },
  );
});
