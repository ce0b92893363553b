import { expect, it } from 'vitest';
import { compiledSchema } from '../../../server/engine/validation/compiled-schemas.ts';
import { SchemaError } from '../../../server/engine/validation/schema/schema-error.ts';

const tool = { extras: 'keep', isObject: true } as const;
const schemaOf = (name: string, rest: object = {}) => ({
  type: 'object',
  properties: { [name]: { type: 'string' } },
  ...rest,
});

it('compiles a schema once, however often it is sent', async () => {
  const first = await compiledSchema(schemaOf('a'), tool);
  expect(await compiledSchema(schemaOf('a'), tool)).toBe(first);
  const [one, other] = await Promise.all([compiledSchema(schemaOf('b'), tool), compiledSchema(schemaOf('b'), tool)]);
  expect(one.schema).toEqual(other.schema);
});

it.each([
  ['another schema', schemaOf('c', { required: ['c'] }), tool],
  ['what else an object may hold', schemaOf('c'), { ...tool, extras: 'drop' as const }],
  ['whether it is an object', schemaOf('c'), { extras: 'keep' as const }],
  ['another deadline', schemaOf('c'), { ...tool, validationMs: 7 }],
])('compiles it apart from that with %s', async (_difference, schema, options) => {
  const known = await compiledSchema(schemaOf('c'), tool);
  expect(await compiledSchema(schema, options)).not.toBe(known);
});

it('tells numbers apart that a double would round', async () => {
  const [first, second] = [9007199254740993n, 9007199254740995n].map((value) => ({
    properties: { d: { const: value } },
  }));
  expect(await compiledSchema(first, tool)).not.toBe(await compiledSchema(second, tool));
});

it('forgets those that were not used for longest, and those that are refused', async () => {
  const first = await compiledSchema(schemaOf('e'), tool);
  const large = (name: string) => schemaOf(name, { description: 'x'.repeat(60_000) });
  for (let count = 0; count < 10; count += 1) await compiledSchema(large(`f${count}`), tool);
  expect(await compiledSchema(schemaOf('e'), tool)).toBe(first);
  for (let count = 0; count < 20; count += 1) await compiledSchema(large(`g${count}`), tool);
  expect(await compiledSchema(schemaOf('e'), tool)).not.toBe(first);
  const small = await compiledSchema(schemaOf('h'), tool);
  for (let count = 0; count < 256; count += 1) await compiledSchema(schemaOf(`i${count}`), tool);
  expect(await compiledSchema(schemaOf('h'), tool)).not.toBe(small);
  for (const _ of [1, 2]) await expect(compiledSchema({ type: 'string' }, tool)).rejects.toThrow(SchemaError);
});
