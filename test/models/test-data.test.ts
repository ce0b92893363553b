import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../server/engine/errors.ts';
import { generateData } from '../../server/models/test-model/test-data.ts';

type Schema = Record<string, unknown>;
type Row = { schema: Schema; seed: number; value?: unknown; error?: string };

const folder = process.env.GOLDENS_DIR ?? join(import.meta.dirname, '../vectors/goldens');
const rowsOf = (file: string) =>
  (JSON.parse(readFileSync(join(folder, `${file}.json`), 'utf8')) as { expected: { v2: { rows: Row[] } } }).expected.v2
    .rows;
const rows = [...rowsOf('t01_test_data_scalars'), ...rowsOf('t02_test_data_composites')];

const title = ({ schema, seed }: Row) => `${JSON.stringify(schema)} with seed ${seed}`;

describe('generateData answers like the reference for', () => {
  it.each(rows.filter((row) => !row.error).map((row) => [title(row), row] as const))('%s', (_title, row) => {
    const before = structuredClone(row.schema);
    expect(generateData(row.schema, row.seed)).toStrictEqual(row.value);
    expect(row.schema).toEqual(before);
  });
});

/** Without the name of Python's exception, its advice to change the reference and its way of writing lists. */
const wordingOf = (error: string) =>
  error
    .replace(/^\w+: /, '')
    .replace(/, please submit.*/, '')
    .replaceAll("'", '"')
    .replaceAll('", "', '","');

describe('generateData fails like the reference for', () => {
  it.each(rows.filter((row) => row.error).map((row) => [title(row), row] as const))('%s', (_title, row) => {
    const failure = failureOf(() => generateData(row.schema, row.seed));
    expect(failure.kind).toBe('run.invalid');
    expect(failure.message).toContain(wordingOf(row.error ?? ''));
  });
});

describe('generateData', () => {
  it('follows any local reference', () => {
    const schema = { $ref: '#/definitions/Name', definitions: { Name: { type: 'string', minLength: 2 } } };
    expect(generateData(schema, 1)).toBe('bb');
  });

  it('keeps a property named __proto__', () => {
    const schema = JSON.parse('{"type":"object","properties":{"__proto__":{"const":1}},"required":["__proto__"]}');
    expect(JSON.stringify(generateData(schema))).toBe('{"__proto__":1}');
  });

  it('leaves out additional properties and items whose schema says nothing', () => {
    expect(generateData({ type: 'object', additionalProperties: {} })).toEqual({});
    expect(generateData({ type: 'array', items: {} })).toEqual([]);
  });

  it('starts anew with every call when items are unique', () => {
    const schema = { type: 'array', items: { type: 'integer' }, minItems: 2, uniqueItems: true };
    expect([generateData(schema), generateData(schema)]).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it.each<[string, Schema, number, string]>([
    [
      'a reference to nothing',
      { $ref: '#/$defs/Gone' },
      0,
      "The schema refers to '#/$defs/Gone', but does not define it.",
    ],
    [
      'recursion without end',
      { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] },
      0,
      'Test data for the schema would be nested deeper than 200 levels.',
    ],
    [
      'very many items',
      { type: 'array', minItems: 1e6 },
      0,
      'Test data for the schema would exceed 100000 values and characters.',
    ],
    [
      'a very long text',
      { type: 'string', minLength: 1e6 },
      0,
      'Test data for the schema would exceed 100000 values and characters.',
    ],
    ['a date after 9999', { type: 'string', format: 'date' }, 3e6, 'The seed 3000000 is too large for a date.'],
  ])('refuses %s', (_what, schema, seed, message) => {
    expect(failureOf(() => generateData(schema, seed))).toEqual(new EngineError('run.invalid', message));
  });
});

function failureOf(action: () => unknown): EngineError {
  try {
    action();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}
