import { afterEach, describe, expect, it } from 'vitest';
import { completion, loopback } from '../models/ai-sdk/loopback.ts';
import { openSession, type TestSession, text } from '../support/session.ts';

let session: TestSession;
const opened: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of [session, ...opened.splice(0)]) await one.close();
});

const warningsOf = (runId: string) =>
  session.events
    .get(runId)
    ?.flatMap(({ event }) => (event.event_kind === 'warning' ? [{ kind: event.kind, message: event.message }] : []));

describe('`fallbackOn`', () => {
  it.each([
    ['nonsense', /contains 'nonsense', which is not an error kind of model requests\. The kinds are: model\.http, /],
    ['model.htp', /did you mean 'model\.http'\?/],
    ['run.cancelled', /'run\.cancelled', which is not an error kind of model requests/],
  ])('refuses a kind that no model ends with: %s', async (kind, message) => {
    session = await openSession();
    const model = { models: ['test', 'test'], fallbackOn: [kind] };
    for (const [method, params] of [
      ['run/start', { prompt: 'hi', model }],
      ['agent/register', { name: 'a', model }],
    ] as const) {
      expect(await session.refusal(method, params)).toMatchObject({
        data: { kind: 'run.invalid' },
        message: expect.stringMatching(message),
      });
    }
  });

  it.each([
    ['its own kind', 'quotaOfTheHouse', []],
    ['what looks like a slip', 'model.htp', [expect.stringContaining("Did you mean 'model.http'?")]],
  ])('beside a host model takes %s', async (_what, kind, messages) => {
    session = await openSession({ model: [text('ok')] });
    const { runId } = await session.run({
      prompt: 'hi',
      model: { models: ['host:script', 'test'], fallbackOn: [kind] },
    });
    expect(warningsOf(runId)).toEqual(messages.map((message) => ({ kind: 'model.fallbackOn', message })));
  });
});

describe('a setting that no provider knows', () => {
  const unknown = (name: string, guess = '.') => ({
    kind: 'model.setting',
    message: `No provider knows the setting '${name}'${guess}`,
  });
  const slip = unknown('temprature', "; did you mean 'temperature'?");

  it.each([
    ['the embedded model', 'test', [slip, unknown('flavour')]],
    ['a model of the host, which may know more', 'host:script', [slip]],
    ['a list of both', ['host:script', 'test'], [slip]],
  ] as const)('is named before the run with %s', async (_what, model, warnings) => {
    session = await openSession({ serve: { 'model/request': () => ({ response: text('ok') }) } });
    const modelSettings = { temprature: 0, flavour: 'sweet', openai_store: false, max_tokens: 5 };
    const { runId } = await session.run({ prompt: 'hi', model: model as never, modelSettings });
    expect(warningsOf(runId)).toEqual(warnings);
  });

  it('is named by the provider that left it out', async () => {
    const server = await loopback({ status: 200, body: completion() });
    opened.push(server);
    session = await openSession({ deps: { env: { K: 'k' }, allowEnv: new Set(['K']) } });
    const { runId } = await session.run({
      prompt: 'hi',
      stream: false,
      model: { model: 'openai-chat:gpt-x', baseUrl: server.url, apiKeyEnv: 'K' },
      modelSettings: { temprature: 0 },
    });
    expect(warningsOf(runId)).toEqual([
      {
        kind: 'model.setting',
        message:
          "'openai' does not support the setting 'temprature' for this request, so it was not sent; did you mean 'temperature'?",
      },
    ]);
  });
});
