import { afterEach, describe, expect, it } from 'vitest';
import { startPair } from '../support/pair.ts';
import { calls, openSession, refusalOf, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

/** The daemon goes on serving: a run starts and ends. */
async function stillServes(): Promise<void> {
  expect(await session.run({ model: 'test', prompt: 'still there?' })).toMatchObject({ outcome: 'success' });
}

describe('a request that names what is not there', () => {
  it.each([
    ['run/messages', { runId: 'nope' }, 'run.notFound', "There is no run 'nope'."],
    ['run/newMessages', { runId: 'nope' }, 'run.notFound', "There is no run 'nope'."],
    ['run/usage', { runId: 'nope' }, 'run.notFound', "There is no run 'nope'."],
    ['run/get', { runId: 'nope' }, 'run.notFound', "There is no run 'nope'."],
    ['run/wait', { runId: 'nope' }, 'run.notFound', "There is no run 'nope'."],
    ['run/cancel', { runId: 'nope' }, 'run.notFound', "There is no run 'nope'."],
    ['run/start', { agent: 'nope' }, 'agent.notFound', "There is no agent 'nope'. Register it with agent/register."],
    ['run/start', { messageHistory: { runId: 'nope' } }, 'run.notFound', "There is no run 'nope'."],
    [
      'run/start',
      { model: 'nope:x' },
      'model.unknown',
      expect.stringContaining("Unknown model 'nope:x'. The providers are: test, host, openai, openai-chat, "),
    ],
    ['run/start', { model: 'host' }, 'model.unknown', "Unknown model 'host'. Name a model of the host as `host:NAME`."],
    [
      'agent/register',
      { name: 'a', model: 'nope' },
      'model.unknown',
      expect.stringContaining("Unknown model 'nope'. The providers are: test, host, openai, openai-chat, "),
    ],
    ['nope/nope', {}, 'method.notFound', "There is no method 'nope/nope'; rpc/discover lists those there are."],
    ['$/nope', {}, 'method.notFound', "There is no method '$/nope'; rpc/discover lists those there are."],
  ])('%s %j', async (method, params, kind, message) => {
    session = await openSession();
    expect(await session.refusal(method, params)).toMatchObject({ message, data: { kind } });
    await stillServes();
  });

  it('distinguishes a run that is no longer kept from one that never was', async () => {
    session = await openSession();
    const { runId } = await session.run({ model: 'test', prompt: 'hi' });
    expect(await session.request('run/release', { runId })).toEqual({ released: true });
    expect((await session.refusal('run/messages', { runId })).data.kind).toBe('run.evicted');
    expect(await session.request('run/release', { runId })).toEqual({ released: false });
  });

  it('a missing key is reported by the name of its variable, before any request', async () => {
    session = await openSession({ initialize: { initializationOptions: { callbacks: ['tool/call'] } } });
    expect(await session.refusal('run/start', { model: 'openai-chat:gpt-5', prompt: 'hi' })).toMatchObject({
      code: 1410,
      data: { kind: 'auth.missing', envVar: 'OPENAI_API_KEY' },
    });
  });
});

describe('a misspelt field of a specification', () => {
  it.each([
    [{ promt: 'hi' }, ['promt'], 'prompt'],
    [{ prompt: 'hi', usage_limits: {} }, ['usage_limits'], 'usageLimits'],
    [{ prompt: 'hi', usageLimits: { requestLimit: 3 } }, ['usageLimits', 'requestLimit'], 'request_limit'],
    [{ prompt: 'hi', tools: [{ name: 't', inputSchema: {}, timeoutMS: 3 }] }, ['tools', 0, 'timeoutMS'], 'timeoutMs'],
    [{ prompt: 'hi', output: { shema: {} } }, ['output', 'shema'], 'schema'],
    [
      { prompt: 'hi', output: { anyOf: [{ type: 'text' }, { schema: {}, toolname: 'x' }] } },
      ['output', 'anyOf', 1, 'toolname'],
      'toolName',
    ],
    [{ prompt: 'hi', model: { model: 'test', seting: {} } }, ['model', 'seting'], 'settings'],
    [{ prompt: 'hi', retries: { tool: 3 } }, ['retries', 'tool'], 'tools'],
    [{ prompt: 'hi', xyzzy: 1 }, ['xyzzy'], undefined],
  ])('%j', async (params, path, didYouMean) => {
    session = await openSession();
    const refusal = await session.refusal('run/start', params);
    expect(refusal).toMatchObject({ code: 1001, data: { kind: 'params.unknownField', path } });
    expect(refusal.data.didYouMean).toBe(didYouMean);
    await stillServes();
  });

  it('is not looked for elsewhere: unknown fields of other requests, and _meta, are ignored', async () => {
    session = await openSession();
    const { runId } = await session.run({ model: 'test', prompt: 'hi', _meta: { trace: 1 } });
    expect(await session.request('run/usage', { runId, more: true } as never)).toMatchObject({ complete: true });
  });
});

describe('a value of the wrong kind', () => {
  it.each([
    ['run/start', { prompt: 5 }, 'params.invalid', ['prompt']],
    ['run/start', { prompt: 'hi', timeoutMs: -1 }, 'params.invalid', ['timeoutMs']],
    ['run/start', { prompt: 'hi', tools: 'all' }, 'params.invalid', ['tools']],
    ['run/start', { prompt: 'hi', endStrategy: 'soon' }, 'params.invalid', ['endStrategy']],
    ['run/start', 'hi', 'params.invalid', []],
    ['run/messages', {}, 'params.invalid', ['runId']],
  ])('%s %j', async (method, params, kind, path) => {
    session = await openSession();
    const { code, data } = await session.refusal(method, params);
    expect({ code, kind: data.kind }).toEqual({ code: -32602, kind });
    expect((data.issues as { path: unknown }[])[0]?.path).toEqual(path);
    await stillServes();
  });

  it.each([
    ['a schema that is none', { type: 5 }],
    ['a reference to another place', { $ref: 'https://example.com/schema.json' }],
    ['a pattern that needs backtracking', { type: 'object', properties: { a: { type: 'string', pattern: '(a)\\1' } } }],
  ])('%s is told with its path', async (_name, inputSchema) => {
    session = await openSession();
    const tools = [{ name: 't', inputSchema }];
    const { data } = await session.refusal('run/start', { prompt: 'hi', tools, strictSchemas: true });
    expect(data).toMatchObject({ kind: 'schema.invalid' });
    expect((data.path as unknown[]).slice(0, 3)).toEqual(['tools', 0, 'inputSchema']);
    await stillServes();
  });

  it.each([
    ['an unknown kind of message', [{ kind: 'memo', parts: [] }], 0],
    [
      'an unknown kind of part',
      [
        { kind: 'request', parts: [] },
        { kind: 'response', parts: [{ part_kind: 'x' }] },
      ],
      1,
    ],
    ['a part in the wrong message', [{ kind: 'request', parts: [{ part_kind: 'text', content: 'x' }] }], 0],
    [
      'bytes that are none',
      [
        {
          kind: 'request',
          parts: [{ part_kind: 'user-prompt', content: [{ kind: 'binary', data: '***', media_type: 'image/png' }] }],
        },
      ],
      0,
    ],
    [
      'a time that is none',
      [{ kind: 'request', parts: [{ part_kind: 'user-prompt', content: 'x', timestamp: 'soon' }] }],
      0,
    ],
  ])('a history with %s is refused with the index of the message', async (_name, messageHistory, index) => {
    session = await openSession();
    expect(await session.refusal('run/start', { prompt: 'hi', messageHistory })).toMatchObject({
      code: 1203,
      data: { kind: 'history.invalid', index, reason: expect.any(String) },
    });
    await stillServes();
  });

  it.each([
    ['nothing but null', { type: 'null' }],
    ['two texts', { anyOf: [{ type: 'text' }, { type: 'text' }] }],
    ['neither type nor schema', {}],
    ['both type and schema', { type: 'text', schema: {} }],
    ['native beside another', { anyOf: [{ schema: {}, mode: 'native' }, { type: 'text' }] }],
    ['prompted text', { anyOf: [{ schema: {} }, { type: 'text' }], mode: 'prompted' }],
  ])('an output with %s is refused', async (_name, output) => {
    session = await openSession();
    expect((await session.refusal('run/start', { prompt: 'hi', output })).data.kind).toBe('run.invalid');
    await stillServes();
  });

  it('an external tool that nothing could serve is refused at once', async () => {
    session = await openSession();
    const params = { prompt: 'hi', tools: [{ name: 't', inputSchema: {}, external: true }] };
    expect((await session.refusal('run/start', params)).data.kind).toBe('run.invalid');
  });

  it('two tools of one name are a conflict', async () => {
    session = await openSession();
    const tool = { name: 'ping', inputSchema: {} };
    expect(await session.refusal('run/start', { prompt: 'hi', tools: [tool, tool] })).toMatchObject({
      message: "Tool name conflicts with existing tool: 'ping'",
      data: { kind: 'tool.conflict', tool: 'ping' },
    });
  });
});

describe('the handshake', () => {
  it('comes first', async () => {
    const pair = startPair();
    pair.client.listen();
    expect(await refusalOf(pair.client.sendRequest('run/list', {}))).toMatchObject({
      code: -32002,
      data: { kind: 'notInitialized' },
    });
    await pair.client.sendRequest('initialize', {});
    expect(await pair.client.sendRequest('run/list', {})).toEqual({ runs: [] });
    await pair.close();
  });

  it('is made once', async () => {
    session = await openSession();
    expect(await session.refusal('initialize', {})).toMatchObject({ code: -32600, data: { kind: 'request.invalid' } });
    await stillServes();
  });

  it('fails when there is no common version', async () => {
    const pair = startPair();
    pair.client.listen();
    const params = { initializationOptions: { protocolVersions: [7, 8] } };
    expect(await refusalOf(pair.client.sendRequest('initialize', params))).toMatchObject({
      code: 1000,
      data: { kind: 'protocol.unsupported', asked: [7, 8], supported: [1] },
    });
    await pair.close();
  });

  it('accepts what LSP clients send, and gives capabilities as an object', async () => {
    session = await openSession({
      initialize: {
        processId: null,
        rootUri: null,
        capabilities: { workspace: {} },
        workspaceFolders: null,
        trace: 'off',
        clientInfo: { name: 'ed' },
        _meta: {},
      },
    });
    expect(await session.request('health/get', {})).toBeTruthy();
  });

  it('lowers limits and never raises them', async () => {
    const pair = startPair();
    pair.client.listen();
    const result = await pair.client.sendRequest('initialize', {
      initializationOptions: { limits: { activeRuns: 1, queuedRuns: 999_999, nonsense: 1 } },
    });
    expect(result).toMatchObject({ limits: { activeRuns: 1, queuedRuns: 1024 } });
    await pair.close();
  });

  it('nothing but exit follows shutdown', async () => {
    session = await openSession();
    await session.request('shutdown', {});
    expect(await session.refusal('run/list', {})).toMatchObject({ code: -32600, data: { kind: 'request.invalid' } });
  });
});

describe('a run id', () => {
  it('repeated with the same parameters gives that run, with others a conflict', async () => {
    session = await openSession();
    const params = { model: 'test', runId: 'mine', prompt: 'hi' };
    const first = await session.run(params);
    expect(await session.run({ prompt: 'hi', runId: 'mine', model: 'test', wait: null })).toEqual(first);
    expect(await session.refusal('run/start', { ...params, prompt: 'other' })).toMatchObject({
      code: 1102,
      data: { kind: 'run.idConflict', runId: 'mine' },
    });
  });

  it('that stands in the given history is refused', async () => {
    session = await openSession();
    const messageHistory = [{ kind: 'request' as const, parts: [], run_id: 'mine' }];
    expect((await session.refusal('run/start', { runId: 'mine', prompt: 'hi', messageHistory })).data.kind).toBe(
      'run.invalid',
    );
  });
});

describe('the content of the output tool return', () => {
  const output = { schema: schemaOf({ city: { type: 'string' } }) };
  const read = (params: object) => session.request('run/messages', params as { runId: string });

  it('is replaced in a copy of the last message; an empty text is a value', async () => {
    session = await openSession({ model: [calls(toolCall('final_result', { city: 'Oslo' }))] });
    const { runId } = await session.run({ prompt: 'hi', output });
    const before = await read({ runId });
    for (const content of ['Shown.', '']) {
      const { messages } = await read({ runId, outputToolReturnContent: content });
      expect(messages?.at(-1)?.parts[0]).toMatchObject({ part_kind: 'tool-return', content });
      expect(messages?.slice(0, -1)).toEqual(before.messages?.slice(0, -1));
    }
    const older = await read({ runId, resultToolReturnContent: 'Older name.' });
    expect(older.messages?.at(-1)?.parts[0]).toMatchObject({ content: 'Older name.' });
    expect(await read({ runId })).toEqual(before);
  });

  it('cannot be replaced when the output came from text', async () => {
    session = await openSession({ model: [text('hello')] });
    const { runId } = await session.run({ prompt: 'hi' });
    expect(await session.refusal('run/messages', { runId, outputToolReturnContent: 'x' })).toMatchObject({
      code: 1105,
      data: { kind: 'run.outputIsText', runId },
    });
  });

  it('cannot be replaced when there is none: a failed run', async () => {
    session = await openSession({ model: [calls(toolCall('final_result', {})), calls(toolCall('final_result', {}))] });
    const { runId, outcome } = await session.run({ prompt: 'hi', output });
    expect(outcome).toBe('failed');
    expect(await session.refusal('run/newMessages', { runId, outputToolReturnContent: 'x' })).toMatchObject({
      code: 1106,
      data: { kind: 'run.noToolReturn', runId },
    });
  });
});
