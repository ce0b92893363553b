import { afterEach, describe, expect, it } from 'vitest';
import { openSession, type TestSession, text } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const kibibyte = (n: number) => 'x'.repeat(n * 1024);
const held = async () => (await session.request('health/get', {})).heldBytes;
const nothing = { agents: 0, openRuns: 0, finishedRuns: 0, steering: 0 };

/** A session whose model answers on command. */
async function open(limits: Record<string, number>) {
  const waiting: ((reply: object) => void)[] = [];
  session = await openSession({
    serve: {
      'model/request': () => new Promise<object>((resolve) => waiting.push((response) => resolve({ response }))),
    },
    deps: { limits },
  });
  return {
    async start(runId: string, fields: object = {}) {
      const before = waiting.length;
      await session.request('run/start', { runId, model: 'host:m', prompt: 'hi', ...fields });
      await expect.poll(() => waiting.length).toBe(before + 1);
    },
    answer: () => waiting.shift()?.(text('done')),
    async finish(runId: string) {
      await expect.poll(() => waiting.length).toBeGreaterThan(0);
      this.answer();
      return session.request('run/wait', { runId });
    },
  };
}

const history = (size: number) => [
  {
    kind: 'request' as const,
    parts: [{ part_kind: 'user-prompt' as const, content: kibibyte(size), timestamp: '2026-01-01T00:00:00Z' }],
  },
];

describe('the bytes of registered agents', () => {
  it('have a limit together, are shown, and are given back', async () => {
    session = await openSession({ deps: { limits: { agentsBytes: 10 * 1024 } } });
    await session.request('agent/register', { name: 'a', instructions: kibibyte(4) });
    await session.request('agent/register', { name: 'b', instructions: kibibyte(4) });
    const full = await held();
    expect(full.agents).toBeGreaterThan(8 * 1024);
    const refusal = await session.refusal('agent/register', { name: 'c', instructions: kibibyte(4) });
    expect(refusal).toMatchObject({
      message: `With 'c' the bytes of registered agents would be ${refusal.data.value}; the limit is 10240 (agentsBytes). Unregister some first.`,
      data: { kind: 'overloaded', limit: 'agentsBytes', max: 10_240, value: expect.any(Number) },
    });
    expect(await held()).toEqual(full);
    // One that is replaced makes room for its successor.
    await session.request('agent/register', { name: 'b', instructions: kibibyte(5) });
    await session.request('agent/unregister', { name: 'a' });
    await session.request('agent/unregister', { name: 'b' });
    await session.request('agent/unregister', { name: 'b' });
    expect(await held()).toEqual(nothing);
  });

  it('beside their number', async () => {
    session = await openSession({ deps: { limits: { agents: 1 } } });
    await session.request('agent/register', { name: 'a' });
    expect(await session.refusal('agent/register', { name: 'b' })).toMatchObject({
      message: "With 'b' the registered agents would be 2; the limit is 1 (agents). Unregister some first.",
      data: { kind: 'overloaded', limit: 'agents', max: 1, value: 2 },
    });
  });
});

describe('what open runs were given', () => {
  it.each<[string, object]>([
    ['a history', { messageHistory: history(4) }],
    ['deps', { deps: { data: kibibyte(4) } }],
    ['a prompt', { prompt: kibibyte(4) }],
    ['instructions', { instructions: kibibyte(4) }],
    ['tools', { tools: [{ name: 't', description: kibibyte(4), inputSchema: { type: 'object' } }] }],
  ])('has a limit together: %s', async (_what, fields) => {
    const runs = await open({ openRunsBytes: 10 * 1024 });
    await runs.start('a', fields);
    await runs.start('b', fields);
    const { openRuns } = await held();
    expect(openRuns).toBeGreaterThan(8 * 1024);
    const params = { runId: 'c', model: 'host:m', prompt: 'hi', ...fields };
    const refusal = await session.refusal('run/start', params);
    expect(refusal).toMatchObject({
      message: `With run 'c' the bytes that open runs were given would be ${refusal.data.value}; the limit is 10240 (openRunsBytes). Wait until some have ended, or begin from the messages of a finished run by its runId.`,
      data: { kind: 'overloaded', limit: 'openRunsBytes', max: 10_240, retryAfterMs: expect.any(Number) },
    });
    await runs.finish('a');
    const after = await held();
    expect(after.openRuns).toBeCloseTo(openRuns / 2, 0);
    expect(after.finishedRuns).toBeGreaterThan(4 * 1024);
    await runs.start('c', fields);
    await runs.finish('b');
    await runs.finish('c');
    expect((await held()).openRuns).toBe(0);
  });

  it('is counted among what finished runs hold, which makes room for new ones', async () => {
    const runs = await open({ finishedRunsKeptBytes: 20 * 1024 });
    for (const runId of ['a', 'b', 'c', 'd']) {
      await runs.start(runId, { messageHistory: history(8) });
      await runs.finish(runId);
    }
    expect((await session.refusal('run/get', { runId: 'a' })).data.kind).toBe('run.evicted');
    expect((await held()).finishedRuns).toBeLessThan(20 * 1024 + 1);
    for (const runId of ['c', 'd']) await session.request('run/release', { runId });
    expect(await held()).toEqual(nothing);
  });
});

describe('the bytes of a steering queue', () => {
  const steer = (runId: string, content: string) => ({ runId, content, when: 'whenIdle' as const });

  it('have a limit, are shown, and are gone once the run has taken them', async () => {
    const runs = await open({ steerQueueBytes: 5 * 1024 });
    await runs.start('a');
    await session.request('run/steer', steer('a', kibibyte(4)));
    expect((await held()).steering).toBe(4 * 1024 + 2);
    expect(await session.refusal('run/steer', steer('a', kibibyte(2)))).toMatchObject({
      message:
        "The bytes in the steering queue of run 'a' would be 6148; the limit is 5120 (steerQueueBytes). Wait until the run has taken some.",
      data: { kind: 'overloaded', limit: 'steerQueueBytes', max: 5120, value: 6148, retryAfterMs: 1000 },
    });
    runs.answer();
    await expect.poll(async () => (await held()).steering).toBe(0);
    await runs.finish('a');
  });

  it('count among what open runs hold together', async () => {
    const runs = await open({ openRunsBytes: 6 * 1024 });
    await runs.start('a');
    await runs.start('b');
    await session.request('run/steer', steer('a', kibibyte(4)));
    expect((await session.refusal('run/steer', steer('b', kibibyte(4)))).data).toMatchObject({
      limit: 'openRunsBytes',
    });
    expect((await session.refusal('run/start', { model: 'host:m', prompt: kibibyte(4) })).data).toMatchObject({
      limit: 'openRunsBytes',
    });
    await session.request('run/cancel', { runId: 'a' });
    await session.request('run/wait', { runId: 'a' });
    expect((await held()).steering).toBe(0);
    await session.request('run/steer', steer('b', kibibyte(4)));
    await session.request('run/cancel', { runId: 'b' });
  });
});

it.each([
  [
    'deps',
    { deps: kibibyte(65) },
    '66562 bytes as JSON; the limit is 65536 (depsBytes). Keep large data with the host, and give a name for it.',
  ],
  [
    'metadata',
    { metadata: { x: kibibyte(17) } },
    '17416 bytes as JSON; the limit is 16384 (metadataBytes). Keep large data with the host, and give a name for it.',
  ],
])('too large %s of a run are refused with the limit and a way out', async (field, fields, message) => {
  session = await openSession();
  const refusal = await session.refusal('run/start', { model: 'test', prompt: 'hi', ...fields });
  expect(refusal.data).toMatchObject({ kind: 'params.invalid', issues: [{ path: [field], message }] });
});
