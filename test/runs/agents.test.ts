import { afterEach, describe, expect, it } from 'vitest';
import { calls, openSession, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const tool = (name: string) => ({ name, inputSchema: schemaOf({}) });

describe('a registered agent', () => {
  it('is listed, used by name, replaced and forgotten', async () => {
    session = await openSession({ model: [text('hello')] });
    const agent = { name: 'greeter', model: 'host:script', tools: [tool('wave')] };
    expect(await session.request('agent/register', agent)).toEqual({ name: 'greeter', replaced: false });
    expect(await session.request('agent/list', {})).toEqual({
      agents: [{ name: 'greeter', model: 'host:script', tools: ['wave'] }],
    });
    const result = await session.request('run/start', { agent: 'greeter', prompt: 'hi', wait: true });
    expect(result).toMatchObject({ outcome: 'success', output: 'hello' });
    expect(await session.request('agent/register', agent)).toEqual({ name: 'greeter', replaced: true });
    expect(await session.request('agent/unregister', { name: 'greeter' })).toEqual({ removed: true });
    expect(await session.request('agent/unregister', { name: 'greeter' })).toEqual({ removed: false });
    const guess = await session.refusal('run/start', { agent: 'greeter', prompt: 'hi' });
    expect(guess.data.kind).toBe('agent.notFound');
  });

  it('is guessed at when its name is misspelt', async () => {
    session = await openSession();
    await session.request('agent/register', { name: 'greeter' });
    expect((await session.refusal('run/start', { agent: 'greter', prompt: 'hi' })).data.didYouMean).toBe('greeter');
  });

  it('is added to by a run: instructions, tools and processors add, settings and retries merge by key, the rest replaces', async () => {
    const requested: Record<string, unknown>[] = [];
    session = await openSession({
      serve: {
        'model/request': (request) => {
          requested.push(request as unknown as Record<string, unknown>);
          return { response: text('done') };
        },
        'history/process': ({ processor, messages }) => {
          requested.push({ processor });
          return { messages };
        },
      },
    });
    await session.request('agent/register', {
      name: 'a',
      model: 'host:script',
      instructions: 'Be kind.',
      tools: [tool('one')],
      historyProcessors: ['p1'],
      modelSettings: { temperature: 0, max_tokens: 10 },
    });
    await session.request('run/start', {
      agent: 'a',
      prompt: 'hi',
      wait: true,
      instructions: 'Be brief.',
      tools: [tool('two')],
      historyProcessors: ['p2'],
      modelSettings: { max_tokens: 20 },
    });
    expect(requested).toMatchObject([
      { processor: 'p1' },
      { processor: 'p2' },
      {
        instructions: 'Be kind.\n\nBe brief.',
        tools: [{ name: 'one' }, { name: 'two' }],
        settings: { temperature: 0, max_tokens: 20 },
      },
    ]);
  });

  it('with validators keeps its output', async () => {
    session = await openSession();
    await session.request('agent/register', { name: 'a', outputValidators: ['v'] });
    expect(await session.refusal('run/start', { agent: 'a', prompt: 'hi', output: { schema: {} } })).toMatchObject({
      message: 'Cannot set a custom run `output_type` when the agent has output validators',
      data: { kind: 'run.invalid' },
    });
  });

  it('merges retries by key', async () => {
    session = await openSession({
      model: [calls(toolCall('one', {}, 'c1')), calls(toolCall('one', {}, 'c2'))],
      serve: { 'tool/call': ({ maxRetries }) => ({ retry: `of ${maxRetries}` }) },
    });
    await session.request('agent/register', {
      name: 'a',
      model: 'host:script',
      tools: [tool('one')],
      retries: { tools: 1, output: 5 },
    });
    const result = await session.request('run/start', { agent: 'a', prompt: 'hi', wait: true, retries: { output: 2 } });
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { data: { kind: 'model.unexpectedBehavior', cause: { kind: 'ModelRetry', message: 'of 1' } } },
    });
  });

  it.each([
    [{ name: 'a', tols: [] }, 'params.unknownField'],
    [{ name: 'a', tools: [tool('x'), tool('x')] }, 'tool.conflict'],
    [{ name: 'a', output: { schema: { type: 'strng' } } }, 'schema.invalid'],
    [{ name: 'a', prompt: 'hi' }, 'params.unknownField'],
    [{ tools: [] }, 'params.invalid'],
  ])('%j is refused when it is registered', async (agent, kind) => {
    session = await openSession();
    expect((await session.refusal('agent/register', agent)).data.kind).toBe(kind);
    expect(await session.request('agent/list', {})).toEqual({ agents: [] });
  });

  it('has a bound', async () => {
    session = await openSession({ deps: { limits: { agents: 1 } } });
    await session.request('agent/register', { name: 'a' });
    await session.request('agent/register', { name: 'a' });
    expect((await session.refusal('agent/register', { name: 'b' })).data).toMatchObject({
      kind: 'overloaded',
      limit: 'agents',
    });
  });
});

describe('the daemon about itself', () => {
  it('lists its models with what is missing', async () => {
    session = await openSession();
    const { models } = await session.request('models/list', {});
    const listed = models.map(({ id, available, missing }) => ({ id, available, missing }));
    expect(listed.slice(0, 2)).toEqual([
      { id: 'test', available: true, missing: undefined },
      { id: 'host:*', available: true, missing: undefined },
    ]);
    expect(listed).toContainEqual({ id: 'openai-chat:*', available: false, missing: 'OPENAI_API_KEY' });
  });

  it('describes every method it serves, and serves every method it describes', async () => {
    session = await openSession();
    const document = (await session.request('rpc/discover', {})) as unknown as { requests: Record<string, unknown> };
    const served = await Promise.all(
      Object.keys(document.requests).map(async (method) => {
        if (method === 'shutdown') return method;
        const answer = await session.pair.client.sendRequest(method, {}).then(
          () => 'ok',
          (error: { data: { kind: string } }) => error.data.kind,
        );
        return answer === 'method.notFound' ? null : method;
      }),
    );
    expect(served).toEqual(Object.keys(document.requests));
  });

  it('reports a default model with a warning', async () => {
    session = await openSession({ initialize: { initializationOptions: { defaults: { model: null } } } });
    const result = await session.request('run/start', { prompt: 'hi', wait: true });
    const runId = (result as { runId: string }).runId;
    expect(session.events.get(runId)?.[1]?.event).toMatchObject({ event_kind: 'warning', kind: 'model.defaulted' });
  });

  it('takes the default model of the connection without one', async () => {
    session = await openSession({
      model: [text('hello')],
      initialize: { initializationOptions: { defaults: { model: 'host:script' } } },
    });
    const result = (await session.request('run/start', { prompt: 'hi', wait: true })) as { runId: string };
    expect(result).toMatchObject({ output: 'hello' });
    expect(session.events.get(result.runId)?.map(({ event }) => event.event_kind)).not.toContain('warning');
  });
});
