import { describe, expect, it } from 'vitest';
import { checkSchema, gateSchema } from '../../../server/engine/validation/schema/gate.ts';
import { normalizeSchema } from '../../../server/engine/validation/schema/normalize.ts';
import { SchemaError } from '../../../server/engine/validation/schema/schema-error.ts';
import { cpuMs } from '../../support/time-limits.ts';

type Row = { name: string; schema: unknown; pointer: string; reason: RegExp };

const nested = (depth: number): unknown => (depth === 0 ? {} : { properties: { a: nested(depth - 1) } });
const fanOut = (levels: number): object => {
  const twice = (to: string): object => ({ allOf: [{ $ref: `#/$defs/${to}` }, { $ref: `#/$defs/${to}` }] });
  const entries = Array.from({ length: levels }, (_, i) => [`d${i}`, twice(`d${i + 1}`)]);
  return { $defs: { ...Object.fromEntries(entries), [`d${levels}`]: {} }, $ref: '#/$defs/d0' };
};
const chain = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`d${i}`, { $ref: `#/$defs/d${i + 1}` }]));
const manyProperties = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`p${i}`, { type: 'string' }]));

const refused: Row[] = [
  { name: 'a number', schema: 5, pointer: '', reason: /object or a boolean/ },
  { name: 'null', schema: null, pointer: '', reason: /object or a boolean/ },
  { name: 'a list', schema: [], pointer: '', reason: /object or a boolean/ },
  { name: 'a schema that is text', schema: { properties: { a: 'int' } }, pointer: '/properties/a', reason: /object/ },
  {
    name: 'an unknown type',
    schema: { properties: { a: { type: 'strng' } } },
    pointer: '/properties/a/type',
    reason: /strng/,
  },
  { name: 'a type that is a number', schema: { type: 5 }, pointer: '/type', reason: /unknown type 5/ },
  { name: 'an empty list of types', schema: { type: [] }, pointer: '/type', reason: /empty/ },
  { name: 'a remote $ref', schema: { $ref: 'https://x/y' }, pointer: '/$ref', reason: /not local/ },
  { name: 'a dangling $ref', schema: { items: { $ref: '#/$defs/A' } }, pointer: '/items/$ref', reason: /resolve/ },
  { name: 'an anchor that is not there', schema: { $ref: '#a' }, pointer: '/$ref', reason: /resolve/ },
  { name: 'a $ref into the prototype', schema: { $ref: '#/constructor' }, pointer: '/$ref', reason: /resolve/ },
  { name: 'a $ref with a stray percent sign', schema: { $ref: '#/%' }, pointer: '/$ref', reason: /resolve/ },
  { name: '$dynamicRef', schema: { $dynamicRef: '#a' }, pointer: '/$dynamicRef', reason: /not supported/ },
  { name: 'a $ref to itself', schema: { $ref: '#' }, pointer: '/$ref', reason: /back to itself/ },
  {
    name: 'a $ref loop through anyOf',
    schema: { $defs: { A: { anyOf: [{ $ref: '#/$defs/A' }] } } },
    pointer: '/$defs/A/anyOf/0/$ref',
    reason: /back to itself/,
  },
  { name: 'a $ref fan-out of 2^13', schema: fanOut(13), pointer: '', reason: /more than 20000 schemas/ },
  {
    name: 'a $ref fan-out of 2^22',
    schema: fanOut(22),
    pointer: '',
    reason: /expands/,
  },
  {
    name: 'a chain of 400 $ref',
    schema: { $defs: { ...chain, d400: {} }, $ref: '#/$defs/d0' },
    pointer: '',
    reason: /row/,
  },
  { name: '10 000 properties', schema: { properties: manyProperties }, pointer: '', reason: /5000 nodes/ },
  { name: 'depth 33', schema: nested(33), pointer: '', reason: /deeper than 64/ },
  { name: 'depth 2000', schema: nested(2000), pointer: '', reason: /deeper than 64/ },
  { name: '70 KB', schema: { description: 'x'.repeat(70_000) }, pointer: '', reason: /bytes/ },
  { name: 'a long pattern', schema: { pattern: 'a'.repeat(513) }, pointer: '/pattern', reason: /512/ },
  { name: 'a broken pattern', schema: { pattern: '(' }, pointer: '/pattern', reason: /without its '\)'/ },
  { name: 'a pattern of Perl', schema: { pattern: '(?>a)b' }, pointer: '/pattern', reason: /uses \(\?>/ },
  { name: 'a pattern that is a number', schema: { pattern: 1 }, pointer: '/pattern', reason: /string/ },
  {
    name: 'a pattern that needs backtracking, as a name',
    schema: { patternProperties: { '(a)/\\1': {} } },
    pointer: '/patternProperties/(a)~1\\1',
    reason: /back-reference/,
  },
  { name: 'required as a boolean', schema: { required: true }, pointer: '/required', reason: /is a boolean/ },
  { name: 'required as text', schema: { required: 'a' }, pointer: '/required', reason: /list of strings/ },
  { name: 'required with a number', schema: { required: [1] }, pointer: '/required', reason: /list of strings/ },
  { name: 'enum as text', schema: { enum: 'a' }, pointer: '/enum', reason: /list/ },
  { name: 'a negative length', schema: { minLength: -1 }, pointer: '/minLength', reason: /whole number/ },
  { name: 'a limit as text', schema: { maximum: '5' }, pointer: '/maximum', reason: /number/ },
  { name: 'multiples of 0', schema: { multipleOf: 0 }, pointer: '/multipleOf', reason: /above 0/ },
  { name: 'properties as text', schema: { properties: 'a' }, pointer: '/properties', reason: /object/ },
  { name: 'properties as a full list', schema: { properties: [{}] }, pointer: '/properties', reason: /object/ },
  { name: 'anyOf as an object', schema: { anyOf: {} }, pointer: '/anyOf', reason: /list/ },
  { name: 'an empty anyOf', schema: { anyOf: [] }, pointer: '/anyOf', reason: /empty/ },
  { name: 'uniqueItems as text', schema: { uniqueItems: 'yes' }, pointer: '/uniqueItems', reason: /boolean/ },
  {
    name: 'dependentRequired without lists',
    schema: { dependentRequired: { a: 'b' } },
    pointer: '/dependentRequired',
    reason: /list of strings/,
  },
];

describe('the gate refuses', () => {
  it.each(refused)('$name', ({ schema, pointer, reason }) => {
    let problem: ReturnType<typeof checkSchema>;
    const ms = cpuMs(() => {
      problem = checkSchema(schema);
    }, 1000);
    expect(ms).toBeLessThan(1000);
    expect(problem?.reason).toMatch(reason);
    if (pointer !== '') expect(problem?.pointer).toBe(pointer);
  });

  it('with the place as a pointer and as a path', () => {
    const schema = { properties: { 'a/b': { items: { type: 'x' } } } };
    expect(() => gateSchema(schema)).toThrow(SchemaError);
    expect(checkSchema(schema)).toEqual({
      path: ['properties', 'a/b', 'items', 'type'],
      pointer: '/properties/a~1b/items/type',
      reason: 'unknown type "x"',
    });
  });
});

it.each([
  ['counts', 1100, (i: number) => `^a{1,${399 + i}}b{9}$`],
  ['loops', 100, (i: number) => `(?:${'[a-z]?'.repeat(80)}-)*${i}`],
  ['classes', 100, (i: number) => `^(?:${'[\u0100-\u0102]'.repeat(20)}|${'\\p{L}'.repeat(20)}){1,9}${i}$`],
  ['nested counts', 1000, (i: number) => `^(?:(?:a{99}){99}){${i}}$`],
])('a schema full of patterns with %s passes the gate quickly', (_what, times, pattern) => {
  const properties = Object.fromEntries(Array.from({ length: times }, (_, i) => [`p${i}`, { pattern: pattern(i) }]));
  expect(cpuMs(() => gateSchema({ properties }), 500)).toBeLessThan(500);
});

describe('the gate accepts', () => {
  it.each([
    ['true', true],
    ['the empty schema', {}],
    [
      'a recursive tree',
      { $defs: { N: { properties: { kids: { items: { $ref: '#/$defs/N' } } } } }, $ref: '#/$defs/N' },
    ],
    ['a recursive root', { properties: { next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } } }],
    ['a $ref with escapes', { $defs: { 'a/b~c d': {} }, $ref: '#/$defs/a~1b~0c%20d' }],
    ['unknown keywords', { 'x-order': 1, examples: [1], deprecated: true, $comment: 'c' }],
    ['a property called $ref', { properties: { $ref: { type: 'string' } } }],
    ['a list of types', { type: ['string', 'null'] }],
    ['depth 31', nested(31)],
  ])('%s', (_name, schema) => {
    expect(checkSchema(schema)).toBeUndefined();
  });
});

describe('normalizeSchema', () => {
  it('reads empty lists and null as empty maps, at every level', () => {
    const given = {
      type: 'object',
      properties: { a: { type: 'object', properties: [] } },
      $defs: null,
      required: null,
    };
    const before = structuredClone(given);
    expect(normalizeSchema(given)).toEqual({
      type: 'object',
      properties: { a: { type: 'object', properties: {} } },
      $defs: {},
    });
    expect(given).toEqual(before);
  });

  it('turns the tuples of older drafts into prefixItems', () => {
    expect(normalizeSchema({ items: [{ type: 'integer' }], additionalItems: false })).toEqual({
      prefixItems: [{ type: 'integer' }],
      items: false,
    });
    expect(normalizeSchema({ items: { type: 'integer' }, additionalItems: false })).toEqual({
      items: { type: 'integer' },
    });
  });

  it('keeps values that only look like schemas', () => {
    const schema = { default: { properties: [] }, enum: [{ properties: null }], const: { items: [1] } };
    expect(normalizeSchema(schema)).toEqual(schema);
  });

  it('keeps a property called __proto__ as data', () => {
    const schema = JSON.parse('{"properties": {"__proto__": {"type": "integer"}}}') as unknown;
    const normal = normalizeSchema(schema) as { properties: object };
    expect(Object.keys(normal.properties)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(normal.properties)).toBe(Object.prototype);
  });
});
