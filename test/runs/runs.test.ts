import { afterEach, describe, expect, it } from 'vitest';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { manualClock } from '../support/clock.ts';
import { calls, openSession, refusalOf, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const tool = { name: 'work', inputSchema: schemaOf({}) };

/** A tool that waits until the test lets it end; `called` resolves when it was called. */
function heldTool() {
  let open: (value: unknown) => void = () => undefined;
  let requested: () => void = () => undefined;
  const called = new Promise<void>((resolve) => {
    requested = resolve;
  });
  const held = new Promise<unknown>((resolve) => {
    open = resolve;
  });
  const serve = () => {
    requested();
    return held;
  };
  return { serve, called, open: (value: unknown) => open(value) };
}

describe('a started run', () => {
  it('is read exactly while it runs', async () => {
    const held = heldTool();
    session = await openSession({ model: [calls(toolCall('work')), text('done')], serve: { 'tool/call': held.serve } });
    const { runId } = (await session.request('run/start', { model: 'host:script', prompt: 'hi', tools: [tool] })) as {
      runId: string;
    };
    await held.called;
    expect(await session.request('run/messages', { runId })).toMatchObject({
      total: 2,
      complete: false,
      newMessageIndex: 0,
    });
    expect(await session.request('run/usage', { runId })).toMatchObject({
      usage: { requests: 1, tool_calls: 0 },
      complete: false,
    });
    expect(await session.request('run/get', { runId })).toMatchObject({
      state: 'running',
      runStep: 1,
      messageCount: 2,
    });
    expect(await session.request('health/get', {})).toMatchObject({
      runs: { active: 1, queued: 0 },
      callbacks: { open: 1 },
    });
    expect((await session.refusal('run/wait', { runId, timeoutMs: 1 })).data).toMatchObject({
      kind: 'run.notFinished',
      state: 'running',
    });
    expect((await session.refusal('run/release', { runId })).data).toMatchObject({
      kind: 'run.notFinished',
      state: 'running',
    });
    held.open({ content: 1 });
    expect(await session.request('run/wait', { runId })).toMatchObject({
      outcome: 'success',
      output: 'done',
      messageCount: 4,
    });
    expect(await session.request('run/get', { runId })).toMatchObject({
      state: 'finished',
      result: { outcome: 'success' },
    });
  });

  it('returns the requested messages with its result', async () => {
    session = await openSession({ model: [text('done')] });
    const messageHistory = [
      { kind: 'request' as const, parts: [] },
      { kind: 'response' as const, parts: [], model_name: 'm' },
    ];
    const result = await session.run({ prompt: 'hi', messageHistory, include: ['messages', 'newMessages'] });
    expect({ all: result.messages?.length, own: result.newMessages?.length, index: result.newMessageIndex }).toEqual({
      all: 4,
      own: 2,
      index: 2,
    });
  });

  it('reports its usage request by request', async () => {
    const usage = (input_tokens: number, output_tokens: number) => ({
      usage: { input_tokens, output_tokens, details: { reasoning: 1 } },
    });
    session = await openSession({
      model: [
        { ...calls(toolCall('work')), ...usage(10, 2) },
        { ...text('done'), ...usage(20, 3) },
      ],
      serve: { 'tool/call': () => ({ content: 1, usage: { requests: 1, input_tokens: 5 } }) },
    });
    const { runId } = await session.run({ prompt: 'hi', tools: [tool] });
    const { usage: total, requests } = await session.request('run/usage', { runId, detail: true });
    expect(total).toMatchObject({
      requests: 3,
      tool_calls: 1,
      input_tokens: 35,
      output_tokens: 5,
      total_tokens: 40,
      details: { reasoning: 2 },
    });
    expect(requests?.map((one) => one.input_tokens)).toEqual([10, 20]);
  });

  it('counts on from a usage that was returned', async () => {
    session = await openSession({ model: [text('one'), text('two')] });
    const first = await session.run({ prompt: 'hi' });
    const second = await session.run({ prompt: 'hi', usage: first.usage });
    expect(second.usage.requests).toBe(2);
  });

  it('goes on from the messages of another run', async () => {
    session = await openSession({ model: [text('one'), text('two')] });
    const first = await session.run({ prompt: 'a' });
    const second = await session.run({ prompt: 'b', messageHistory: { runId: first.runId } });
    expect(second).toMatchObject({ conversationId: first.conversationId, newMessageIndex: 2, messageCount: 4 });
    const forked = await openSession({ model: [text('three')] });
    const { messages } = await session.request('run/messages', { runId: second.runId });
    const third = await forked.run({ prompt: 'c', messageHistory: messages ?? [], conversationId: 'new' });
    expect(third.conversationId).not.toBe(first.conversationId);
    await forked.close();
  });

  it('hands deps and metadata through', async () => {
    const seen: unknown[] = [];
    session = await openSession({
      model: [calls(toolCall('work')), text('done')],
      serve: {
        'tool/call': ({ deps }) => {
          seen.push(deps);
          return 1;
        },
      },
    });
    const result = await session.run({ prompt: 'hi', tools: [tool], deps: { user: 7 }, metadata: { ticket: 'T-1' } });
    expect(seen).toEqual([{ user: 7 }]);
    expect(result.metadata).toEqual({ ticket: 'T-1' });
  });

  it('gives the host the raw text of arguments that JavaScript would round', async () => {
    const seen: unknown[] = [];
    session = await openSession({
      model: [calls(toolCall('work', '{"id": 9007199254740993}')), text('done')],
      serve: {
        'tool/call': ({ argsText }) => {
          seen.push(argsText);
          return 1;
        },
      },
    });
    await session.run({ prompt: 'hi', tools: [{ name: 'work', inputSchema: schemaOf({ id: { type: 'integer' } }) }] });
    expect(seen).toEqual(['{"id": 9007199254740993}']);
  });

  it('ends at its deadline as failed, with its calls closed', async () => {
    const held = heldTool();
    const clock = manualClock();
    session = await openSession({
      model: [calls(toolCall('work'))],
      serve: { 'tool/call': held.serve },
      deps: clock.deps,
    });
    const ended = session.run({ prompt: 'hi', tools: [tool], timeoutMs: 30 });
    await held.called;
    clock.pass(30);
    const { runId, outcome, error } = await ended;
    expect({ outcome, kind: error?.data.kind }).toEqual({ outcome: 'failed', kind: 'run.timeout' });
    const { messages } = await session.request('run/messages', { runId });
    expect(messages?.at(-1)).toMatchObject({
      state: 'interrupted',
      parts: [{ outcome: 'interrupted', tool_call_id: 'call-work' }],
    });
  });
});

describe('the messages of a run', () => {
  async function threeTurns() {
    session = await openSession({
      model: [calls(toolCall('work', {}, 'c1')), calls(toolCall('work', {}, 'c2')), text('done')],
      serve: { 'tool/call': () => 'é' },
    });
    return session.run({
      prompt: 'hi',
      tools: [tool],
      messageHistory: [
        { kind: 'request', parts: [] },
        { kind: 'response', parts: [], model_name: 'm' },
      ],
    });
  }

  it('come in pages that add up to the whole', async () => {
    const { runId } = await threeTurns();
    const { messages: whole } = await session.request('run/messages', { runId });
    const pages: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await session.request('run/messages', { runId, limit: 3, ...(cursor ? { cursor } : {}) });
      expect(page.total).toBe(8);
      pages.push(...(page.messages ?? []));
      cursor = page.nextCursor;
    } while (cursor);
    expect(pages).toEqual(whole);
  });

  it('that are new begin at newMessageIndex, in pages too', async () => {
    const { runId, newMessageIndex } = await threeTurns();
    expect(newMessageIndex).toBe(2);
    const first = await session.request('run/newMessages', { runId, limit: 4 });
    expect({ count: first.messages?.length, total: first.total, nextCursor: first.nextCursor }).toEqual({
      count: 4,
      total: 6,
      nextCursor: '6',
    });
    const second = await session.request('run/newMessages', { runId, cursor: '6' });
    expect(second.messages?.length).toBe(2);
    expect((await session.refusal('run/newMessages', { runId, cursor: '1' })).data.kind).toBe('params.invalid');
  });

  it('as JSON text are what the objects are, compact and unescaped', async () => {
    const { runId } = await threeTurns();
    const { messages } = await session.request('run/messages', { runId });
    const { json } = await session.request('run/messages', { runId, format: 'json' });
    expect(json).toBe(JSON.stringify(messages));
    expect(json).toContain('"content":"é"');
  });
});

describe('cancelling', () => {
  it('ends a run in its tool, closes its calls and reports it once', async () => {
    const held = heldTool();
    session = await openSession({
      model: [calls(toolCall('quick', {}, 'c1'), toolCall('work', {}, 'c2'))],
      serve: { 'tool/call': ({ name }) => (name === 'quick' ? 'ready' : held.serve()) },
    });
    const tools = [tool, { ...tool, name: 'quick' }];
    const { runId } = (await session.request('run/start', { model: 'host:script', prompt: 'hi', tools })) as {
      runId: string;
    };
    await held.called;
    expect(await session.request('run/cancel', { runId, reason: 'enough' })).toEqual({
      state: 'running',
      accepted: true,
    });
    expect((await session.request('run/cancel', { runId })).accepted).toBe(false);
    const result = await session.request('run/wait', { runId });
    expect(result).toMatchObject({
      outcome: 'cancelled',
      error: {
        code: 1408,
        message: 'The agent run was cancelled: enough.',
        data: { kind: 'run.cancelled', reason: 'enough' },
      },
      usage: { requests: 1, tool_calls: 1 },
    });
    const { messages } = await session.request('run/messages', { runId });
    expect(messages?.at(-1)).toMatchObject({
      state: 'interrupted',
      parts: [
        { tool_call_id: 'c1', outcome: 'success', content: 'ready' },
        { tool_call_id: 'c2', outcome: 'interrupted' },
      ],
    });
    expect(session.events.get(runId)?.filter(({ event }) => event.event_kind === 'run_finished').length).toBe(1);
    expect(await session.request('run/cancel', { runId })).toEqual({ state: 'finished', accepted: false });
    // The history takes a new prompt.
    expect(await session.run({ model: 'test', prompt: 'again', messageHistory: messages ?? [] })).toMatchObject({
      outcome: 'success',
    });
  });

  it('the request that waits for the run it started cancels the run', async () => {
    const held = heldTool();
    session = await openSession({ model: [calls(toolCall('work'))], serve: { 'tool/call': held.serve } });
    const source = new CancellationTokenSource();
    const params = { runId: 'r', model: 'host:script', prompt: 'hi', tools: [tool], wait: true };
    const answer = session.pair.client.sendRequest('run/start', params, source.token);
    await held.called;
    source.cancel();
    // Answered after run_finished, as every answer that ends a run.
    expect(await refusalOf(answer)).toMatchObject({ code: -32800, data: { kind: 'request.cancelled' } });
    expect(session.events.get('r')?.at(-1)?.event).toMatchObject({ event_kind: 'run_finished' });
    expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({ outcome: 'cancelled' });
  });

  it('a wait does not cancel the run', async () => {
    const held = heldTool();
    session = await openSession({ model: [calls(toolCall('work')), text('done')], serve: { 'tool/call': held.serve } });
    await session.request('run/start', { runId: 'r', model: 'host:script', prompt: 'hi', tools: [tool] });
    await held.called;
    const source = new CancellationTokenSource();
    const wait = refusalOf(session.pair.client.sendRequest('run/wait', { runId: 'r' }, source.token));
    source.cancel();
    expect(await wait).toMatchObject({ code: -32800, data: { kind: 'request.cancelled' } });
    held.open(1);
    expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({ outcome: 'success' });
  });
});

describe('slots', () => {
  it('let runs in one after another, in the order in which they came; one that is cancelled in the queue never begins', async () => {
    const held = heldTool();
    session = await openSession({
      model: [calls(toolCall('work'))],
      serve: { 'tool/call': held.serve },
      deps: { limits: { activeRuns: 1, queuedRuns: 2 } },
    });
    await session.request('run/start', { runId: 'a', model: 'host:script', prompt: 'hi', tools: [tool] });
    await held.called;
    const queued = (runId: string) => session.request('run/start', { runId, model: 'test', prompt: 'hi' });
    expect(await queued('b')).toMatchObject({ state: 'queued' });
    expect(await queued('c')).toMatchObject({ state: 'queued' });
    expect(await session.refusal('run/start', { runId: 'd', model: 'test', prompt: 'hi' })).toMatchObject({
      code: 1002,
      data: { kind: 'overloaded', retryAfterMs: expect.any(Number) },
    });
    expect(await session.request('run/messages', { runId: 'b' })).toMatchObject({ messages: [], complete: false });
    await session.request('run/cancel', { runId: 'b' });
    expect(await session.request('run/wait', { runId: 'b' })).toMatchObject({
      outcome: 'cancelled',
      usage: { requests: 0 },
    });
    await session.request('run/cancel', { runId: 'a' });
    expect(await session.request('run/wait', { runId: 'c' })).toMatchObject({ outcome: 'success' });
    expect((await session.request('run/list', {})).runs.map(({ runId, outcome }) => `${runId} ${outcome}`)).toEqual([
      'c success',
      'b cancelled',
      'a cancelled',
    ]);
    expect(await session.request('health/get', {})).toMatchObject({ runs: { active: 0, queued: 0, finished: 3 } });
  });

  it('hold a bounded number of finished runs', async () => {
    session = await openSession({ deps: { limits: { finishedRunsKept: 2 } } });
    for (const runId of ['a', 'b', 'c']) await session.run({ runId, model: 'test', prompt: 'hi' });
    expect((await session.request('run/list', {})).runs.map(({ runId }) => runId)).toEqual(['c', 'b']);
    expect((await session.refusal('run/get', { runId: 'a' })).data.kind).toBe('run.evicted');
  });

  it('bound those who wait for one run', async () => {
    const held = heldTool();
    session = await openSession({
      model: [calls(toolCall('work')), text('done')],
      serve: { 'tool/call': held.serve },
      deps: { limits: { waitersPerRun: 2 } },
    });
    await session.request('run/start', { runId: 'r', model: 'host:script', prompt: 'hi', tools: [tool] });
    await held.called;
    const waits = [session.request('run/wait', { runId: 'r' }), session.request('run/wait', { runId: 'r' })];
    expect((await session.refusal('run/wait', { runId: 'r' })).data).toMatchObject({
      kind: 'overloaded',
      limit: 'waitersPerRun',
    });
    held.open(1);
    expect((await Promise.all(waits)).map(({ outcome }) => outcome)).toEqual(['success', 'success']);
  });
});

describe('tool calls', () => {
  it('run at most so many at once as the run allows, in call order', async () => {
    let open = 0;
    const widths: number[] = [];
    const names = ['c1', 'c2', 'c3', 'c4', 'c5'];
    const started: string[] = [];
    let release = () => undefined as unknown;
    session = await openSession({
      model: [calls(...names.map((id) => toolCall('work', {}, id))), text('done')],
      serve: {
        // A call ends when the next one has begun, so that two are open at once or the run hangs.
        'tool/call': async ({ toolCallId }) => {
          started.push(toolCallId);
          open += 1;
          widths.push(open);
          release();
          if (toolCallId !== names.at(-1)) {
            await new Promise((resolve) => {
              release = () => resolve(null);
            });
          }
          open -= 1;
          return 1;
        },
      },
    });
    await session.run({ prompt: 'hi', tools: [tool], maxToolConcurrency: 2 });
    expect(started).toEqual(names);
    expect(Math.max(...widths)).toBe(2);
  });

  it('of two runs that share names reach their own run', async () => {
    session = await openSession({ serve: { 'tool/call': ({ runId }) => `of ${runId}` } });
    const run = (runId: string) => session.run({ runId, model: 'test', prompt: 'hi', tools: [tool] });
    const results = await Promise.all([run('a'), run('b')]);
    expect(results.map(({ output }) => output)).toEqual(['{"work":"of a"}', '{"work":"of b"}']);
  });

  it('with a huge result are emitted shortened, and kept whole', async () => {
    const huge = 'x'.repeat(300_000);
    session = await openSession({ model: [calls(toolCall('work')), text('done')], serve: { 'tool/call': () => huge } });
    const { runId } = await session.run({ prompt: 'hi', tools: [tool] });
    const emitted = session.events.get(runId)?.find(({ event }) => event.event_kind === 'function_tool_result')?.event;
    expect(emitted).toMatchObject({ truncated: true, size: huge.length + 2, part: { content: huge.slice(0, 65_536) } });
    const { messages } = await session.request('run/messages', { runId });
    expect(messages?.[2]?.parts[0]).toMatchObject({ content: huge });
  });
});
