import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { GatewayClient, startTestGateway, type TestGateway, tokens } from '../support/gateway.ts';
import { slow, within } from '../support/time-limits.ts';

const limit = 1024 * 1024;
const each = 40;

let test: TestGateway;
beforeAll(async () => {
  test = await startTestGateway({ limits: { messageBytes: limit }, options: { origin: ['https://app.example.com'] } });
});
afterAll(() => test.close());

const address = () => test.gateway.address;
const portOf = () => Number(new URL(address()).port);

/** Resolves with the status of the response in place of an open connection, and after how many milliseconds. */
function refusedBy(options: ConstructorParameters<typeof WebSocket>[2]): Promise<{ status: number; ms: number }> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address(), options);
    socket.on('open', () => reject(new Error('it was let in')));
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_request, response) => {
      resolve({ status: response.statusCode ?? 0, ms: performance.now() - began });
      response.resume();
      socket.terminate();
    });
  });
}

/** Resolves when a plain connection that sends so much is closed. */
function closedAfter(sent: string): Promise<{ status: number; ms: number }> {
  const began = performance.now();
  return new Promise((resolve) => {
    let status = 0;
    const socket = connect(portOf(), '127.0.0.1');
    socket.on('data', (data) => {
      status = Number(/^HTTP\/1\.1 (\d{3})/.exec(data.toString())?.[1] ?? 0);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ status, ms: performance.now() - began }));
    if (sent) socket.write(sent);
  });
}

async function hugeFrame(): Promise<{ status: number; ms: number }> {
  const client = await GatewayClient.connect(address(), tokens.bob);
  const began = performance.now();
  client.socket.send(Buffer.alloc(limit + 1, 0x20));
  const status = await client.closed;
  return { status, ms: performance.now() - began };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('hostile connections', () => {
  const kinds = {
    'a wrong token': { attack: () => refusedBy({ headers: bearer('token-of-nobody-0123456789') }), status: 401 },
    'no token': { attack: () => refusedBy({}), status: 401 },
    'a huge frame': { attack: hugeFrame, status: 1009 },
    'a wrong origin': {
      attack: () => refusedBy({ headers: bearer(tokens.alice), origin: 'https://evil.example.com' }),
      status: 403,
    },
    'a slow handshake': { attack: () => closedAfter('GET / HTTP/1.1\r\nHost: a\r\n'), status: 408 },
  };

  it(`${each * Object.keys(kinds).length} at once are refused, and a client of a tenant goes on`, async () => {
    const client = await test.connect('alice');
    await client.request('run/start', { prompt: 'hi', model: 'test', wait: true });
    const attacks = Object.entries(kinds).flatMap(([kind, { attack, status }]) =>
      Array.from({ length: each }, async () => ({ kind, expected: status, ...(await attack()) })),
    );
    const answered = client.request('run/start', { prompt: 'hi', model: 'test', wait: true });
    const refused = await Promise.all(attacks);
    expect(await answered).toMatchObject({ outcome: 'success' });
    expect(refused.filter(({ status, expected }) => status !== expected)).toEqual([]);
    const slowest = Math.max(...refused.map(({ ms }) => ms));
    // What it takes on a machine that does nothing else is in `npm run bench fleet`.
    expect(slowest).toBeLessThan(within(5000));
    await expect.poll(() => test.gateway.size).toBe(1);
  });

  it('a connection that sends nothing is closed', async () => {
    expect((await closedAfter('')).ms).toBeLessThan(within(5000));
  });

  it('a page of an origin that is allowed connects with a token among its subprotocols', async () => {
    const socket = new WebSocket(address(), ['runwire', `bearer.${tokens.alice}`], {
      origin: 'https://app.example.com',
    });
    await new Promise<void>((resolve, reject) => socket.on('open', resolve).on('error', reject));
    expect(socket.protocol).toBe('runwire');
    socket.terminate();
  });

  it('what is no JSON gets an error, and the connection goes on', async () => {
    const client = await test.connect('alice');
    for (const text of ['{', 'hello', '[1,2]', '"x"', '{"jsonrpc":"2.0","id":99,"method":5}']) client.socket.send(text);
    expect(await client.request('run/list')).toMatchObject({ runs: expect.any(Array) });
    client.drop();
  });

  it('a token in the address counts for nothing', async () => {
    const socket = new WebSocket(`${address()}/?token=${tokens.alice}`);
    socket.on('error', () => undefined);
    const status = await new Promise((resolve) =>
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode)),
    );
    expect(status).toBe(401);
    socket.terminate();
  });

  it('GET /healthz answers without a token, everything else asks for a WebSocket', async () => {
    const base = address().replace('ws:', 'http:');
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect((await fetch(base)).status).toBe(426);
  });

  it('a client that stops reading is dropped, and slows nobody', { timeout: slow }, async () => {
    const deaf = await test.connect('alice', { initializationOptions: { callbacks: [] } });
    const fast = await test.connect('bob');
    deaf.socket.pause();
    // Each response is a few hundred KiB, and none of them is read.
    const content = 'x'.repeat(300_000);
    const history = [{ kind: 'request', parts: [{ part_kind: 'user-prompt', content }] }];
    const start = { runId: 'big', prompt: 'hi', model: 'test', messageHistory: history };
    deaf.send({ id: 900, method: 'run/start', params: start });
    for (let id = 1000; id < 1200; id += 1) deaf.send({ id, method: 'run/messages', params: { runId: 'big' } });
    const began = performance.now();
    await fast.request('run/start', { prompt: 'hi', model: 'test', wait: true });
    expect(performance.now() - began).toBeLessThan(within(5000));
    deaf.socket.resume();
    deaf.drop();
    fast.drop();
  });
});
