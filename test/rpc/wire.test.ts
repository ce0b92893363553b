import { describe, expect, it } from 'vitest';
import { framed, RawDaemon } from '../support/raw-daemon.ts';

const tool = { name: 'ask', inputSchema: { type: 'object', properties: {} } };
const send = (daemon: RawDaemon, ...messages: object[]) =>
  daemon.write(Buffer.concat(messages.map((message) => framed(JSON.stringify({ jsonrpc: '2.0', ...message })))));
const answerTo = (daemon: RawDaemon, id: unknown) =>
  daemon.messages('contentLength').find((message) => message.id === id && message.method === undefined);

async function opened(deps = {}, params: object = {}): Promise<RawDaemon> {
  const daemon = new RawDaemon(deps);
  send(daemon, { id: 'h', method: 'initialize', params });
  await daemon.wrote('"id":"h"');
  return daemon;
}

/** A run that waits for its tool. */
async function withWaitingRun(deps = {}): Promise<RawDaemon> {
  const daemon = await opened(deps);
  send(daemon, { id: 'start', method: 'run/start', params: { runId: 'r', prompt: 'hi', tools: [tool] } });
  await daemon.wrote('"method":"tool/call"');
  return daemon;
}

describe('requests in flight', () => {
  it('dispatches what came at once in one turn of the event loop', async () => {
    const daemon = await opened();
    let turns = 0;
    let isCounting = true;
    const count = () => {
      turns += 1;
      if (isCounting) setImmediate(count);
    };
    send(daemon, ...Array.from({ length: 100 }, (_, id) => ({ id, method: 'agent/list' })));
    setImmediate(count);
    await daemon.wrote('"id":99,');
    isCounting = false;
    // One for each message is what the library takes by itself.
    expect(turns).toBeLessThan(20);
  });

  it('serves 5,000 requests that come at once', async () => {
    const daemon = await opened();
    send(daemon, ...Array.from({ length: 5000 }, (_, id) => ({ id, method: 'agent/list' })));
    await daemon.wrote('"id":4999,');
    const refused = daemon.messages('contentLength').filter(({ error }) => error !== undefined);
    expect(refused).toEqual([]);
  });

  it('refuses more than the limit as overloaded, and says when to retry; a cancellation still comes through', async () => {
    // A request that is slow by itself: the health of a loop that does not turn.
    const daemon = await withWaitingRun({ limits: { requestsInFlight: 2 } });
    const slow = Array.from({ length: 6 }, (_, id) => ({ id, method: 'agent/register', params: slowAgent(id) }));
    send(daemon, ...slow, { id: 'cancel', method: 'run/cancel', params: { runId: 'r' } });
    await daemon.wrote('"id":"cancel"');
    expect(answerTo(daemon, 'cancel')).toMatchObject({ result: { accepted: true } });
    const refused = daemon.messages('contentLength').filter(({ error }) => error !== undefined);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({
      error: { code: 1002, data: { kind: 'overloaded', limit: 'requestsInFlight', retryAfterMs: 100 } },
    });
  });

  it('answers run/usage though 500 requests wait for runs', async () => {
    const daemon = await withWaitingRun({ limits: { waitersPerRun: 1000 } });
    send(daemon, ...Array.from({ length: 500 }, (_, id) => ({ id, method: 'run/wait', params: { runId: 'r' } })));
    send(daemon, { id: 'usage', method: 'run/usage', params: { runId: 'r' } });
    await daemon.wrote('"id":"usage"');
    expect(answerTo(daemon, 'usage')).toMatchObject({ result: { usage: { requests: 1 } } });
    send(daemon, { id: 'health', method: 'health/get' });
    await daemon.wrote('"id":"health"');
    expect(answerTo(daemon, 'health')).toMatchObject({ result: { requests: { open: 501, waiting: 500 } } });
    send(daemon, { id: 'cancel', method: 'run/cancel', params: { runId: 'r' } });
    await daemon.wrote('"id":499,');
    expect(daemon.messages('contentLength').filter(({ error }) => error)).toEqual([]);
  });
});

/** Its schema is of those that take a part of their own to compile, so that registering it takes a turn. */
/** Schemas so long that the loop goes round between them. */
const longSchema = { type: 'object', description: 'x'.repeat(60_000) };
const slowAgent = (id: number) => ({
  name: `a${id}`,
  tools: Array.from({ length: 16 }, (_, at) => `t${at}`).map((name) => ({ name, inputSchema: longSchema })),
});

describe('the ack of a run', () => {
  it('has a write of its own: some clients stall when it comes together with a callback', async () => {
    const daemon = await opened();
    const run = { id: 'ack', method: 'run/start', params: { runId: 'r', prompt: 'hi', tools: [tool] } };
    send(daemon, { id: 1, method: 'agent/list' }, run, { id: 2, method: 'agent/list' });
    await daemon.wrote('"method":"tool/call"');
    const acks = daemon.writes().filter((write) => write.includes('"id":"ack"'));
    expect(acks).toEqual([
      expect.stringMatching(/^Content-Length: \d+\r\n\r\n\{"jsonrpc":"2.0","id":"ack",[^{]*\{[^{}]*\}\}$/),
    ]);
  });
});

describe('our own requests', () => {
  it('have ids from 1,000,000,000; an answer in any form counts', async () => {
    for (const [answer, content] of [
      [{ result: 'yes' }, 'yes'],
      [{ result: null }, null],
      // A handler that returned nothing, in a language that leaves such members out.
      [{}, null],
    ] as const) {
      const daemon = await withWaitingRun();
      const call = daemon.messages('contentLength').find(({ method }) => method === 'tool/call');
      expect(call?.id).toBe(1_000_000_000);
      send(daemon, { id: '1000000000', ...answer });
      await daemon.wrote('"function_tool_result"');
      const event = daemon
        .messages('contentLength')
        .map(
          ({ params }) => (params as { event?: { event_kind: string; part: { content: unknown } } } | undefined)?.event,
        )
        .find((one) => one?.event_kind === 'function_tool_result');
      expect(event?.part.content).toBe(content);
    }
  });

  it('fail when their answer is too large or nested too deep, and the run goes on', async () => {
    for (const result of ['x'.repeat(5000), JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`)]) {
      const daemon = await withWaitingRun({ limits: { messageBytes: 4000 } });
      send(daemon, { id: 1_000_000_000, result });
      await daemon.wrote('"run_finished"');
      expect(JSON.stringify(daemon.messages('contentLength'))).toMatch(/4000 is the limit|nested deeper than 200/);
    }
  });
});

describe('a message over the limit', () => {
  it('is reported instead of a response', async () => {
    const daemon = await opened({ limits: { messageBytes: 2000 } });
    send(daemon, { id: 1, method: 'rpc/discover' });
    await daemon.wrote('"id":1,');
    expect(answerTo(daemon, 1)).toMatchObject({
      error: { code: 1003, data: { kind: 'message.tooLarge', limit: 2000, size: expect.any(Number) } },
    });
  });

  it('is no image of 20 MB, which is readable back', async () => {
    const daemon = await opened();
    const data = Buffer.alloc(20_000_000, 'runwire').toString('base64');
    const prompt = [{ kind: 'binary', data, media_type: 'image/png' }];
    send(daemon, { id: 1, method: 'run/start', params: { runId: 'r', prompt, wait: true, deltas: 'none' } });
    await daemon.wrote('"outcome"');
    send(daemon, { id: 2, method: 'run/messages', params: { runId: 'r' } });
    await daemon.wrote('"id":2,');
    const { result } = answerTo(daemon, 2) as { result: { messages: { parts: { content: { data: string }[] }[] }[] } };
    const back = result.messages[0]?.parts[0]?.content[0]?.data ?? '';
    expect(Buffer.from(back, 'base64').equals(Buffer.from(data, 'base64'))).toBe(true);
  });
});

describe('traces and the log', () => {
  it('reports each message when the client requests it, and never before the handshake is answered', async () => {
    const daemon = await opened({}, { trace: 'messages' });
    send(daemon, { id: 1, method: 'agent/list' });
    await daemon.wrote('"id":1,');
    send(daemon, { method: '$/setTrace', params: { value: 'verbose' } });
    send(daemon, { id: 2, method: 'agent/unregister', params: { name: 'nobody' } });
    await daemon.wrote('"id":2,');
    send(daemon, { method: '$/setTrace', params: { value: 'off' } });
    send(daemon, { id: 3, method: 'agent/list' });
    await daemon.wrote('"id":3,');
    const messages = daemon.messages('contentLength');
    expect(messages[0]).toMatchObject({ id: 'h' });
    const traces = messages.filter(({ method }) => method === '$/logTrace').map(({ params }) => params);
    expect(traces).toEqual([
      { message: "Sent response to 'initialize'." },
      { message: "Received request 'agent/list'." },
      { message: "Sent response to 'agent/list'." },
      { message: "Received notification '$/setTrace'." },
      { message: "Received request 'agent/unregister'.", verbose: '{"name":"nobody"}' },
      { message: "Sent response to 'agent/unregister'.", verbose: '{"removed":false}' },
      { message: "Received notification '$/setTrace'.", verbose: '{"value":"off"}' },
    ]);
  });

  it('shows lines of the log to the client once it is there', async () => {
    const daemon = new RawDaemon();
    daemon.server.showLog('warn', 'too early');
    send(daemon, { id: 'h', method: 'initialize' });
    await daemon.wrote('"id":"h"');
    daemon.server.showLog('warn', 'something is odd');
    await daemon.settled();
    const [answer, line] = daemon.messages('contentLength');
    expect(answer).toMatchObject({ id: 'h' });
    expect(line).toEqual({
      jsonrpc: '2.0',
      method: 'window/logMessage',
      params: { type: 2, message: 'something is odd' },
    });
  });
});
