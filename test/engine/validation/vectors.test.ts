import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileValidator, type Validator } from '../../../server/engine/validation/compile.ts';
import type { ExtrasPolicy } from '../../../server/engine/validation/context.ts';
import type { ErrorDetails } from '../../../server/engine/validation/error-details.ts';

type Case = {
  name: string;
  schema: string;
  extras: ExtrasPolicy;
  mode: 'json' | 'data';
  input: unknown;
  expected: { value: unknown } | { errors: ErrorDetails[] };
};
type Vectors = { source: string; schemas: Record<string, unknown>; cases: Case[] };

const folder = new URL('../../vectors/validation/', import.meta.url);
const vectors = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({ file, ...(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Vectors) }));

/** Where Pydantic's behaviour does not follow from the schema, or is not wanted; each entry must still differ. */
const exceptions = new Map<string, string>([
  ...bothModes('timedelta', '{"x": "P1W"}', 'an ISO duration stays as the model wrote it'),
  ...bothModes('timedelta', '{"x": "P1M"}', 'an ISO duration stays as the model wrote it'),
  ['timedelta data {"x": true}', 'a Python bool is an int; here only numbers are seconds'],
  ...bothModes('pydantic.networks.AnyUrl', '{"x": "http:///x"}', 'a URL stays as the model wrote it'),
  ...bothModes('int', '{"x": 1e+20}', 'JavaScript cannot tell the float 1e20 from the int, which Pydantic takes'),
  ['Order data null', 'null arguments mean {}'],
  ['def sub data null', 'null arguments mean {}'],
  ...bothModes('dict | list', '{"x": 5}', 'dict and dict[str, Any] have one schema; the branch is named dict[str,any]'),
  ...bothModes('tuple[int, ...] | str', '{"x": 5}', 'tuple[int, ...] and list[int] have one schema'),
]);

function bothModes(type: string, input: string, reason: string): [string, string][] {
  return ['data', 'json'].map((mode) => [`${type} ${mode} ${input}`, reason]);
}

describe.each(vectors)('$file', ({ schemas, cases }) => {
  const compiled = new Map<string, Promise<Validator>>();

  async function outcome(one: Case): Promise<Case['expected']> {
    const key = `${one.extras} ${one.schema}`;
    const validator = compiled.get(key) ?? compileValidator(schemas[one.schema], { extras: one.extras });
    compiled.set(key, validator);
    const check = await validator;
    const got = one.mode === 'json' ? check.validateJson(one.input as string) : check.validateData(one.input);
    return got.ok ? { value: got.value } : { errors: got.errors };
  }

  it.each(cases)('$name', async (one) => {
    const got = await outcome(one);
    if (exceptions.has(one.name)) expect(got).not.toEqual(one.expected);
    else expect(got).toEqual(one.expected);
  });
});

it('every exception names a case', () => {
  const names = new Set(vectors.flatMap(({ cases }) => cases.map(({ name }) => name)));
  expect([...exceptions.keys()].filter((name) => !names.has(name))).toEqual([]);
});
