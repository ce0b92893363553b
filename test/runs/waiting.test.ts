import { afterEach, describe, expect, it } from 'vitest';
import { manualClock } from '../support/clock.ts';
import { calls, openSession, type RunParams, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const inputSchema = schemaOf({});
const external = { name: 'ask', inputSchema, external: true };
const guarded = { name: 'guarded', inputSchema, requiresApproval: true };
const start = (params: RunParams) =>
  session.request('run/start', { runId: 'r', model: 'host:script', prompt: 'hi', deferred: 'wait', ...params });
const resolve = (pendingId: string, result: unknown) => session.request('pending/resolve', { pendingId, result });
const pendingIds = async () => (await session.request('pending/list', {})).pending.map(({ pendingId }) => pendingId);
const state = async () => (await session.request('run/get', { runId: 'r' })).state;
const kindsOf = (runId: string) => (session.events.get(runId) ?? []).map(({ event }) => event.event_kind);

/** Reads the events of the run until one is of the kind. */
async function untilEvent(kind: string, count = 1): Promise<void> {
  for (let afterSeq = 0, seen = 0; ; ) {
    const { events } = await session.request('run/events', { runId: 'r', afterSeq, waitMs: 10_000 });
    seen += events.filter(({ event }) => event.event_kind === kind).length;
    if (seen >= count) return;
    afterSeq = events.at(-1)?.seq ?? afterSeq;
  }
}

describe('calls that wait for humans', () => {
  it('are answered one by one, and the run goes on when all are', async () => {
    const called: unknown[] = [];
    session = await openSession({
      model: [
        calls(toolCall('quick', {}, 'c0'), toolCall('guarded', {}, 'c1'), toolCall('ask', {}, 'c2')),
        text('done'),
      ],
      serve: {
        'tool/call': ({ name, approved, metadata }) => {
          called.push({ name, approved, metadata });
          return `ran ${name}`;
        },
      },
    });
    await start({ tools: [external, guarded, { name: 'quick', inputSchema }] });
    await untilEvent('pending_added', 2);
    expect(await state()).toBe('waiting');
    const { pending } = await session.request('pending/list', {});
    expect(pending).toMatchObject([
      {
        pendingId: 'r/t1.deferred.2',
        method: 'deferred/handle',
        params: { calls: [{ tool_call_id: 'c2' }], approvals: [] },
      },
      {
        pendingId: 'r/t1.deferred.1',
        method: 'deferred/handle',
        params: { calls: [], approvals: [{ tool_call_id: 'c1' }] },
      },
    ]);
    expect(pending.every((item) => item.deadlineAt === undefined && !('deadlineMs' in item.params))).toBe(true);
    await resolve('r/t1.deferred.1', { approvals: { c1: true }, metadata: { c1: 'by me' } });
    await untilEvent('pending_resolved');
    expect({ state: await state(), left: await pendingIds() }).toEqual({ state: 'waiting', left: ['r/t1.deferred.2'] });
    await resolve('r/t1.deferred.2', { calls: { c2: { content: 'from outside' } } });
    expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({ outcome: 'success', output: 'done' });
    expect(called).toEqual([{ name: 'quick' }, { name: 'guarded', approved: true, metadata: 'by me' }]);
    const { messages } = await session.request('run/messages', { runId: 'r' });
    expect(messages?.[2]?.parts).toMatchObject([
      { tool_call_id: 'c0', content: 'ran quick' },
      { tool_call_id: 'c1', content: 'ran guarded' },
      { tool_call_id: 'c2', content: 'from outside' },
    ]);
    expect(kindsOf('r').slice(5)).toEqual([
      'function_tool_call',
      'function_tool_call',
      'deferred_tool_requests',
      'pending_added',
      'pending_added',
      'pending_resolved',
      'pending_resolved',
      'deferred_tool_results',
      'function_tool_result',
      'function_tool_result',
      'model_request_started',
      'model_response',
      'run_finished',
    ]);
  });

  it('are denied, failed or requested again in the words of humans', async () => {
    session = await openSession({
      model: [calls(toolCall('guarded', {}, 'c1'), toolCall('ask', {}, 'c2'), toolCall('ask', {}, 'c3')), text('done')],
    });
    await start({ tools: [external, guarded] });
    await untilEvent('pending_added', 3);
    await resolve('r/t1.deferred.0', { approvals: { c1: { approved: false, message: 'not today' } } });
    await resolve('r/t1.deferred.1', { calls: { c2: { failed: 'no answer' } } });
    await resolve('r/t1.deferred.2', { calls: { c3: { retry: 'ask better' } } });
    await session.request('run/wait', { runId: 'r' });
    const { messages } = await session.request('run/messages', { runId: 'r' });
    expect(messages?.[2]?.parts).toMatchObject([
      { outcome: 'denied', content: 'not today' },
      { outcome: 'failed', content: 'no answer' },
      { outcome: 'retried', content: 'ask better' },
    ]);
  });

  it('take an answer for their own call alone', async () => {
    session = await openSession({
      model: [calls(toolCall('guarded', {}, 'c1')), text('done')],
      serve: { 'tool/call': () => 1 },
    });
    await start({ tools: [guarded] });
    await untilEvent('pending_added');
    const refused = async (result: unknown) =>
      (await session.refusal('pending/resolve', { pendingId: 'r/t1.deferred.0', result })).data.kind;
    for (const result of [
      null,
      {},
      { approvals: { c9: true } },
      { approvals: { c1: true, c9: true } },
      { calls: { c1: { content: 1 } } },
      { approvals: { c1: 'yes' } },
    ])
      expect(await refused(result)).toBe('callback.invalid');
    await resolve('r/t1.deferred.0', { approvals: { c1: true } });
    expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({ output: 'done' });
  });

  it('may be deferred again by their tool', async () => {
    const answers = [
      { approvalRequired: { why: 'once' } },
      { approvalRequired: { why: 'twice' } },
      { content: 'at last' },
    ];
    session = await openSession({
      model: [calls(toolCall('work', {}, 'c1')), text('done')],
      serve: { 'tool/call': () => answers.shift() },
    });
    await start({ tools: [{ name: 'work', inputSchema }] });
    await untilEvent('pending_added');
    expect(await session.request('pending/list', {})).toMatchObject({
      pending: [{ pendingId: 'r/t1.deferred.0', params: { metadata: { c1: { why: 'once' } } } }],
    });
    await resolve('r/t1.deferred.0', { approvals: { c1: true } });
    await untilEvent('pending_added', 2);
    await resolve('r/t1.deferred.0.r1', { approvals: { c1: true } });
    expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({
      output: 'done',
      usage: { tool_calls: 1 },
    });
  });

  it('are closed when the run is cancelled', async () => {
    session = await openSession({ model: [calls(toolCall('ask', {}, 'c1'))] });
    await start({ tools: [external] });
    await untilEvent('pending_added');
    expect(await session.request('run/cancel', { runId: 'r' })).toEqual({ state: 'waiting', accepted: true });
    expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({ outcome: 'cancelled' });
    const { messages } = await session.request('run/messages', { runId: 'r' });
    expect(messages?.at(-1)).toMatchObject({
      state: 'interrupted',
      parts: [{ tool_call_id: 'c1', outcome: 'interrupted' }],
    });
    expect(await pendingIds()).toEqual([]);
  });
});

describe('a run that waits for humans', () => {
  it('takes no slot, and comes first when it goes on', async () => {
    session = await openSession({
      model: [calls(toolCall('ask', {}, 'c1')), text('done')],
      serve: { 'tool/call': () => new Promise(() => undefined) },
      deps: { limits: { activeRuns: 1 } },
    });
    await start({ tools: [external] });
    await untilEvent('pending_added');
    expect(await session.request('health/get', {})).toMatchObject({ runs: { active: 0, queued: 0 } });
    const other = (runId: string) =>
      session.request('run/start', { runId, model: 'test', prompt: 'hi', tools: [{ name: 'work', inputSchema }] });
    expect(await other('a')).toMatchObject({ state: 'running' });
    expect(await other('b')).toMatchObject({ state: 'queued' });
    await resolve('r/t1.deferred.0', { calls: { c1: { content: 1 } } });
    expect(await state()).toBe('queued');
    await session.request('run/cancel', { runId: 'a' });
    expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({ output: 'done' });
    expect(await session.request('run/cancel', { runId: 'b' })).toMatchObject({ accepted: true });
    await session.request('run/wait', { runId: 'b' });
    expect(await session.request('health/get', {})).toMatchObject({ runs: { active: 0, queued: 0 } });
  });

  it('can be cancelled in the queue it goes on from', async () => {
    session = await openSession({
      model: [calls(toolCall('ask', {}, 'c1'))],
      serve: { 'tool/call': () => new Promise(() => undefined) },
      deps: { limits: { activeRuns: 1 } },
    });
    await start({ tools: [external] });
    await untilEvent('pending_added');
    await session.request('run/start', {
      runId: 'a',
      model: 'test',
      prompt: 'hi',
      tools: [{ name: 'work', inputSchema }],
    });
    await resolve('r/t1.deferred.0', { calls: { c1: { content: 1 } } });
    expect(await state()).toBe('queued');
    await session.request('run/cancel', { runId: 'r' });
    expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({ outcome: 'cancelled' });
    expect(await session.request('health/get', {})).toMatchObject({ runs: { active: 1, queued: 0 } });
  });

  it.each([
    ['humans', { deferred: 'wait' as const }],
    ['a handler of the host', { deferred: 'handle' as const }],
  ])('for %s does not spend its time', async (_who, params) => {
    const clock = manualClock();
    let answer: (value: unknown) => void = () => undefined;
    let wasRequested: () => void = () => undefined;
    const requested = new Promise<void>((done) => {
      wasRequested = done;
    });
    session = await openSession({
      model: [calls(toolCall('ask', {}, 'c1')), calls(toolCall('work'))],
      serve: {
        'deferred/handle': () => {
          wasRequested();
          return new Promise((done) => {
            answer = done;
          });
        },
        'tool/call': () => {
          wasRequested();
          return new Promise(() => undefined);
        },
      },
      deps: clock.deps,
    });
    await start({ tools: [external, { name: 'work', inputSchema }], timeoutMs: 1000, ...params });
    await untilEvent('deferred_tool_requests');
    if (params.deferred === 'handle') await requested;
    else await untilEvent('pending_added');
    clock.pass(3_600_000);
    expect(await state()).toBe('waiting');
    const results = { calls: { c1: { content: 1 } } };
    if (params.deferred === 'handle') answer(results);
    else await resolve('r/t1.deferred.0', results);
    await untilEvent('function_tool_call', 2);
    expect(await state()).toBe('running');
    clock.pass(999);
    expect(await state()).toBe('running');
    clock.pass(1);
    expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({
      error: { data: { kind: 'run.timeout' } },
    });
  });
});
