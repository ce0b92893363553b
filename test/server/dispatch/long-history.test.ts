import { afterEach, expect, it } from 'vitest';
import { framed, RawDaemon } from '../../support/raw-daemon.ts';
import { openSession, type RunParams, type TestSession } from '../../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const turn = (content: string): NonNullable<RunParams['messageHistory']> => [
  { kind: 'request', parts: [{ part_kind: 'user-prompt', content }] },
  { kind: 'response', parts: [{ part_kind: 'text', content }] },
];
/** Long enough to be checked over many turns of the event loop on any machine. */
const history = Array.from({ length: 3_000 }, (_, index) => turn(`message ${index}`)).flat();
const long = { runId: 'long', prompt: 'hi', model: 'test', messageHistory: history };

it('while a long history is checked, health/get is answered', async () => {
  session = await openSession();
  const answered: string[] = [];
  const started = session.request('run/start', long).then(() => answered.push('run/start'));
  const health = session.request('health/get', {}).then(() => answered.push('health/get'));
  await Promise.all([started, health]);
  expect(answered).toEqual(['health/get', 'run/start']);
});

it('what comes after a long history is handled after it, in its order', async () => {
  session = await openSession({ serve: { 'model/request': () => new Promise(() => undefined) } });
  const [, , , list] = await Promise.all([
    session.request('run/start', { ...long, model: 'host:script' }),
    session.request('run/start', { ...long, runId: 'longer', model: 'host:script' }),
    session.request('run/cancel', { runId: 'long' }),
    session.request('run/list', {}),
    session.request('run/cancel', { runId: 'longer' }),
  ]);
  expect(list.runs.map(({ runId }) => runId).sort()).toEqual(['long', 'longer']);
});

it('a long history is refused for its first bad message, and the next request is served', async () => {
  session = await openSession();
  const bad = history
    .slice(0, 300)
    .with(7, { kind: 'request', parts: 3 } as never)
    .with(200, 4 as never);
  const [refusal, runs] = await Promise.all([
    session.refusal('run/start', { ...long, messageHistory: bad }),
    session.request('run/list', {}),
  ]);
  const reason = 'parts: Invalid input: expected array, received number';
  expect(refusal).toEqual({
    code: expect.any(Number),
    message: `Message 7 of the history is invalid: ${reason}`,
    data: { kind: 'history.invalid', index: 7, reason },
  });
  expect(runs.runs).toEqual([]);
});

it('pieces of a response that come behind a long history are taken before the response', async () => {
  const daemon = new RawDaemon();
  const sent = (...messages: object[]) =>
    daemon.write(Buffer.concat(messages.map((message) => framed(JSON.stringify({ jsonrpc: '2.0', ...message })))));
  sent({ id: 'h', method: 'initialize', params: {} });
  sent({ id: 'a', method: 'run/start', params: { runId: 'a', prompt: 'hi', model: 'host:m', wait: true } });
  await daemon.wrote('"method":"model/request"');
  const request = daemon.messages('contentLength').find(({ method }) => method === 'model/request');
  const { requestId } = (request as { params: { requestId: string } }).params;
  sent(
    { id: 'b', method: 'run/start', params: long },
    { method: 'model/delta', params: { runId: 'a', requestId, delta: { text: 'a piece' } } },
    { id: request?.id, result: { response: {} } },
  );
  await daemon.wrote('"id":"a"');
  const ended = daemon.messages('contentLength').find(({ id }) => id === 'a');
  expect(ended?.result).toMatchObject({ outcome: 'success', output: 'a piece' });
  await daemon.wrote('"id":"b"');
  daemon.end();
});
