import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunData } from '../../server/inspector/view/run-data.ts';
import { eventually } from './eventually.ts';
import { everything, type Inspected, startInspected, waiting, withImage } from './sample-runs.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Sends a request as no browser would have to: with any `Host` and `Origin`. */
function send(
  address: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(address, { method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('the inspector over HTTP', () => {
  let at: Inspected;
  let address: string;
  const json = async <T>(path: string) => JSON.parse((await send(`${address}api/${path}`)).text) as T;
  const act = (action: object, headers: Record<string, string> = {}) =>
    send(`${address}api/action`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: new URL(address).origin, ...headers },
      body: JSON.stringify(action),
    });

  beforeAll(async () => {
    at = await startInspected();
    address = at.inspector.address;
    await everything(at);
    await withImage(at);
  });
  afterAll(() => at.close());

  it('listens on loopback alone, at an address with a random token', async () => {
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
    const other = await startInspected();
    expect(new URL(other.inspector.address).pathname).not.toBe(new URL(address).pathname);
    await other.close();
  });

  it.each([
    ['no token', '', 404],
    ['a wrong token', 'x'.repeat(32), 404],
  ])('serves nothing for %s', async (_, token, status) => {
    for (const path of ['', 'inspector.js', 'api/runs', 'api/run?id=everything']) {
      const answer = await send(`${new URL(address).origin}/${token}/${path}`);
      expect(answer.status).toBe(status);
      expect(answer.text).not.toContain('everything');
    }
  });

  it.each([
    ['another host (DNS rebinding)', { host: 'evil.example' }, 403],
    ['another host that begins like ours', { host: 'localhost.evil.example' }, 403],
    ['a page of another origin', { origin: 'https://evil.example' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
    ['a script of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403],
    ['a page of another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }, 403],
    ['our own page', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, 200],
    ['a forwarded port', { host: 'localhost:9' }, 200],
    ['a link in another page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 200],
  ])('answers %s with its status', async (_, headers, status) => {
    expect((await send(`${address}api/runs`, { headers })).status).toBe(status);
  });

  it('weighs at most 150 KB on the wire, all files together', async () => {
    const files = await Promise.all(['', 'inspector.js', 'inspector.css'].map((file) => send(`${address}${file}`)));
    const bytes = files.reduce((sum, { text }) => sum + gzipSync(text).length, 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(150_000);
  });

  it('loads nothing from elsewhere, and runs nothing but its own script', async () => {
    const { headers } = await send(address);
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(headers['content-security-policy']).toContain("require-trusted-types-for 'script'; trusted-types 'none'");
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('lists runs with what a table shows of them', async () => {
    const { runs } = await json<{ runs: { runId: string; detail: unknown }[] }>('runs?limit=1');
    expect(runs).toMatchObject([
      { runId: 'image', outcome: 'success', detail: { model: 'host:script', prompt: 'What is in this picture?' } },
    ]);
  });

  it('gives a run with its messages, events and usage', async () => {
    const data = await json<RunData>('run?id=everything');
    const { usage } = await at.session.request('run/usage', { runId: 'everything' });
    expect(data.snapshot.usage).toEqual(usage);
    expect(data.messages.list).toEqual((await at.session.request('run/messages', { runId: 'everything' })).messages);
    expect(data.events.at(-1)?.event.event_kind).toBe('run_finished');
    expect(data.cuts).toEqual([]);
  });

  it('sends a long text cut, and whole on request', async () => {
    const long = `${'x'.repeat(5_000_000)}!`;
    at.say('long', { response: { parts: [{ part_kind: 'text', content: long }] } });
    await at.session.run({ runId: 'long', prompt: 'Say much.' });
    const answer = await send(`${address}api/run?id=long`);
    expect(answer.text.length).toBeLessThan(200_000);
    const pointer = '/messages/1/parts/0/content';
    expect((JSON.parse(answer.text) as RunData).cuts).toContainEqual({ at: pointer, length: long.length });
    expect((await send(`${address}api/value?id=long&at=${pointer}`)).text).toBe(long);
    expect((await send(`${address}api/value?id=long&at=/messages/9/x`)).status).toBe(404);
  });

  it('gives images as images, and nothing else', async () => {
    const image = await send(`${address}api/image?id=image&at=/messages/${await imageMessage()}/parts/0/content/1`);
    expect([image.status, image.headers['content-type']]).toEqual([200, 'image/png']);
    expect(image.headers['content-security-policy']).toBe("default-src 'none'; sandbox");
    expect((await send(`${address}api/image?id=image&at=/messages/0`)).status).toBe(404);
  });

  const imageMessage = async () =>
    (await json<RunData>('run?id=image')).messages.list.findIndex((message) =>
      message.parts.some((part) => JSON.stringify(part).includes('image/png')),
    );

  it('names the error of what it cannot show', async () => {
    const answer = await send(`${address}api/run?id=nobody`);
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.text)).toEqual({
      error: { kind: 'run.notFound', message: "There is no run 'nobody'." },
    });
    expect((await send(`${address}api/run`)).status).toBe(400);
    expect((await send(`${address}api/nothing`)).status).toBe(404);
    expect((await send(`${address}api/runs`, { method: 'DELETE' })).status).toBe(405);
  });

  describe('actions', () => {
    it('come from the page of the inspector, as JSON', async () => {
      const cancel = { action: 'cancel', runId: 'everything' };
      expect((await act(cancel, { origin: 'https://evil.example' })).status).toBe(403);
      expect((await act(cancel, { 'content-type': 'text/plain' })).status).toBe(415);
      const withoutOrigin = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
      expect((await send(`${address}api/action`, withoutOrigin)).status).toBe(403);
      expect((await act({ action: 'delete' })).status).toBe(400);
      expect(JSON.parse((await act(cancel)).text)).toEqual({ state: 'finished', accepted: false });
    });

    it('resolve what waits, once', async () => {
      await waiting(at, 'approved');
      const pendingId = await eventually(async () => {
        const data = await json<RunData>('run?id=approved');
        return data.snapshot.pending.find(({ method }) => method === 'deferred/handle')?.pendingId;
      });
      const resolve = { action: 'resolve', pendingId, result: { approvals: { 'call-pay': true } } };
      expect((await act({ ...resolve, result: 7 })).status).toBe(409);
      expect((await act(resolve)).status).toBe(200);
      expect((await act(resolve)).status).toBe(409);
      expect(await at.session.request('run/wait', { runId: 'approved' })).toMatchObject({ output: 'Paid.' });
    });

    it('are refused by an inspector that is read-only', async () => {
      const readOnly = await startInspected({ owner: undefined });
      const { origin } = new URL(readOnly.inspector.address);
      const answer = await send(`${readOnly.inspector.address}api/action`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin },
        body: JSON.stringify({ action: 'cancel', runId: 'x' }),
      });
      expect(answer.status).toBe(403);
      expect(answer.text).toContain('--allow-actions');
      await readOnly.close();
    });
  });
});
