import { afterEach, describe, expect, it } from 'vitest';
import type { PendingItem } from '../../protocol/pending.ts';
import { manualClock } from '../support/clock.ts';
import { calls, openSession, type RunParams, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const tool = { name: 'work', inputSchema: schemaOf({}) };
const nobody = { initializationOptions: { callbacks: [] } };
const start = (params: RunParams) =>
  session.request('run/start', { runId: 'r', model: 'host:script', prompt: 'hi', ...params });
const pending = async () => (await session.request('pending/list', {})).pending;
const resolve = (pendingId: string, result: unknown) => session.request('pending/resolve', { pendingId, result });
const pendingEvents = () =>
  (session.events.get('r') ?? []).flatMap(({ event }) =>
    event.event_kind === 'pending_added' || event.event_kind === 'pending_resolved'
      ? [`${event.event_kind} ${event.pendingId}`]
      : [],
  );

/** Follows a run by polling alone, and answers what waits; returns the methods in the order in which they waited. */
async function poll(answer: (item: PendingItem) => unknown): Promise<string[]> {
  const requested: string[] = [];
  for (let afterSeq = 0; ; ) {
    const { events, complete } = await session.request('run/events', { runId: 'r', afterSeq, waitMs: 10_000 });
    afterSeq = events.at(-1)?.seq ?? afterSeq;
    if (complete) return requested;
    if (!events.some(({ event }) => event.event_kind === 'pending_added')) continue;
    for (const item of await pending()) {
      requested.push(item.method);
      await resolve(item.pendingId, answer(item));
    }
  }
}

/** Waits until there are so many items that somebody has to come for. */
async function untilPending(count: number): Promise<PendingItem[]> {
  for (let afterSeq = 0; ; ) {
    const emitted = (session.events.get('r') ?? []).filter(({ event }) => event.event_kind === 'pending_added').length;
    const items = emitted > 0 ? await pending() : [];
    if (items.length >= count) return items;
    const { lastSeq } = await session.request('run/events', { runId: 'r', afterSeq, waitMs: 10_000 });
    afterSeq = lastSeq;
  }
}

describe('a client that serves no callbacks', () => {
  it('drives a whole run by polling', async () => {
    session = await openSession({ initialize: nobody });
    let requests = 0;
    await start({
      tools: [tool],
      systemPrompt: [{ ref: 'system' }],
      instructions: [{ ref: 'a' }, { ref: 'b' }],
      prepareTools: true,
      historyProcessors: ['keep'],
      outputValidators: ['check'],
    });
    const requested = await poll(({ method, params }) => {
      switch (method) {
        case 'prompt/resolve':
          return { text: `text of ${params.ref}` };
        case 'tools/prepare':
          return { tools: params.tools };
        case 'history/process':
          return { messages: params.messages };
        case 'model/request':
          requests += 1;
          return {
            response: requests === 1 ? calls(toolCall('work', {}, 'c1'), toolCall('work', {}, 'c2')) : text('done'),
          };
        case 'tool/call':
          return { content: `of ${params.toolCallId}` };
        default:
          return { output: `${params.output}!` };
      }
    });
    expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({ outcome: 'success', output: 'done!' });
    const step = ['tools/prepare', 'prompt/resolve', 'prompt/resolve', 'history/process', 'model/request'];
    expect(requested).toEqual(['prompt/resolve', ...step, 'tool/call', 'tool/call', ...step, 'output/validate']);
    const { messages } = await session.request('run/messages', { runId: 'r' });
    expect(messages?.[2]?.parts).toMatchObject([{ content: 'of c1' }, { content: 'of c2' }]);
    expect(await pending()).toEqual([]);
  });

  it('gets an event for each item, with an id that follows from the step', async () => {
    session = await openSession({ initialize: nobody });
    await start({ model: 'test', tools: [tool], instructions: [{ ref: 'a' }, { ref: 'b' }] });
    await poll(({ method }) => (method === 'tool/call' ? 'ok' : { text: 'x' }));
    const both = (id: string) => [`pending_added r/${id}`, `pending_resolved r/${id}`];
    expect(pendingEvents()).toEqual([
      ...both('t1.prepare#prompt'),
      ...both('t1.prepare#prompt#2'),
      ...both('t1.call.0'),
      ...both('t2.prepare#prompt'),
      ...both('t2.prepare#prompt#2'),
    ]);
  });

  it('may stream the answer of its model all the same', async () => {
    session = await openSession({ initialize: nobody });
    await start({});
    const [item] = await untilPending(1);
    const requestId = item?.params.requestId;
    const send = (delta: object) =>
      session.pair.client.sendNotification('model/delta', { runId: 'r', requestId, delta });
    await send({ text: 'do' });
    await send({ text: 'ne' });
    await resolve(item?.pendingId ?? '', { response: {} });
    expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({ output: 'done' });
  });

  it('may answer with an error, as an answer to the request could be one', async () => {
    session = await openSession({ initialize: nobody });
    await start({ model: ['host:a', 'host:b'] });
    const [first] = await untilPending(1);
    await session.request('pending/resolve', {
      pendingId: first?.pendingId ?? '',
      error: { message: 'busy', data: { kind: 'model.http', status: 503 } },
    });
    const [second] = await untilPending(1);
    expect(second).toMatchObject({ pendingId: 'r/t1.model#2', params: { model: 'b' } });
    await resolve('r/t1.model#2', { response: text('done') });
    expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({ output: 'done' });
    const both = { pendingId: 'x', result: 1, error: { message: 'm' } };
    expect((await session.refusal('pending/resolve', both)).data.kind).toBe('pending.notFound');
  });
});

describe('a client that serves some callbacks', () => {
  it('is sent those, and the others wait', async () => {
    session = await openSession({
      model: [calls(toolCall('work')), text('done')],
      serve: { 'tool/call': () => Promise.reject(new Error('must not be asked')) },
      initialize: { initializationOptions: { callbacks: ['model/request'] } },
    });
    await start({ tools: [tool] });
    const [item] = await untilPending(1);
    expect(item).toMatchObject({
      pendingId: 'r/t1.call.0',
      runId: 'r',
      method: 'tool/call',
      params: { runId: 'r', runStep: 1, pendingId: 'r/t1.call.0', name: 'work', toolCallId: 'call-work', args: {} },
      createdAt: expect.stringMatching(/^\d{4}-/),
      deadlineAt: expect.stringMatching(/^\d{4}-/),
    });
    expect(await session.request('run/get', { runId: 'r' })).toMatchObject({ state: 'running', pending: [item] });
    await resolve('r/t1.call.0', { content: 'ok' });
    expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({ output: 'done' });
    expect(pendingEvents()).toEqual(['pending_added r/t1.call.0', 'pending_resolved r/t1.call.0']);
  });
});

/** A tool that is called and does not answer until the test says so. */
function heldTool() {
  let answer: (value: unknown) => void = () => undefined;
  let wasRequested: () => void = () => undefined;
  const requested = new Promise<void>((done) => {
    wasRequested = done;
  });
  const withdrawn: boolean[] = [];
  const serve = (_params: unknown, signal: AbortSignal) => {
    wasRequested();
    signal.addEventListener('abort', () => withdrawn.push(true));
    return new Promise((done) => {
      answer = done;
    });
  };
  return { serve, requested, withdrawn, answer: (value: unknown) => answer(value) };
}

describe('an item that was also sent as a request', () => {
  it('takes the first answer: the request is withdrawn, and its late answer only counted', async () => {
    const held = heldTool();
    session = await openSession({ model: [calls(toolCall('work')), text('done')], serve: { 'tool/call': held.serve } });
    await start({ tools: [tool] });
    await held.requested;
    expect(await resolve('r/t1.call.0', 'first')).toEqual({ runId: 'r' });
    expect((await session.refusal('pending/resolve', { pendingId: 'r/t1.call.0', result: 'second' })).data).toEqual({
      kind: 'pending.resolved',
      pendingId: 'r/t1.call.0',
      end: 'answered',
    });
    await session.request('run/wait', { runId: 'r' });
    expect(held.withdrawn).toEqual([true]);
    held.answer('late');
    const { messages } = await session.request('run/messages', { runId: 'r' });
    expect(messages?.[2]?.parts).toMatchObject([{ content: 'first' }]);
    expect(await session.request('health/get', {})).toMatchObject({ callbacks: { open: 0, late: 1 } });
    // Nobody had to come for it, so nothing was emitted.
    expect(pendingEvents()).toEqual([]);
  });

  it('takes the answer to the request, and refuses another', async () => {
    const held = heldTool();
    session = await openSession({ model: [calls(toolCall('work')), text('done')], serve: { 'tool/call': held.serve } });
    await start({ tools: [tool] });
    await held.requested;
    expect((await pending()).map(({ pendingId }) => pendingId)).toEqual(['r/t1.call.0']);
    held.answer('ok');
    await session.request('run/wait', { runId: 'r' });
    const { data } = await session.refusal('pending/resolve', { pendingId: 'r/t1.call.0', result: 1 });
    expect(data.kind).toBe('pending.resolved');
    expect(held.withdrawn).toEqual([]);
  });
});

describe('what waits', () => {
  it('refuses an answer that does not fit its method, and waits on', async () => {
    session = await openSession({ initialize: nobody });
    await start({ model: 'test', tools: [tool], outputValidators: ['check'] });
    const refused = async (pendingId: string, result: unknown) =>
      (await session.refusal('pending/resolve', { pendingId, result })).data.kind;
    await untilPending(1);
    expect(await refused('r/t1.call.0', { answer: 1 })).toBe('callback.invalid');
    expect((await pending()).length).toBe(1);
    await resolve('r/t1.call.0', { content: 1 });
    await untilPending(1);
    expect(await refused('r/t2.output.text.0', { output: 1, retry: 'both' })).toBe('callback.invalid');
    await resolve('r/t2.output.text.0', { output: 'fine' });
    expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({ output: 'fine' });
    expect(await refused('r/t9.call.9', 1)).toBe('pending.notFound');
  });

  it('is given up at its deadline, as a request is', async () => {
    const clock = manualClock();
    session = await openSession({ initialize: nobody, deps: clock.deps });
    await start({ model: 'test', tools: [{ ...tool, timeoutMs: 1500 }], retries: 2 });
    const [item] = await untilPending(1);
    expect(item).toMatchObject({ createdAt: '2026-01-01T00:00:00Z', deadlineAt: '2026-01-01T00:00:01.500000Z' });
    clock.pass(1500);
    await untilPending(1);
    expect((await session.refusal('pending/resolve', { pendingId: 'r/t1.call.0' })).data).toMatchObject({
      kind: 'pending.resolved',
      end: 'expired',
    });
    await resolve('r/t2.call.0', 'ok');
    await session.request('run/wait', { runId: 'r' });
    const { messages } = await session.request('run/messages', { runId: 'r' });
    expect(messages?.[2]?.parts).toMatchObject([{ outcome: 'retried', content: 'Timed out after 1.5 seconds.' }]);
  });

  it('is withdrawn when its run ends', async () => {
    session = await openSession({ initialize: nobody });
    await start({ model: 'test', tools: [tool] });
    await untilPending(1);
    await session.request('run/cancel', { runId: 'r' });
    expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({ outcome: 'cancelled' });
    expect(await pending()).toEqual([]);
    expect((await session.refusal('pending/resolve', { pendingId: 'r/t1.call.0' })).data).toMatchObject({
      end: 'withdrawn',
    });
    expect(session.events.get('r')?.at(-1)?.event.event_kind).toBe('run_finished');
  });

  it('is listed in pages, and for one run', async () => {
    session = await openSession({ initialize: nobody });
    const tools = ['a', 'b', 'c'].map((name) => ({ ...tool, name }));
    await start({ model: 'test', tools });
    await untilPending(3);
    await session.request('run/start', { runId: 's', model: 'test', prompt: 'hi', tools: [tool] });
    while ((await pending()).length < 4);
    const first = await session.request('pending/list', { limit: 3 });
    expect({ count: first.pending.length, nextCursor: first.nextCursor }).toEqual({ count: 3, nextCursor: '3' });
    const second = await session.request('pending/list', { limit: 3, cursor: '3' });
    expect(second.pending.map(({ runId }) => runId)).toEqual(['s']);
    expect((await session.request('pending/list', { runId: 'r' })).pending.map(({ runId }) => runId)).toEqual([
      'r',
      'r',
      'r',
    ]);
    expect((await session.refusal('pending/list', { runId: 'none' })).data.kind).toBe('run.notFound');
  });
});
