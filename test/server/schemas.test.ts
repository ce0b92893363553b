import { afterEach, describe, expect, it } from 'vitest';
import type { ToolDefinition } from '../../protocol/spec.ts';
import { calls, openSession, type RunParams, type TestSession, text, toolCall } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const remote = object({ a: { $ref: 'https://example.com/a.json' }, b: { type: 'integer' } });
const place = 'tools.0.inputSchema.properties.a.$ref';

/** Runs an agent whose model calls the tool once, if there is one; what it warned of, and what the model was shown. */
async function run(params: RunParams, args: object = {}) {
  let shown: ToolDefinition[] = [];
  const called: unknown[] = [];
  let requests = 0;
  session = await openSession({
    serve: {
      'model/request': ({ tools }) => {
        shown = tools;
        requests += 1;
        return { response: params.tools && requests === 1 ? calls(toolCall('work', args)) : text('{"a": "x"}') };
      },
      'tool/call': (call) => {
        called.push(call.args);
        return 'done';
      },
    },
  });
  const result = await session.run({ prompt: 'go', ...params });
  const warnings = (session.events.get(result.runId) ?? []).flatMap(({ event }) =>
    event.event_kind === 'warning' ? [{ kind: event.kind, message: event.message }] : [],
  );
  return { result, warnings, shown, called };
}

describe('a schema of which a part cannot be checked', () => {
  it('lets the tool in with a warning that names the tool, the place, the keyword and the reason', async () => {
    const { result, warnings, shown, called } = await run(
      { tools: [{ name: 'work', inputSchema: remote }] },
      { a: 5, b: '7' },
    );
    expect(result.outcome).toBe('success');
    expect(warnings).toEqual([
      {
        kind: 'schema.unchecked',
        message: `Tool 'work': values are not checked against \`$ref\` at ${place} ("https://example.com/a.json" is not local, and nothing is fetched). The model is shown the whole schema; \`strictSchemas\` refuses it.`,
      },
    ]);
    expect(shown[0]?.parameters_json_schema).toEqual(remote);
    expect(called).toEqual([{ a: 5, b: 7 }]);
  });

  it.each([
    ['of an output', { schema: remote, name: 'Thing' }, "Output 'Thing'", 'output.schema.properties.a.$ref'],
    [
      'of an output without a name',
      { schema: { items: { $dynamicRef: '#x' }, type: 'array' } },
      'The output',
      'output.schema.items.$dynamicRef',
    ],
    ['of native output', { schema: remote, mode: 'native' as const }, 'The output', 'output.schema.properties.a.$ref'],
    [
      'of one output of several',
      {
        anyOf: [
          { schema: object({}), name: 'A' },
          { schema: remote, name: 'B' },
        ],
      },
      "Output 'B'",
      'output.schema.properties.a.$ref',
    ],
  ])('warns of the schema %s once', async (_name, output, owner, path) => {
    const { warnings } = await run({ output, retries: 0 });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).toContain(`${owner}: `);
    expect(warnings[0]?.message).toContain(path);
  });

  it('lists some keywords and counts the rest', async () => {
    const many = object(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`p${i}`, { $ref: `x:${i}` }])));
    const { warnings } = await run({ tools: [{ name: 'work', inputSchema: many }] });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).toContain('properties.p7.$ref');
    expect(warnings[0]?.message).not.toContain('properties.p8.$ref');
    expect(warnings[0]?.message).toContain('; and 22 more');
  });

  it('is refused with strictSchemas', async () => {
    session = await openSession();
    const tools = [{ name: 'work', inputSchema: remote }];
    const strict = { model: 'test', prompt: 'go', strictSchemas: true };
    const schemaInvalid = { kind: 'schema.invalid', path: ['tools', 0, 'inputSchema', 'properties', 'a', '$ref'] };
    expect((await session.refusal('run/start', { ...strict, tools })).data).toEqual(schemaInvalid);
    expect((await session.refusal('agent/register', { name: 'a', strictSchemas: true, tools })).data).toEqual(
      schemaInvalid,
    );
    expect((await session.refusal('run/start', { ...strict, output: { schema: remote } })).data).toMatchObject({
      path: ['output', 'schema', 'properties', 'a', '$ref'],
    });
  });

  it('is warned of when an agent is registered, and by each of its runs', async () => {
    session = await openSession({ model: [text('one'), text('two')] });
    const registered = await session.request('agent/register', {
      name: 'worker',
      model: 'host:script',
      tools: [{ name: 'work', inputSchema: remote }],
    });
    expect(registered).toEqual({
      name: 'worker',
      replaced: false,
      warnings: [{ kind: 'schema.unchecked', message: expect.stringContaining(place) }],
    });
    for (const _ of [1, 2]) {
      const { runId } = await session.run({ agent: 'worker', prompt: 'go' });
      expect(session.events.get(runId)?.[1]?.event).toMatchObject({ event_kind: 'warning', kind: 'schema.unchecked' });
    }
    expect(await session.request('agent/register', { name: 'idle' })).toEqual({ name: 'idle', replaced: false });
  });
});

describe('validate: false', () => {
  it.each([
    ['a remote $ref', remote],
    ['a pattern that can hang', object({ p: { pattern: '^(a+)+$' } })],
    ['a broken pattern', object({ p: { pattern: '(' } })],
    ['draft 4', object({ n: { minimum: 0, exclusiveMinimum: true } })],
    ['a type that is none', object({ n: { type: 'int' } })],
    [
      'keywords with values of other types',
      { type: 'object', properties: 'a', required: 5, anyOf: {}, enum: 'x', items: [[1]] },
    ],
    ['a schema that is no object', { type: 'string' }],
  ])('looks at no keyword: %s', async (_name, inputSchema) => {
    const tools = [{ name: 'work', inputSchema, validate: false }];
    const { result, warnings, called } = await run({ tools, strictSchemas: true }, { a: 1 });
    expect({ outcome: result.outcome, warnings, called }).toEqual({
      outcome: 'success',
      warnings: [],
      called: [{ a: 1 }],
    });
  });

  it('does the same for an output', async () => {
    const schema = { ...object({ p: { pattern: '(' }, n: { type: 'int' } }), required: 5 };
    const { result, warnings } = await run({ output: { schema, validate: false }, strictSchemas: true });
    expect({ output: result.output, warnings }).toEqual({ output: { a: 'x' }, warnings: [] });
  });

  it('looks at the size', async () => {
    session = await openSession();
    const inputSchema = { type: 'object', description: 'x'.repeat(70_000) };
    const tools = [{ name: 'work', inputSchema, validate: false }];
    expect(await session.refusal('run/start', { model: 'test', prompt: 'go', tools })).toMatchObject({
      data: { kind: 'schema.invalid', path: ['tools', 0, 'inputSchema'] },
      message: expect.stringContaining('bytes'),
    });
  });
});

describe('the schema of the arguments of a tool', () => {
  it.each<[string, object, (string | number)[]]>([
    ['a text', { type: 'string' }, ['type']],
    ['a text or null', { type: ['string', 'null'] }, ['type']],
    ['a text of some', { enum: ['a', 'b'] }, ['enum']],
    ['a constant', { const: 5 }, ['const']],
    ['a list', { type: 'array', items: {} }, ['type']],
    ['one of several texts', { anyOf: [{ type: 'string' }, { const: 1 }] }, ['anyOf']],
    ['a text by reference', { $ref: '#/$defs/T', $defs: { T: { type: 'string' } } }, ['$ref']],
    ['an object and a text', { allOf: [{ type: 'object' }, { type: 'string' }] }, ['allOf']],
  ])('is refused when it is %s', async (_name, inputSchema, path) => {
    session = await openSession();
    const tools = [{ name: 'work', inputSchema }];
    expect(await session.refusal('run/start', { model: 'test', prompt: 'go', tools })).toMatchObject({
      data: { kind: 'schema.invalid', path: ['tools', 0, 'inputSchema', ...path] },
      message: expect.stringContaining('describe an object with {"type": "object"'),
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['is empty', {}],
    ['has no type', { properties: { a: {} } }],
    ['may be an object', { type: ['string', 'object'] }],
    ['is an object or a text', { anyOf: [{ type: 'string' }, { type: 'object' }] }],
    ['is an object by reference', { $ref: '#/$defs/T', $defs: { T: { properties: {} } } }],
    ['is nullable', { type: 'object', nullable: true }],
    ['refers to something that is not known', { $ref: 'https://example.com/x' }],
  ])('is taken when it %s', async (_name, inputSchema) => {
    const { result, called } = await run({ tools: [{ name: 'work', inputSchema }] }, { a: 1 });
    expect({ outcome: result.outcome, called }).toEqual({ outcome: 'success', called: [{ a: 1 }] });
  });
});
