import { afterEach, describe, expect, it } from 'vitest';
import type { ModelMessageInput } from '../../protocol/messages/messages.ts';
import { calls, openSession, type TestSession, text, toolCall } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const tools = [{ name: 'ask', inputSchema: { type: 'object' }, external: true }];
const output = { anyOf: [{ type: 'text' as const }, { type: 'deferred' as const }] };
const history: ModelMessageInput[] = [
  { kind: 'request', parts: [{ part_kind: 'user-prompt', content: 'go' }] },
  { kind: 'response', ...calls(toolCall('ask', {}, 'c1')) } as ModelMessageInput,
];

/** A model that says these things, then that it is done. */
const model =
  (...replies: object[]) =>
  () => ({ response: replies.shift() ?? text('done') });
const deferring = calls(toolCall('ask', {}, 'c1'));

/** How the results of a deferred call can be given: what the call becomes, or the error. */
const ways: [name: string, give: (result: unknown) => Promise<unknown>][] = [
  [
    'deferredToolResults',
    async (result) => {
      session = await openSession({ serve: { 'model/request': model() } });
      const deferredToolResults = { calls: { c1: result } };
      const spec = { tools, output, messageHistory: history, deferredToolResults };
      const { newMessages } = await session.run({ ...spec, include: ['newMessages'] });
      return newMessages?.[0]?.parts[0];
    },
  ],
  [
    'deferred/handle',
    async (result) => {
      const serve = { 'model/request': model(deferring), 'deferred/handle': () => ({ calls: { c1: result } }) };
      session = await openSession({ serve });
      const spec = { prompt: 'go', tools, deferred: 'handle' as const };
      const { error, newMessages } = await session.run({ ...spec, include: ['newMessages'] });
      if (error) throw error;
      return newMessages?.[2]?.parts[0];
    },
  ],
  [
    'pending/resolve',
    async (result) => {
      const initialize = { initializationOptions: { callbacks: ['model/request'] } };
      session = await openSession({ serve: { 'model/request': model(deferring) }, initialize });
      const run = { runId: 'r', model: 'host:script', prompt: 'go', tools, deferred: 'handle' as const };
      await session.request('run/start', run);
      const pendingId = await pendingOf('r');
      await session.request('pending/resolve', { pendingId, result: { calls: { c1: result } } });
      await session.request('run/wait', { runId: 'r' });
      const { messages } = await session.request('run/messages', { runId: 'r' });
      return messages?.[2]?.parts[0];
    },
  ],
];

/** The item that a run waits for, as soon as there is one that somebody has to come for. */
async function pendingOf(runId: string): Promise<string> {
  for (let afterSeq = 0; ; ) {
    const { events } = await session.request('run/events', { runId, afterSeq, waitMs: 10_000 });
    const added = events.find(({ event }) => event.event_kind === 'pending_added')?.event;
    if (added?.event_kind === 'pending_added') return added.pendingId;
    afterSeq = events.at(-1)?.seq ?? afterSeq;
  }
}

const succeeded = (content: unknown) => ({ part_kind: 'tool-return', outcome: 'success', content });

describe.each(ways)('the result of a deferred call, by %s,', (_name, give) => {
  it.each([
    ['a text', 'yes'],
    ['an empty text', ''],
    ['a number', 5],
    ['false', false],
    ['null', null],
    ['a list', [1, { content: 'x' }]],
    ['an empty list', []],
    ['an empty object', {}],
    ['an object of the host', { rows: [1], metadata: 'of the host', kind: 'answer' }],
  ])('is the content when it is %s', async (_what, value) => {
    expect(await give(value)).toMatchObject(succeeded(value));
  });

  it.each([
    [
      'content',
      { content: { content: 'mine' }, metadata: { a: 1 }, _meta: {} },
      { ...succeeded({ content: 'mine' }), metadata: { a: 1 } },
    ],
    ['null content', { content: null }, succeeded(null)],
    ['a failure', { failed: 'no' }, { part_kind: 'tool-return', outcome: 'failed', content: 'no' }],
    ['a retry', { retry: 'again' }, { outcome: 'retried', content: 'again' }],
  ])('is read as %s when it has that key alone', async (_what, value, part) => {
    expect(await give(value)).toMatchObject(part);
  });

  it.each([
    ['two of the keys', { content: 'x', retry: 'y' }],
    ['a key and one of its own', { content: 'x', rows: [1] }],
    ['a retry that is not text', { retry: 5 }],
    ['a failure with metadata', { failed: 'no', metadata: {} }],
    ['content for the user that is none', { content: 'x', userContent: 5 }],
  ])('is refused in words when it has %s', async (_what, value) => {
    const error = await give(value).then(
      () => undefined,
      (thrown: { message: string; data: object }) => thrown,
    );
    expect(error?.message).toContain(
      'calls.c1: an object with `content`, `retry` or `failed` must have exactly one of them',
    );
    expect(error?.message.match(/exactly one of them/g)).toHaveLength(1);
  });
});

describe('an approval', () => {
  const approve = async (approval: unknown) => {
    session = await openSession({ serve: { 'model/request': model(), 'tool/call': () => 'done' } });
    return session.pair.client.sendRequest('run/start', {
      model: 'host:script',
      wait: true,
      tools: [{ name: 'ask', inputSchema: { type: 'object' }, requiresApproval: true }],
      output,
      messageHistory: history,
      deferredToolResults: { approvals: { c1: approval } },
    });
  };

  it.each([[true], [false], [{ approved: true, args: {} }], [{ approved: false, message: 'no' }]])(
    'is %j',
    async (approval) => {
      expect(await approve(approval)).toMatchObject({ outcome: 'success' });
    },
  );

  it.each([[1], [0], ['yes'], ['true'], [null], [{}], [{ approved: 1 }], [{ approved: 'yes' }]])(
    'is not %j',
    async (approval) => {
      await expect(approve(approval)).rejects.toMatchObject({ data: { kind: 'params.invalid' } });
    },
  );

  it('of another type is refused with each shape named once', async () => {
    await expect(approve('yes')).rejects.toThrow(
      'Invalid parameters. deferredToolResults.approvals.c1: Invalid input: expected boolean or object, received string',
    );
  });
});
