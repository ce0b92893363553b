import { describe, expect, it } from 'vitest';
import { compileValidator } from '../../../server/engine/validation/compile.ts';
import { jsonProblem } from '../../../server/engine/validation/text/json-text.ts';
import { cpuMs } from '../../support/time-limits.ts';

describe('jsonProblem', () => {
  it('is undefined for JSON', () => {
    expect(jsonProblem(' {"a": [1, -2.5e+3, true, null, "\\u00e9\\ud83d\\ude00"], "b": {}} ')).toBeUndefined();
  });

  it.each([
    ['{"a": NaN}', 'expected value at line 1 column 7'],
    ['{"a": 1, "b": -Infinity, "c": NaN}', 'expected value at line 1 column 15'],
    ['{"a": NaN', 'EOF while parsing an object at line 1 column 9'],
  ])('refuses the numbers JSON lacks: %s', (text, problem) => {
    expect(jsonProblem(text)).toBe(problem);
  });
});

describe('data limits', () => {
  const schema = { type: 'object', properties: { a: {} } };

  it('refuse data nested too deep', async () => {
    const { validateData } = await compileValidator(schema, { extras: 'keep' });
    const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
    expect(validateData({ a: deep(199) }).ok).toBe(true);
    expect(validateData({ a: deep(200) })).toMatchObject({ ok: false, errors: [{ type: 'recursion_loop', loc: [] }] });
  });

  it('refuse work that explodes with the depth of the data', async () => {
    const branch = (name: string) => ({
      type: 'object',
      title: name,
      properties: { next: { $ref: '#/$defs/Node' }, [name]: { type: 'integer' } },
      required: ['end'],
    });
    const recursive = { $defs: { Node: { anyOf: [branch('a'), branch('b')] } }, $ref: '#/$defs/Node' };
    const { validateData } = await compileValidator(recursive, { extras: 'keep' });
    const deep = (levels: number): unknown => (levels === 0 ? {} : { next: deep(levels - 1) });
    const data = deep(100);
    const refused = { ok: false, errors: [{ type: 'value_error', loc: [] }] };
    expect(cpuMs(() => expect(validateData(data)).toMatchObject(refused), 4000)).toBeLessThan(4000);
  });

  it('refuse defaults that multiply', async () => {
    const large = Array.from({ length: 2000 }, (_, n) => n);
    const items = { type: 'object', properties: { b: { default: large } } };
    const repeated = { type: 'object', properties: { a: { type: 'array', items } } };
    const { validateData } = await compileValidator(repeated, { extras: 'keep' });
    expect(validateData({ a: Array.from({ length: 10 }, () => ({})) }).ok).toBe(true);
    expect(validateData({ a: Array.from({ length: 10_000 }, () => ({})) })).toMatchObject({
      ok: false,
      errors: [{ type: 'value_error', loc: [] }],
    });
  });

  it('compare many objects for uniqueness in linear time', async () => {
    const unique = { type: 'object', properties: { a: { type: 'array', uniqueItems: true } } };
    const { validateData } = await compileValidator(unique, { extras: 'keep', validationMs: 60_000 });
    const data = { a: Array.from({ length: 20_000 }, (_, n) => ({ n })) };
    expect(cpuMs(() => expect(validateData(data).ok).toBe(true), 3000)).toBeLessThan(3000);
  });
});
