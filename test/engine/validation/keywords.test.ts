import { describe, expect, it } from 'vitest';
import { anyObject, compileValidator } from '../../../server/engine/validation/compile.ts';
import type { ExtrasPolicy } from '../../../server/engine/validation/context.ts';

async function validate(schema: unknown, value: unknown, extras: ExtrasPolicy = 'keep'): Promise<unknown> {
  const result = (await compileValidator(schema, { extras })).validateData(value);
  return result.ok ? result.value : result.errors.map(({ type, loc }) => `${type} ${loc.join('.')}`.trim());
}

const object = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more });
const integer = { type: 'integer' };
const ifThen = (condition: object, consequence: object): object =>
  Object.fromEntries([
    ['if', condition],
    ['then', consequence],
  ]);

describe('extra keys', () => {
  it.each([
    ['keep', {}, { a: 1, b: 2 }],
    ['drop', {}, { a: 1 }],
    ['forbid', {}, ['extra_forbidden b']],
    ['drop', { additionalProperties: true }, { a: 1, b: 2 }],
    ['keep', { additionalProperties: false }, ['extra_forbidden b']],
    ['drop', { additionalProperties: { type: 'boolean' } }, ['bool_parsing b']],
  ] as const)('%s with %j', async (extras, more, expected) => {
    expect(await validate(object({ a: integer }, more), { a: 1, b: 2 }, extras)).toEqual(expected);
  });

  it('are kept by an object that declares nothing', async () => {
    expect(await validate(object({ a: { type: 'object' } }), { a: { b: 1 } }, 'drop')).toEqual({ a: { b: 1 } });
  });
});

describe('the root', () => {
  it.each([[true], [{}], [object({})]])('%j means an object', async (schema) => {
    expect(await validate(schema, { a: 1 })).toEqual({ a: 1 });
    expect(await validate(schema, [])).toEqual(['dict_type']);
  });

  it('takes no arguments as {}', async () => {
    const validator = await compileValidator(object({ a: { default: 1 } }), { extras: 'keep' });
    expect(validator.validateJson('')).toEqual({ ok: true, value: { a: 1 } });
    expect(validator.validateData(null)).toEqual({ ok: true, value: { a: 1 } });
    expect(validator.validateJson('null')).toMatchObject({ ok: false, errors: [{ type: 'dict_type' }] });
  });

  it('comes back normalised', async () => {
    const { schema } = await compileValidator({ type: 'object', properties: [] }, { extras: 'keep' });
    expect(schema).toEqual({ type: 'object', properties: {} });
  });
});

describe('anyObject', () => {
  it('takes every object as it is', () => {
    expect(anyObject.validateJson('')).toEqual({ ok: true, value: {} });
    expect(anyObject.validateData(null)).toEqual({ ok: true, value: {} });
    expect(anyObject.validateJson('{"a": "5"}')).toEqual({ ok: true, value: { a: '5' } });
    expect(anyObject.validateJson('[]')).toMatchObject({ ok: false, errors: [{ type: 'dict_type' }] });
    expect(anyObject.validateJson('{')).toMatchObject({ ok: false, errors: [{ type: 'json_invalid' }] });
  });
});

describe('defaults', () => {
  it('are copied for each call', async () => {
    const validator = await compileValidator(object({ a: { default: { list: [] } } }), { extras: 'keep' });
    const first = validator.validateData({}) as { value: { a: { list: number[] } } };
    first.value.a.list.push(1);
    expect(validator.validateData({})).toEqual({ ok: true, value: { a: { list: [] } } });
  });

  it('fill in for required properties', async () => {
    expect(await validate(object({ a: { ...integer, default: 3 } }, { required: ['a'] }), {})).toEqual({ a: 3 });
  });
});

describe('names that JavaScript treats specially', () => {
  it('are data', async () => {
    const input: unknown = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": "5"}');
    const schema = object({ constructor: integer });
    const value = (await validate(schema, input)) as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['constructor', '__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value.constructor).toBe(5);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('are not found on the prototype', async () => {
    expect(await validate(object({ toString: { type: 'string' } }, { required: ['toString'] }), {})).toEqual([
      'missing toString',
    ]);
  });
});

describe('combinations', () => {
  it.each([
    ['allOf merges', { allOf: [object({ a: integer }), object({ b: integer })] }, { a: '1', b: '2' }, { a: 1, b: 2 }],
    [
      'allOf reports all',
      { allOf: [object({ a: integer }), object({ b: integer })] },
      { a: 'x', b: 'y' },
      ['int_parsing a', 'int_parsing b'],
    ],
    [
      '$ref with siblings',
      { ...object({ b: integer }), $ref: '#/$defs/A', $defs: { A: object({ a: integer }) } },
      { a: '1', b: '2' },
      { a: 1, b: 2 },
    ],
    [
      'anyOf beside properties',
      { ...object({ a: integer, b: integer }), anyOf: [{ required: ['a'] }, { required: ['b'] }] },
      { b: '1' },
      { b: 1 },
    ],
    [
      'anyOf of which none holds',
      { ...object({ a: integer }), anyOf: [{ required: ['a'] }, { required: ['b'] }] },
      {},
      ['missing any.a', 'missing any.b'],
    ],
    ['a list of types', object({ a: { type: ['integer', 'null'], minimum: 2 } }), { a: '1' }, ['greater_than_equal a']],
    ['a list of types with null', object({ a: { type: ['integer', 'null'] } }), { a: null }, { a: null }],
    ['a property that may not be there', object({ a: false }), { a: 1 }, ['extra_forbidden a']],
    ['required without a property', object({}, { required: ['a'] }), {}, ['missing a']],
    ['required without a property, given', object({}, { required: ['a'] }), { a: 1 }, { a: 1 }],
    ['keywords without a type', object({ a: { minLength: 2 } }), { a: 5 }, { a: 5 }],
    ['keywords without a type that apply', object({ a: { minLength: 2 } }), { a: 'x' }, ['string_too_short a']],
    [
      'patternProperties beside properties',
      object({ a: {} }, { patternProperties: { '^x': integer }, additionalProperties: false }),
      { x1: '5', y: 1 },
      ['extra_forbidden y'],
    ],
    ['patternProperties convert', object({ a: {} }, { patternProperties: { '^x': integer } }), { x1: '5' }, { x1: 5 }],
    ['const objects', object({ a: { const: { b: [1] } } }), { a: { b: [1] } }, { a: { b: [1] } }],
    [
      'tuples with more items',
      object({ a: { type: 'array', prefixItems: [integer], items: { type: 'string' } } }),
      { a: ['1', 2] },
      ['string_type a.1'],
    ],
    [
      'closed tuples',
      object({ a: { type: 'array', prefixItems: [integer], items: false } }),
      { a: [1, 2] },
      ['too_long a'],
    ],
    [
      'open tuples may end early',
      object({ a: { type: 'array', prefixItems: [integer, integer] } }),
      { a: ['1'] },
      { a: [1] },
    ],
    [
      'uniqueItems',
      object({ a: { type: 'array', uniqueItems: true } }),
      {
        a: [
          { b: 1, c: 2 },
          { c: 2, b: 1 },
        ],
      },
      ['unique_items a'],
    ],
    ['email', object({ a: { type: 'string', format: 'email' } }), { a: 'x' }, ['value_error a']],
    ['an unknown format', object({ a: { type: 'string', format: 'color' } }), { a: 'x' }, { a: 'x' }],
  ])('%s', async (_name, schema, input, expected) => {
    expect(await validate(schema, input, 'drop')).toEqual(expected);
  });
});

describe('dropping extra keys under combinations', () => {
  it.each([
    ['an empty branch', { allOf: [object({ a: integer }), {}] }],
    ['a base without properties', { type: 'object', allOf: [object({ a: integer })] }],
    ['a branch that only requires', { ...object({ a: integer }), anyOf: [{ required: ['a'] }, { required: ['b'] }] }],
    ['a branch that only counts', { ...object({ a: integer }), allOf: [{ minProperties: 1 }] }],
  ])('%s does not keep them', async (_name, schema) => {
    expect(await validate(schema, { a: '1', extra: 2 }, 'drop')).toEqual({ a: 1 });
  });
});

describe('numbers', () => {
  it.each([
    ['-0 as an integer is 0', integer, -0, { a: 0 }],
    ['large integers are compared exactly', { type: 'integer', multipleOf: 5 }, 10_000_000_001, ['multiple_of a']],
    ['nan is no number JSON has', { type: 'number' }, 'nan', ['finite_number a']],
    ['nor is a text of one that is too large', { type: 'number' }, '1e400', ['finite_number a']],
    ['a text of an integer keeps its digits', integer, '12345678901234567890', { a: 12345678901234567890n }],
    ['an integer of any size is one', integer, 12345678901234567890n, { a: 12345678901234567890n }],
    ['an integer is rounded to a float, as in Python', { type: 'number' }, 9007199254740993n, { a: 9007199254740992 }],
    [
      'an integer of any size has bounds',
      { type: 'integer', maximum: 9 },
      12345678901234567890n,
      ['less_than_equal a'],
    ],
    [
      'an integer of any size has multiples',
      { type: 'integer', multipleOf: 7 },
      12345678901234567891n,
      ['multiple_of a'],
    ],
    ['an integer of any size is a constant', { const: 9007199254740993n }, 9007199254740992, ['literal_error a']],
    [
      'integers of any size are told apart',
      { type: 'array', uniqueItems: true },
      [9007199254740993n, 9007199254740994n],
      { a: [9007199254740993n, 9007199254740994n] },
    ],
    ['an integer of any size is no truth', { type: 'boolean' }, 12345678901234567890n, ['bool_parsing a']],
    ['an integer of any size is no string', { not: { type: 'string' } }, 9007199254740993n, { a: 9007199254740993n }],
    ['a bound of 64 bits is one', { type: 'integer', maximum: 9223372036854775807n }, 5, { a: 5 }],
    ['nor is -inf', { type: 'number' }, '-inf', ['finite_number a']],
    ['infinity is no integer', integer, Number.POSITIVE_INFINITY, ['finite_number a']],
  ])('%s', async (_name, schema, a, expected) => {
    expect(await validate(object({ a: schema }), { a })).toEqual(expected);
  });
});

describe('oneOf', () => {
  const cat = object({ kind: { const: 'cat' }, lives: integer }, { required: ['kind'] });
  const dog = object({ kind: { const: 'dog' }, name: { type: 'string' } }, { required: ['kind'] });

  it('finds its tag without a discriminator', async () => {
    const schema = object({ pet: { oneOf: [cat, dog] } });
    expect(await validate(schema, { pet: { kind: 'cat', lives: 'x' } })).toEqual(['int_parsing pet.cat.lives']);
    expect(await validate(schema, { pet: { kind: 'cow' } })).toEqual(['union_tag_invalid pet']);
  });

  it('refuses a value that fits several branches', async () => {
    const schema = object({ a: { oneOf: [integer, { type: 'number' }] } });
    expect(await validate(schema, { a: 5 })).toEqual(['one_of a']);
    expect(await validate(schema, { a: 1.5 })).toEqual({ a: 1.5 });
  });
});

describe('keywords that Pydantic does not have', () => {
  it.each([
    ['not', object({ a: { not: { type: 'string' } } }), { a: 'x' }, ['value_error a']],
    ['not, converted', object({ a: { ...integer, not: { const: 5 } } }), { a: '5' }, ['value_error a']],
    [
      'not with $ref',
      { ...object({ a: { not: { $ref: '#/properties/b' } }, b: integer }) },
      { a: 1 },
      ['value_error a'],
    ],
    [
      'then',
      { ...object({ k: {} }), ...ifThen(object({ k: { const: 1 } }), object({ v: integer }, { required: ['v'] })) },
      { k: 1, v: 'x' },
      ['int_parsing v'],
    ],
    [
      'then, converted',
      { ...object({ k: integer }), ...ifThen(object({ k: { const: 1 } }), object({ v: integer })) },
      { k: '1', v: '2' },
      { k: 1, v: 2 },
    ],
    ['else', { ...object({ k: {} }), if: { required: ['k'] }, else: { required: ['v'] } }, {}, ['missing v']],
    [
      'dependentRequired',
      object({ a: {}, b: {} }, { dependentRequired: { a: ['b', 'c'] } }),
      { a: 1 },
      ['missing b', 'missing c'],
    ],
    ['dependencies', object({ a: {} }, { dependencies: { a: ['b'] } }), { a: 1 }, ['missing b']],
    ['dependentSchemas', object({ a: {} }, { dependentSchemas: { a: { required: ['b'] } } }), { a: 1 }, ['missing b']],
    [
      'contains',
      object({ a: { type: 'array', contains: integer, minContains: 2 } }),
      { a: [1, 'x'] },
      ['value_error a'],
    ],
    ['contains, satisfied', object({ a: { type: 'array', contains: integer } }), { a: [1, 'x'] }, { a: [1, 'x'] }],
    [
      'unevaluatedProperties',
      { ...object({ a: integer }), unevaluatedProperties: false },
      { a: '1', b: 2 },
      ['extra_forbidden b'],
    ],
    [
      'unevaluatedItems',
      object({ a: { type: 'array', prefixItems: [integer], unevaluatedItems: false } }),
      { a: [1, 2] },
      ['extra_forbidden a.1'],
    ],
    [
      'in a recursive schema',
      { $defs: { N: object({ v: { not: { const: 0 } }, next: { $ref: '#/$defs/N' } }) }, $ref: '#/$defs/N' },
      { v: 1, next: { v: 0 } },
      ['value_error next.v'],
    ],
  ])('%s', async (_name, schema, input, expected) => {
    expect(await validate(schema, input)).toEqual(expected);
  });

  it('see through references', async () => {
    const schema = object({ a: { not: { $ref: '#/properties/b' } }, b: integer });
    expect(await validate(schema, { a: 'x' })).toEqual({ a: 'x' });
    const recursive = object({ kids: { type: 'array', contains: { $ref: '#' } } });
    expect(await validate(recursive, { kids: [5, {}] })).toEqual({ kids: [5, {}] });
    expect(await validate(recursive, { kids: [5] })).toEqual(['value_error kids']);
  });

  it('know properties that only a branch declares', async () => {
    const schema = { ...object({ k: integer }), ...ifThen(object({ k: { const: 1 } }), object({ v: integer })) };
    expect(await validate(schema, { k: '1', v: '2', w: 3 }, 'drop')).toEqual({ k: 1, v: 2 });
    expect(await validate(schema, { k: '2', v: '2', w: 3 }, 'drop')).toEqual({ k: 2 });
  });

  it('give the value at the place', async () => {
    const validator = await compileValidator(object({ a: { not: { type: 'string' } } }), { extras: 'keep' });
    expect(validator.validateData({ a: 'x' })).toEqual({
      ok: false,
      errors: [
        {
          type: 'value_error',
          loc: ['a'],
          msg: 'Value error, the value matches a schema it must not match',
          input: 'x',
        },
      ],
    });
  });

  it('match patterns as they are matched elsewhere', async () => {
    const schema = object({ a: { not: { pattern: '^[\\w-.]+$' } } });
    expect(await validate(schema, { a: 'a-b.c' })).toEqual(['value_error a']);
    expect(await validate(schema, { a: 'a b' })).toEqual({ a: 'a b' });
  });

  it('convert what they let through', async () => {
    const schema = object(
      { a: {} },
      { dependentSchemas: { a: object({ b: integer }) }, unevaluatedProperties: integer },
    );
    expect(await validate(schema, { a: 'x', b: '1', c: '2' })).toEqual({ a: 'x', b: 1, c: 2 });
    expect(await validate(schema, { a: 'x', b: '1', c: 'y' })).toEqual(['int_parsing c']);
  });
});
