import { expect, expectTypeOf, it } from 'vitest';
import {
  ConnectionClosedError,
  type ConnectionLike,
  RunwireClient,
  type StartParams,
} from '../../protocol/client/index.ts';

/** A connection whose other end never says anything but `run/start`'s ack; `sent` lists the requests. */
function silent() {
  const sent: { method: string; params: unknown }[] = [];
  let close = () => {};
  const connection: ConnectionLike = {
    sendRequest: <R>(method: string, params?: unknown) => {
      sent.push({ method, params });
      return method === 'run/start' ? Promise.resolve({} as R) : new Promise<R>(() => undefined);
    },
    sendNotification: () => undefined,
    onRequest: () => undefined,
    onNotification: () => undefined,
    onClose: (listener) => {
      close = listener;
    },
  };
  return { client: new RunwireClient(connection), sent, close: () => close() };
}

it('rejects what is open, and what comes later, when the connection closes', async () => {
  const { client, close } = silent();
  const run = await client.start({ prompt: 'hi' });
  const open = [run.result, run.usage(), client.request('health/get', {}), client.shutdown()];
  close();
  for (const one of [...open, run.messages(), client.start({ prompt: 'hi' })]) {
    await expect(one).rejects.toBeInstanceOf(ConnectionClosedError);
  }
  const events: unknown[] = [];
  for await (const event of run.events) events.push(event);
  expect(events).toEqual([]);
});

it('sends how a run is followed with its start, and what its result includes with the request that waits', async () => {
  const { client, sent } = silent();
  const followed: StartParams = { deltas: 'all', maxLatencyMs: 5, parentRunId: 'p', workDoneToken: 't', runId: 'r' };
  await client.start({ prompt: 'hi', include: ['messages'], ...followed });
  expect(sent).toEqual([
    { method: 'run/start', params: { prompt: 'hi', ...followed } },
    { method: 'run/wait', params: { runId: 'r', include: ['messages'] } },
  ]);
  expectTypeOf<StartParams>().not.toHaveProperty('wait');
});

it('has one reader of the events of a run', async () => {
  const { client } = silent();
  const run = await client.start({ prompt: 'hi' });
  run.events[Symbol.asyncIterator]();
  expect(() => run.events[Symbol.asyncIterator]()).toThrow('The events of this run are being read already');
});
