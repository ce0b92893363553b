import { afterEach, describe, expect, it } from 'vitest';
import { calls, openSession, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const tool = { name: 'work', inputSchema: schemaOf({}) };
const endless = { tools: [tool], usageLimits: { request_limit: null }, prompt: 'hi' };

it.each([
  ['stepsPerRun', { stepsPerRun: 3 }, 3],
  ['eventsPerRun', { eventsPerRun: 12 }, 13],
  ['messageBytesPerRun', { messageBytesPerRun: 7000 }, expect.any(Number)],
])('a run that has no end by its own limits ends at %s, and what it did stays', async (limit, limits, value) => {
  session = await openSession({
    serve: {
      'model/request': () => ({ response: calls(toolCall('work')) }),
      'tool/call': () => 'x'.repeat(1000),
    },
    deps: { limits },
  });
  const { runId, outcome, error, messageCount } = await session.run(endless);
  expect({ outcome, data: error?.data }).toEqual({
    outcome: 'failed',
    data: { kind: 'usage.limitExceeded', limit, max: Object.values(limits)[0], value },
  });
  const { messages } = await session.request('run/messages', { runId });
  expect(messages?.length).toBe(messageCount);
  expect(messageCount).toBeGreaterThan(4);
  expect(messageCount).toBeLessThan(12);
});

it.each([
  ['text', { text: 'x'.repeat(60) }],
  ['thinking', { index: 0, thinking: 'x'.repeat(60) }],
  ['signature', { index: 0, thinking: '', signature: 'x'.repeat(60) }],
  ['of a name', { index: 0, toolCall: { name: 'x'.repeat(60) } }],
  ['of an id', { index: 0, toolCall: { id: 'x'.repeat(56), name: 'work' } }],
  ['arguments', { index: 0, toolCall: { args: 'x'.repeat(60), name: '' } }],
  ['arguments as an object', { index: 0, toolCall: { args: { a: 'x'.repeat(50) }, name: 'work' } }],
])('a streamed answer with more %s than a response may have is ended, and what came is kept', async (_what, delta) => {
  session = await openSession({
    serve: {
      'model/request': async ({ runId, requestId }) => {
        for (let i = 0; i < 5; i += 1)
          await session.pair.client.sendNotification('model/delta', { runId, requestId, delta });
        return new Promise(() => undefined);
      },
    },
    deps: { limits: { responseBytes: 150 } },
  });
  const { runId, error } = await session.run({ prompt: 'hi', tools: [tool] });
  const value = expect.toSatisfy((size: number) => size > 150 && size <= 192);
  expect(error?.data).toEqual({ kind: 'usage.limitExceeded', limit: 'responseBytes', max: 150, value });
  const { messages } = await session.request('run/messages', { runId });
  expect(messages?.[1]).toMatchObject({ state: 'interrupted' });
});

it('a whole answer of a host model with more than a response may have is ended', async () => {
  session = await openSession({
    serve: { 'model/request': () => ({ response: text('x'.repeat(200)) }) },
    deps: { limits: { responseBytes: 150 } },
  });
  const { error } = await session.run({ prompt: 'hi' });
  expect(error?.data).toMatchObject({ kind: 'usage.limitExceeded', limit: 'responseBytes', max: 150 });
});

it.each([
  ['callsPerResponse', 'a stream', true],
  ['callsPerResponse', 'a whole answer', false],
  ['partsPerResponse', 'a stream', true],
  ['partsPerResponse', 'a whole answer', false],
])(
  'an answer of a host model that goes beyond %s in %s is ended, and no call of it runs',
  async (limit, _how, stream) => {
    const called: string[] = [];
    session = await openSession({
      serve: {
        'model/request': async ({ runId, requestId }) => {
          for (let index = 0; stream && index < 4; index += 1) {
            const delta = { index, toolCall: { name: 'work', args: '{}', id: 'same' } };
            await session.pair.client.sendNotification('model/delta', { runId, requestId, delta });
          }
          return { response: stream ? { parts: [] } : calls(...[1, 2, 3, 4].map(() => toolCall('work'))) };
        },
        'tool/call': ({ name }) => {
          called.push(name);
          return 'done';
        },
      },
      deps: { limits: { [limit]: 3 } },
    });
    const { error } = await session.run({ prompt: 'hi', tools: [tool], stream });
    expect(error?.data).toEqual({ kind: 'usage.limitExceeded', limit, max: 3, value: 4 });
    expect(called).toEqual([]);
  },
);

const named: [what: string, how: string, given: { name?: string; id?: string }][] = [
  ['a tool name', 'a stream', { name: 'n'.repeat(60) }],
  ['a tool name', 'a whole response', { name: 'n'.repeat(60) }],
  ['an id', 'a stream', { id: 'i'.repeat(60) }],
  ['an id', 'a whole response', { id: 'i'.repeat(60) }],
];
it.each(named)(
  'a response with %s beyond its limit in %s ends the request',
  async (_what, how, { name = 'work', id = 'c' }) => {
    session = await openSession({
      serve: {
        'model/request': async ({ runId, requestId }) => {
          if (how === 'a whole response') return { response: calls(toolCall(name, {}, id)) };
          // In halves: what comes in pieces is counted together.
          for (const piece of [name.slice(0, 30), name.slice(30)]) {
            const delta = { index: 0, toolCall: { name: piece, id } };
            await session.pair.client.sendNotification('model/delta', { runId, requestId, delta });
          }
          return { response: { parts: [] } };
        },
      },
      deps: { limits: { nameCharacters: 50 } },
    });
    const { error } = await session.run({ prompt: 'hi', tools: [tool], stream: how === 'a stream' });
    expect(error?.data).toEqual({ kind: 'usage.limitExceeded', limit: 'nameCharacters', max: 50, value: 60 });
  },
);

it('500 requests that wait for runs keep no other request from its answer', async () => {
  const runs = Array.from({ length: 10 }, (_, index) => `r${index}`);
  let requested = 0;
  let allRequested: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => {
    allRequested = resolve;
  });
  session = await openSession({
    serve: {
      'tool/call': () => {
        requested += 1;
        if (requested === runs.length) allRequested();
        return new Promise(() => undefined);
      },
    },
  });
  for (const runId of runs) await session.request('run/start', { runId, model: 'test', prompt: 'hi', tools: [tool] });
  await waiting;
  const waits = runs.flatMap((runId) => Array.from({ length: 50 }, () => session.request('run/wait', { runId })));
  expect(await session.request('run/usage', { runId: 'r0' })).toMatchObject({
    usage: { requests: 1 },
    complete: false,
  });
  expect(await session.request('health/get', {})).toMatchObject({ runs: { active: 10 } });
  for (const runId of runs) await session.request('run/cancel', { runId });
  const results = await Promise.all(waits);
  expect(results.filter(({ outcome }) => outcome === 'cancelled').length).toBe(500);
});

it('a run that ends within its bounds is not held by them', async () => {
  session = await openSession({ model: [text('done')], deps: { limits: { stepsPerRun: 1 } } });
  expect(await session.run({ prompt: 'hi' })).toMatchObject({ outcome: 'success' });
});

describe('an event that no message can hold', () => {
  it('is emitted under its number as a notice, and the run goes on', async () => {
    // Small enough to come in, and too large to go out with what belongs to it.
    const huge = 'x'.repeat(9700);
    session = await openSession({
      serve: { 'tool/call': () => huge },
      deps: { limits: { messageBytes: 10_000 } },
    });
    const tools = [{ name: 'big', inputSchema: schemaOf({}) }];
    const { runId } = await session.request('run/start', { model: 'test', prompt: 'hi', tools });
    const finished = () => session.events.get(runId)?.some(({ event }) => event.event_kind === 'run_finished');
    while (!finished()) await new Promise((resolve) => setImmediate(resolve));
    const events = session.events.get(runId) ?? [];
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const notices = events.flatMap(({ event }) => (event.event_kind === 'warning' ? [event.message] : []));
    expect(notices).toEqual([
      expect.stringMatching(/^An event of kind 'function_tool_result' has 1\d{4} bytes, above the limit of 10000/),
      expect.stringMatching(/^An event of kind 'model_response' has 1\d{4} bytes/),
    ]);
    expect(events.at(-1)?.event).toMatchObject({ event_kind: 'run_finished', result: { outcome: 'success' } });
    expect(events.at(-1)?.event).not.toHaveProperty('result.output');
  });
});
