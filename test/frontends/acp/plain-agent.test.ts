import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AgentSpec, ModelEntry } from '../../../protocol/spec.ts';
import { agentFileOf } from '../../../server/frontends/agent-file.ts';
import { plainAgent } from '../../../server/frontends/plain-agent.ts';
import { folderWith } from '../../support/temporary.ts';

const file = join(folderWith(), 'agent.json');
const options = { agent: file, models: [], mode: 'ask' } as const;

/** The agent of a file with this content, by hand and by the schema; undefined where there is none. */
function both(content: unknown) {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  let full: ReturnType<typeof agentFileOf> | undefined;
  try {
    full = agentFileOf(options);
  } catch {
    full = undefined;
  }
  return { plain: plainAgent(options), full };
}

/** A value for a field: mostly of its kind, sometimes of another one. */
const mostly = <T>(kind: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 100, arbitrary: kind as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: fc.jsonValue() });
/** A field that is seldom there, since its agent is none that is plain. */
const seldom = <T>(kind: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 20, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: kind as fc.Arbitrary<unknown> });
const some = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(Object.fromEntries(Object.entries(fields).map(([name, kind]) => [name, fc.option(mostly(kind))])), {
    requiredKeys: [],
  });
const word = fc.string({ minLength: 1, maxLength: 4 });
const anyWord = fc.oneof({ weight: 20, arbitrary: word }, { weight: 1, arbitrary: fc.constant('') });
const words = fc.array(mostly(anyWord), { maxLength: 2 });
const count = fc.oneof({ weight: 20, arbitrary: fc.nat() }, { weight: 1, arbitrary: fc.double() });
const secret = fc.record({ secret: anyWord });
const values = fc.dictionary(word, mostly(fc.oneof(anyWord, secret)), { maxKeys: 2 });
const other = { other: seldom(word) };
const settings = some({ max_tokens: count, temperature: fc.double(), top_p: count, thinking: word, ...other });
const modelFields = { baseUrl: word, apiKeyEnv: anyWord, headers: values, settings, ...other };
const model = fc.oneof(
  word,
  fc.tuple(anyWord, some(modelFields)).map(([name, more]) => ({ ...more, model: name })),
);
const server = some({
  ...{ command: anyWord, args: words, env: values, cwd: word, url: anyWord, headers: values, prefix: word },
  ...{ tools: words, excludeTools: words, requiresApproval: fc.oneof(fc.boolean(), words), trusted: fc.boolean() },
  ...{ type: fc.constantFrom('stdio', 'http'), optional: fc.boolean(), instructions: fc.boolean(), ...other },
});
const anyAgent = mostly(
  some({
    ...{ name: anyWord, model, models: fc.array(mostly(model), { maxLength: 2 }), modelSettings: settings },
    ...{ instructions: fc.oneof(word, words), systemPrompt: words, retries: count },
    mcpServers: fc.dictionary(anyWord, server, { maxKeys: 2 }),
    usageLimits: some({ request_limit: count, cost_limit: count, ...other }),
    ...{ tools: seldom(fc.constant([])), deferred: seldom(word), workspace: seldom(some({})), ...other },
  }),
);

it('takes what the schema takes and does not change', () => {
  let taken = 0;
  fc.assert(
    fc.property(anyAgent, (content) => {
      const { plain, full } = both(content);
      if (!plain) return;
      taken += 1;
      expect(plain).toEqual(full);
    }),
    { numRuns: 500 },
  );
  expect(taken).toBeGreaterThan(30);
});

it('leaves to the schema each field with a value that it refuses', () => {
  const fields = [...Object.keys((AgentSpec() as unknown as { shape: object }).shape), 'models', 'other'];
  const refused = fields
    .flatMap((name) => ['', 1, 1.5, -1, true, [], [[]], {}, { a: {} }, null].map((value) => ({ [name]: value })))
    .filter((content) => !both(content).full);
  expect(refused.length).toBeGreaterThan(100);
  expect(refused.filter((content) => both(content).plain)).toEqual([]);
  expect(ModelEntry().safeParse(null).success).toBe(false);
});

it.each([
  ['the one of the guide', new URL('../../../docs/guide/editors/agent.json', import.meta.url).pathname],
  ['none', undefined],
])('takes %s', (_which, agent) => {
  const given = { agent, models: ['a:b', 'c:d'], mode: 'ask' } as const;
  expect(plainAgent(given)).toBeDefined();
  expect(plainAgent(given)).toEqual(agentFileOf(given));
});

it.each([
  ['a field that it does not know', { endStrategy: 'early' }],
  ['a model that is null', { model: null }],
  ['a name that records leave out', '{"mcpServers": {"__proto__": {"command": "x"}}}'],
  ['a number that is none', '{"modelSettings": {"temperature": 1e999}}'],
  ['no JSON', '{nope'],
  ['no object', []],
])('leaves to the schema %s', (_what, content) => {
  expect(both(content).plain).toBeUndefined();
});

it('leaves a file that cannot be read', () => {
  expect(plainAgent({ agent: '/does/not/exist.json', models: [], mode: 'ask' })).toBeUndefined();
});
