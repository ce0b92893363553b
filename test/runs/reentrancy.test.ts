import { afterEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../../protocol/result.ts';
import { calls, openSession, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const tool = { name: 'work', inputSchema: schemaOf({}) };

describe('from inside a tool call the host', () => {
  it('reads the messages and the usage of its own run', async () => {
    const read: unknown[] = [];
    session = await openSession({
      model: [calls(toolCall('work')), text('done')],
      serve: {
        'tool/call': async ({ runId }) => {
          read.push((await session.request('run/messages', { runId })).total);
          read.push((await session.request('run/usage', { runId })).usage.requests);
          return 'ok';
        },
      },
    });
    expect(await session.run({ prompt: 'hi', tools: [tool] })).toMatchObject({ outcome: 'success' });
    expect(read).toEqual([2, 1]);
  });

  it('steers its run: as soon as possible, and when it would end', async () => {
    const requested: unknown[] = [];
    const replies = [calls(toolCall('work')), text('one'), text('two')];
    session = await openSession({
      serve: {
        'model/request': ({ messages }) => {
          requested.push(messages.at(-1)?.parts.map((part) => ('content' in part ? part.content : null)));
          return { response: replies.shift() };
        },
        'tool/call': async ({ runId }) => {
          expect(await session.request('run/steer', { runId, content: 'later', when: 'whenIdle' })).toEqual({
            accepted: true,
            state: 'running',
          });
          await session.request('run/steer', { runId, content: 'left', when: 'asap' });
          return 'ok';
        },
      },
    });
    const { runId, output, usage } = await session.run({ prompt: 'hi', tools: [tool] });
    expect({ output, requests: usage.requests }).toEqual({ output: 'two', requests: 3 });
    // On the wire what was said joins the tool returns; in the history it is a request of its own.
    expect(requested).toEqual([['hi'], ['ok', 'left'], ['later']]);
    const { messages } = await session.request('run/messages', { runId });
    expect(messages?.map(({ kind, parts }) => `${kind} ${parts.length}`)).toEqual([
      'request 1',
      'response 1',
      'request 1',
      'request 1',
      'response 1',
      'request 1',
      'response 1',
    ]);
    const emitted = session.events.get(runId)?.filter(({ event }) => event.event_kind === 'enqueued_messages');
    expect(emitted?.map(({ event }) => ('messages' in event ? event.messages[0]?.parts[0] : null))).toMatchObject([
      { content: 'left' },
      { content: 'later' },
    ]);
    expect(await session.request('run/steer', { runId, content: 'too late' })).toEqual({
      accepted: false,
      state: 'finished',
    });
  });

  it('cancels its run', async () => {
    session = await openSession({
      model: [calls(toolCall('work'))],
      serve: {
        'tool/call': async ({ runId }) => {
          expect((await session.request('run/cancel', { runId })).accepted).toBe(true);
          return 'too late';
        },
      },
    });
    expect(await session.run({ prompt: 'hi', tools: [tool] })).toMatchObject({ outcome: 'cancelled' });
    expect(await session.request('health/get', {})).toMatchObject({ callbacks: { late: 1 } });
  });

  it('starts a child run and waits for it, with every slot taken; its usage is added to the parent', async () => {
    session = await openSession({
      model: [calls(toolCall('work')), text('child'), text('done')],
      deps: { limits: { activeRuns: 1, queuedRuns: 1 } },
      serve: {
        'tool/call': async ({ runId }) => {
          const child = (await session.request('run/start', {
            model: 'host:script',
            prompt: 'inner',
            parentRunId: runId,
            wait: true,
          })) as RunResult;
          return { content: child.output, usage: child.usage };
        },
      },
    });
    const result = await session.run({ prompt: 'hi', tools: [tool] });
    expect(result).toMatchObject({ output: 'done', usage: { requests: 3 } });
  });
});

describe('a child run', () => {
  it('is stopped with its parent', async () => {
    const states: string[] = [];
    session = await openSession({
      model: [calls(toolCall('work'))],
      serve: {
        'tool/call': async ({ runId, name }, signal) => {
          if (name === 'wait') {
            void session.request('run/cancel', { runId: 'parent' });
            return new Promise((resolve) => signal.addEventListener('abort', () => resolve('withdrawn')));
          }
          const params = {
            runId: 'child',
            model: 'test',
            prompt: 'inner',
            parentRunId: runId,
            tools: [{ ...tool, name: 'wait' }],
            wait: true,
          };
          const child = (await session.request('run/start', params)) as RunResult;
          states.push(child.outcome);
          return 'ok';
        },
      },
    });
    const parent = await session.run({ runId: 'parent', prompt: 'hi', tools: [tool] });
    expect(parent.outcome).toBe('cancelled');
    expect(await session.request('run/wait', { runId: 'child' })).toMatchObject({ outcome: 'cancelled' });
  });

  it('needs a parent that runs', async () => {
    session = await openSession();
    await session.run({ runId: 'over', model: 'test', prompt: 'hi' });
    expect((await session.refusal('run/start', { prompt: 'hi', parentRunId: 'over' })).data.kind).toBe('run.invalid');
    expect((await session.refusal('run/start', { prompt: 'hi', parentRunId: 'nope' })).data.kind).toBe('run.notFound');
  });

  it('is nested so deep and no deeper', async () => {
    const kinds: string[] = [];
    session = await openSession({
      deps: { limits: { runDepth: 2 } },
      serve: {
        'tool/call': async ({ runId }) => {
          const params = { model: 'test', prompt: 'inner', parentRunId: runId, tools: [tool], wait: true };
          await session.pair.client.sendRequest('run/start', params).catch((error) => kinds.push(error.data.kind));
          return 'ok';
        },
      },
    });
    await session.run({ model: 'test', prompt: 'hi', tools: [tool] });
    expect(kinds).toEqual(['overloaded']);
  });
});
