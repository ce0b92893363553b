import { afterEach, expect, it } from 'vitest';
import { openSession, type TestSession, text } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const message = (content: string) => ({
  kind: 'request' as const,
  parts: [{ part_kind: 'user-prompt' as const, content }],
});
const long = Array.from({ length: 6_000 }, (_, index) => message(`message ${index}`));
const run = { prompt: 'hi', model: 'host:script', historyProcessors: ['more'] };

it('while a long history of a processor is read, health/get is answered', async () => {
  const seen: string[] = [];
  session = await openSession({
    serve: {
      'history/process': () => {
        setImmediate(() => void session.request('health/get', {}).then(() => seen.push('health/get')));
        return { messages: long };
      },
      'model/request': ({ messages }) => {
        seen.push(`model/request with ${JSON.stringify(messages).split('message ').length - 1} messages`);
        return { response: text('ok') };
      },
    },
  });
  expect((await session.run(run)).outcome).toBe('success');
  expect(seen).toEqual(['health/get', 'model/request with 6000 messages']);
});

it('a long history of a processor is refused for its first bad message', async () => {
  const messages = long.slice(0, 300).with(7, { kind: 'request', parts: 3 } as never);
  session = await openSession({ serve: { 'history/process': () => ({ messages }) } });
  const { outcome, error } = await session.run(run);
  expect({ outcome, kind: error?.data?.kind }).toEqual({ outcome: 'failed', kind: 'callback.invalid' });
  expect(error?.message).toContain('expected messages.7.parts: Invalid input: expected array, received number');
});
