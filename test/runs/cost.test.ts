import { afterEach, describe, expect, it } from 'vitest';
import { completion, loopback, type Reply } from '../models/ai-sdk/loopback.ts';
import { calls, openSession, type RunParams, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

let server: Awaited<ReturnType<typeof loopback>> | undefined;
let session: TestSession;
afterEach(async () => {
  await session.close();
  await server?.close();
  server = undefined;
});

const usage = { prompt_tokens: 1000, completion_tokens: 100 };
const priced = (model: string, message: object = { content: 'ok' }): Reply => ({
  status: 200,
  body: completion(message, { model, usage }),
});
const call = { content: null, tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }] };

async function open(...replies: Reply[]) {
  server = await loopback(...replies);
  session = await openSession({
    deps: { env: { MY_KEY: 'key-of-the-operator' }, allowEnv: new Set(['MY_KEY']) },
    serve: { 'tool/call': () => 'done' },
  });
}

const entry = () => ({ model: 'openai-chat:gpt-4o', baseUrl: server?.url ?? '', apiKeyEnv: 'MY_KEY' });
const params = (fields: object = {}): RunParams => ({
  runId: 'r',
  prompt: 'hi',
  stream: false,
  model: entry(),
  tools: [{ name: 'f', inputSchema: schemaOf({}) }],
  ...fields,
});

const warnings = (runId = 'r') =>
  session.events.get(runId)?.flatMap(({ event }) => (event.event_kind === 'warning' ? [event.kind] : []));

describe('the cost of a run', () => {
  it('stands on each response and in the usage, added exactly', async () => {
    await open(priced('gpt-4o-2024-08-06', call), priced('gpt-4o-2024-08-06'));
    const result = await session.run(params({ include: ['messages'] }));
    expect(result.usage).toMatchObject({ requests: 2, cost: '0.0070' });
    const responses = result.messages?.filter((message) => message.kind === 'response');
    expect(responses?.map((response) => response.usage.cost)).toEqual(['0.0035', '0.0035']);
    const { usage, requests } = await session.request('run/usage', { runId: 'r', detail: true });
    expect(usage.cost).toBe('0.0070');
    expect(requests?.map(({ cost }) => cost)).toEqual(['0.0035', '0.0035']);
  });

  it('is that of the model that answered when others failed', async () => {
    await open({ status: 400, body: {} }, priced('gpt-4o-2024-08-06'));
    const { usage } = await session.run(params({ model: [{ ...entry(), model: 'openai-chat:nope' }, entry()] }));
    expect(usage.cost).toBe('0.0035');
  });

  it('is null when no price is known', async () => {
    await open(priced('llama-of-my-own'));
    expect((await session.run(params())).usage.cost).toBeNull();
    expect(warnings()).toEqual([]);
  });
});

describe('a limit of the cost', () => {
  it('ends the run after the response that breaks it, before its calls', async () => {
    await open(priced('gpt-4o-2024-08-06', call));
    const { outcome, error, usage } = await session.run(params({ usageLimits: { cost_limit: 0.001 } }));
    expect(outcome).toBe('failed');
    expect(error).toMatchObject({
      message: "Exceeded the `cost_limit` of 0.001 (`usage.cost`=Decimal('0.0035')). Consider raising the limit.",
      data: { kind: 'usage.limitExceeded', limit: 'cost_limit', max: '0.001', value: '0.0035' },
    });
    expect(usage).toMatchObject({ cost: '0.0035', tool_calls: 0 });
  });

  it('counts what was used before the run, before any request', async () => {
    await open(priced('gpt-4o-2024-08-06'));
    const { error } = await session.run(params({ usage: { cost: '1.5' }, usageLimits: { cost_limit: '1' } }));
    expect(error?.message).toMatch(/^The next request would exceed the `cost_limit` of 1 \(`cost`=Decimal\('1.5'\)\)/);
    expect(server?.seen).toEqual([]);
  });

  it('warns at the end of a run whose price is not known', async () => {
    await open(priced('llama-of-my-own'));
    expect((await session.run(params({ usageLimits: { cost_limit: 1 } }))).outcome).toBe('success');
    expect(warnings()).toEqual(['cost.unknown']);
    expect(session.events.get('r')?.at(-1)?.event.event_kind).toBe('run_finished');
  });

  it('holds for a host model that says its cost, and warns for one that says less', async () => {
    session = await openSession({
      model: [
        { ...calls(toolCall('f')), usage: { cost: '0.2' } },
        { ...text('free'), usage: { input_tokens: 3 } },
        text('free'),
      ],
    });
    const limited = { prompt: 'hi', usageLimits: { cost_limit: '0.1' } };
    const first = await session.run({ ...limited, tools: [{ name: 'f', inputSchema: schemaOf({}) }] });
    expect(first.error?.data).toMatchObject({ kind: 'usage.limitExceeded', limit: 'cost_limit' });
    expect(await session.run({ ...limited, runId: 'r' })).toMatchObject({ outcome: 'success' });
    expect(warnings('r')).toEqual(['cost.unknown']);
    expect(await session.run({ ...limited, runId: 'unmeasured' })).toMatchObject({
      usage: { requests: 1, unmeasured_requests: 1, input_tokens: 0, total_tokens: 0 },
    });
    expect(warnings('unmeasured')).toEqual(['usage.unmeasured']);
  });
});

describe('models/list', () => {
  it('has the known models of each provider with prices, and can be limited to one provider', async () => {
    session = await openSession({ deps: { env: { OPENAI_API_KEY: 'x' } } });
    const { models } = await session.request('models/list', { provider: 'openai-chat' });
    expect(new Set(models.map(({ provider }) => provider))).toEqual(new Set(['openai-chat']));
    expect(models.find(({ id }) => id === 'openai-chat:gpt-4o')).toMatchObject({
      contextWindow: 128_000,
      input: ['text', 'image', 'document'],
      prices: { input_mtok: 2.5, output_mtok: 10 },
      available: true,
    });
    expect((await session.request('models/list', {})).models.length).toBeGreaterThan(models.length);
    expect((await session.request('models/list', { provider: 'nobody' })).models).toEqual([]);
  });
});
