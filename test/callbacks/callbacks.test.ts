import { afterEach, describe, expect, it } from 'vitest';
import { ResponseError } from 'vscode-jsonrpc/node';
import { calls, openSession, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const tool = { name: 'work', inputSchema: schemaOf({}) };

/** Messages and usage stay readable, and the daemon serves on. */
async function stillServes(runId: string): Promise<void> {
  const { messages, complete } = await session.request('run/messages', { runId });
  expect({ complete, isList: Array.isArray(messages) }).toEqual({ complete: true, isList: true });
  expect(await session.request('run/usage', { runId })).toMatchObject({ complete: true });
  expect(await session.run({ model: 'test', prompt: 'still there?' })).toMatchObject({ outcome: 'success' });
}

const lastReturn = async (runId: string) => {
  const { messages } = await session.request('run/newMessages', { runId });
  return messages?.flatMap((message) => (message.kind === 'request' ? message.parts : [])).at(-1);
};

describe('what a tool may answer', () => {
  it.each([
    ['a text', 'done', 'done'],
    ['a number', 5, 5],
    ['false', false, false],
    ['null', null, null],
    ['a list', [1, 2], [1, 2]],
    ['an empty list, as some hosts write {}', [], null],
    ['an empty object', {}, null],
    ['content', { content: { failed: 0, passed: 12 } }, { failed: 0, passed: 12 }],
  ])('%s', async (_name, answer, content) => {
    session = await openSession({ model: [calls(toolCall('work')), text('ok')], serve: { 'tool/call': () => answer } });
    const { runId } = await session.run({ prompt: 'hi', tools: [tool] });
    expect(await lastReturn(runId)).toMatchObject({ part_kind: 'tool-return', outcome: 'success', content });
  });
});

describe('nonsense a tool may answer', () => {
  it.each([
    ['an object of its own', { failed: 0, passed: 12 }],
    ['two choices', { content: 1, retry: 'x' }],
    ['a retry that is not text', { retry: 5 }],
    ['metadata without content', { metadata: {} }],
    ['an unknown key', { contents: 'x' }],
    ['usage that is none', { content: 1, usage: { requests: 'many' } }],
  ])('%s fails the call, and the run goes on', async (_name, answer) => {
    session = await openSession({ model: [calls(toolCall('work')), text('ok')], serve: { 'tool/call': () => answer } });
    const { runId, outcome } = await session.run({ prompt: 'hi', tools: [tool] });
    expect(outcome).toBe('success');
    expect(await lastReturn(runId)).toMatchObject({
      outcome: 'failed',
      content: expect.stringContaining("tool/call for 'work'"),
    });
    await stillServes(runId);
  });

  it.each([
    ['failed', { part_kind: 'tool-return', outcome: 'failed', content: 'disk full' }],
    ['retry', { part_kind: 'tool-return', outcome: 'retried', content: 'disk full' }],
  ] as const)('an error of the host becomes %s when the tool says so', async (onError, part) => {
    session = await openSession({
      model: [calls(toolCall('work')), text('ok')],
      serve: { 'tool/call': () => Promise.reject(new ResponseError(7, 'disk full')) },
    });
    const { runId } = await session.run({ prompt: 'hi', tools: [{ ...tool, onError }] });
    expect(await lastReturn(runId)).toMatchObject(part);
  });

  it('ends the run under fail-run, with the message unchanged', async () => {
    session = await openSession({
      model: [calls(toolCall('work'))],
      serve: { 'tool/call': () => Promise.reject(new ResponseError(7, 'disk full')) },
    });
    const { runId, outcome, error } = await session.run({ prompt: 'hi', tools: [{ ...tool, onError: 'fail-run' }] });
    expect(outcome).toBe('failed');
    expect(error).toEqual({
      code: 1300,
      message: 'disk full',
      data: { kind: 'callback.failed', method: 'tool/call', name: 'work' },
    });
    await stillServes(runId);
  });

  it('text of the host is capped', async () => {
    session = await openSession({
      model: [calls(toolCall('work')), text('ok')],
      serve: { 'tool/call': () => Promise.reject(new ResponseError(7, 'x'.repeat(100_000))) },
    });
    const { runId } = await session.run({ prompt: 'hi', tools: [tool] });
    expect(await lastReturn(runId)).toMatchObject({ content: 'x'.repeat(4096) });
  });
});

describe('a callback that is never answered', () => {
  it('is withdrawn at its deadline, and a tool is tried again', async () => {
    let requested = 0;
    const withdrawn: string[] = [];
    session = await openSession({
      model: [calls(toolCall('work', {}, 'c1')), calls(toolCall('work', {}, 'c2')), text('ok')],
      serve: {
        'tool/call': ({ toolCallId }, signal) => {
          requested += 1;
          if (requested > 1) return 'done';
          return new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              withdrawn.push(toolCallId);
              resolve('too late');
            });
          });
        },
      },
    });
    const { runId, outcome } = await session.run({ prompt: 'hi', tools: [{ ...tool, timeoutMs: 50 }] });
    expect(outcome).toBe('success');
    expect(withdrawn).toEqual(['c1']);
    const { messages } = await session.request('run/messages', { runId });
    expect(messages?.[2]?.parts[0]).toMatchObject({
      outcome: 'retried',
      content: 'Timed out after 0.05 seconds.',
    });
    expect(await session.request('health/get', {})).toMatchObject({ callbacks: { open: 0, late: 1 } });
    await stillServes(runId);
  });

  it.each([
    ['model/request', {}],
    ['prompt/resolve', { instructions: [{ ref: 'p' }] }],
    ['history/process', { historyProcessors: ['p'] }],
    ['tools/prepare', { prepareTools: true, tools: [tool] }],
  ])('%s ends the run', async (method, params) => {
    session = await openSession({
      serve: { [method]: () => new Promise(() => undefined) },
      initialize: { initializationOptions: { limits: { callbackTimeoutMs: 50 } } },
    });
    const { runId, error } = await session.run({ prompt: 'hi', ...params });
    expect(error).toMatchObject({ code: 1303, data: { kind: 'callback.timeout', method, timeoutMs: 50 } });
    await stillServes(runId);
  });
});

describe('a callback the client does not serve', () => {
  it.each([
    ['tool/call', { tools: [tool] }, [calls(toolCall('work'))]],
    ['prompt/resolve', { systemPrompt: [{ ref: 'p' }] }, []],
    ['prompt/resolve', { instructions: [{ ref: 'p' }] }, []],
    ['history/process', { historyProcessors: ['p'] }, []],
    ['tools/prepare', { prepareTools: true, tools: [tool] }, []],
    ['output/validate', { outputValidators: ['v'] }, [text('x')]],
  ])('%s, answered -32601, ends the run', async (method, params, model) => {
    session = await openSession({ model });
    const { runId, error } = await session.run({ prompt: 'hi', ...params });
    expect(error).toMatchObject({ code: 1302, data: { kind: 'callback.unsupported', method } });
    await stillServes(runId);
  });
});

describe('nonsense of other callbacks ends the run with a typed error', () => {
  it.each([
    ['model/request', {}, { answer: 'hello' }],
    ['model/request', {}, { response: { parts: [{ part_kind: 'tool-return' }] } }],
    ['model/request', {}, null],
    ['prompt/resolve', { instructions: [{ ref: 'p' }] }, { text: 5 }],
    ['history/process', { historyProcessors: ['p'] }, { messages: 'none' }],
    [
      'tools/prepare',
      { prepareTools: true, tools: [tool] },
      { tools: [{ name: 'other', parameters_json_schema: {} }] },
    ],
    ['tools/prepare', { prepareTools: true, tools: [tool] }, null],
  ])('%s %j answering %j', async (method, params, answer) => {
    session = await openSession({ serve: { [method]: () => answer } });
    const { runId, error } = await session.run({ prompt: 'hi', ...params });
    expect(error).toMatchObject({ code: 1301, data: { kind: 'callback.invalid', method } });
    await stillServes(runId);
  });

  it.each([[{}], [{ output: 1, retry: 'x' }], [{ retry: 5 }], [null], ['x']])(
    'output/validate answering %j',
    async (answer) => {
      session = await openSession({ model: [text('x')], serve: { 'output/validate': () => answer } });
      const { runId, error } = await session.run({ prompt: 'hi', outputValidators: ['v'] });
      expect(error).toMatchObject({ data: { kind: 'callback.invalid', method: 'output/validate', name: 'v' } });
      await stillServes(runId);
    },
  );

  it.each([
    ['no messages', { messages: [] }, 'Processed history cannot be empty.'],
    [
      'a response last',
      { messages: [{ kind: 'response', parts: [] }] },
      'Processed history must end with a `ModelRequest`.',
    ],
  ])('a history processor that gives %s', async (_name, answer, message) => {
    session = await openSession({ serve: { 'history/process': () => answer } });
    const { runId, error } = await session.run({ prompt: 'hi', historyProcessors: ['p'] });
    expect(error).toMatchObject({ message, data: { kind: 'run.invalid' } });
    await stillServes(runId);
  });
});

describe('an error of a host model', () => {
  it.each([
    [
      { kind: 'model.http', status: 503, retryAfterMs: 10 },
      { code: 1405, data: { kind: 'model.http', status: 503, retryAfterMs: 10 } },
    ],
    [{ kind: 'model.api' }, { code: 1406, data: { kind: 'model.api' } }],
    [undefined, { code: 1300, data: { kind: 'callback.failed', method: 'model/request', name: 'script' } }],
  ])('with data %j', async (data, expected) => {
    session = await openSession({
      serve: { 'model/request': () => Promise.reject(new ResponseError(1, 'it broke', data)) },
    });
    const { runId, error } = await session.run({ prompt: 'hi' });
    expect(error).toMatchObject({ message: 'it broke', ...expected });
    const { messages } = await session.request('run/messages', { runId });
    // A stream that never began stands there as an empty answer, and is no request that the run acted on.
    expect(messages).toMatchObject([
      { kind: 'request', parts: [{ content: 'hi' }] },
      { kind: 'response', parts: [], model_name: '', state: 'interrupted' },
    ]);
    expect((await session.request('run/usage', { runId })).usage.requests).toBe(0);
    await stillServes(runId);
  });
});
