import { afterEach, describe, expect, it } from 'vitest';
import type { CallbackParamsOf } from '../../protocol/catalogue.ts';
import { openSession, type TestSession } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

type Request = CallbackParamsOf<'model/request'>;
const usage = { input_tokens: 10, output_tokens: 2 };
const piece = (content: string, extra: object = {}) => ({ parts: [{ part_kind: 'text', content }], usage, ...extra });

async function answering(reply: (request: Request, index: number) => unknown): Promise<Request[]> {
  const requested: Request[] = [];
  session = await openSession({
    serve: {
      'model/request': async (request) => {
        requested.push(request);
        return { response: await reply(request, requested.length - 1) };
      },
    },
  });
  return requested;
}

describe('a response that its provider suspended', () => {
  it('is continued in the same step, until it is complete', async () => {
    const requested = await answering((_request, index) =>
      index < 2 ? piece(`${index}, `, { state: 'suspended' }) : piece('done'),
    );
    const result = await session.run({ prompt: 'hi', stream: false });
    expect(result).toMatchObject({ output: '0, 1, done', usage: { requests: 1, input_tokens: 30, output_tokens: 6 } });
    expect(requested.map(({ messages }) => messages.map(({ kind }) => kind))).toEqual([
      ['request'],
      ['request', 'response'],
      ['request', 'response'],
    ]);
    expect(requested[2]?.messages[1]).toMatchObject({
      state: 'suspended',
      parts: [{ content: '0, ' }, { content: '1, ' }],
    });
  });

  it('is one response too when its pieces are streamed, each with keys of its own', async () => {
    await answering(async ({ runId, requestId }, index) => {
      const delta = { text: index === 0 ? 'first ' : 'second' };
      await session.pair.client.sendNotification('model/delta', { runId, requestId, delta });
      return { usage, ...(index === 0 ? { state: 'suspended' } : {}) };
    });
    const { runId, output } = await session.run({ prompt: 'hi', stream: true });
    expect(output).toBe('first second');
    const { messages } = await session.request('run/messages', { runId });
    expect(messages?.[1]).toMatchObject({ state: 'complete', parts: [{ content: 'first ' }, { content: 'second' }] });
  });

  it('that is a job which is looked at again is replaced, its usage too', async () => {
    const job = { provider_response_id: 'job' };
    await answering((_request, index) =>
      index < 12 ? piece('so far', { ...job, state: 'suspended' }) : piece('so far and done', job),
    );
    const { output, usage: used } = await session.run({ prompt: 'hi', stream: false });
    expect({ output, input: used.input_tokens }).toEqual({ output: 'so far and done', input: 10 });
  });

  it('that never ends fails the run', async () => {
    const requested = await answering(() => piece('more', { state: 'suspended' }));
    const { error } = await session.run({ prompt: 'hi', stream: false });
    expect(error?.message).toBe("Model response 'null' was suspended more than the maximum of 10 times");
    expect(requested.length).toBe(11);
  });

  it('of an earlier run is continued when nothing new is said', async () => {
    const requested = await answering(() => piece('and more'));
    const messageHistory = [
      {
        kind: 'request' as const,
        instructions: 'Be brief.',
        parts: [{ part_kind: 'user-prompt' as const, content: 'hi' }],
      },
      {
        kind: 'response' as const,
        state: 'suspended' as const,
        parts: [{ part_kind: 'text' as const, content: 'some ' }],
      },
    ];
    const { runId, output, newMessageIndex } = await session.run({ messageHistory, instructions: 'Not asked for.' });
    expect({ output, newMessageIndex }).toEqual({ output: 'some and more', newMessageIndex: 1 });
    expect(requested[0]?.instructions).toBe('Be brief.');
    const { messages } = await session.request('run/newMessages', { runId });
    expect(messages?.map(({ kind }) => kind)).toEqual(['response']);
  });
});
