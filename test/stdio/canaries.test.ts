import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { completion, loopback } from '../models/ai-sdk/loopback.ts';
import { Daemon } from '../support/daemon.ts';
import { slow } from '../support/time-limits.ts';

const canaries = {
  env: 'canary-env-0123456789',
  host: 'canary-host-"quoted"-0123456789',
  header: 'canary-header/with+signs=0123456789',
  standard: 'canary-standard-0123456789',
};

/** The forms in which a page may echo a text. */
const escaped = (text: string) =>
  [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const echoOf = ({ headers }: IncomingMessage) => `${headers.authorization} ${headers['x-gate']}`;

type Page = (request: IncomingMessage, response: ServerResponse) => void;
const json =
  (
    status: number,
    body: (echo: string) => string,
    headers: (echo: string) => Record<string, string> = () => ({}),
  ): Page =>
  (request, response) => {
    const echo = echoOf(request);
    response.writeHead(status, { 'content-type': 'application/json', ...headers(echo) });
    response.end(body(echo));
  };

const pages: Page[] = [
  json(401, (echo) => JSON.stringify({ error: { message: `Incorrect key: ${echo}`, [echo]: [echo] } })),
  json(400, (echo) => `{"error": {"message": "${escaped(echo)}"}}`),
  json(404, (echo) => `<html><body>${echo} ${encodeURIComponent(echo)}</body></html>`),
  json(403, (echo) => `${'x'.repeat(4_080)}${echo}`),
  json(
    422,
    () => '{}',
    (echo) => ({ 'x-request-id': echo, 'request-id': echo, 'retry-after': echo, location: `http://x/${echo}` }),
  ),
  json(
    302,
    (echo) => echo,
    (echo) => ({ location: `http://127.0.0.1:9/?key=${encodeURIComponent(echo)}` }),
  ),
  json(200, (echo) => `{"no": "answer", "echo": ${JSON.stringify(echo)}}`),
  json(200, (echo) => `no JSON: ${echo}`),
  json(200, () => JSON.stringify(completion())),
  (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`data: {"error": {"message": ${JSON.stringify(echoOf(request))}}}\n\n`);
  },
  (request) => request.socket.destroy(),
];

const folder = mkdtempSync(join(tmpdir(), 'runwire-canary-'));
const logs = mkdtempSync(join(tmpdir(), 'runwire-canary-log-'));
afterEach(() => [folder, logs].map((path) => rmSync(path, { recursive: true, force: true })));

/** Everything that the files of a folder hold. */
const contentsOf = (path: string): string =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .flatMap((entry) => (entry.isFile() ? [readFileSync(join(entry.parentPath, entry.name), 'utf8')] : []))
    .join('\n');

/** Packages a stranger put where the daemon is started: each reports when it is loaded. */
function plantPackages(): void {
  for (const name of ['@ai-sdk/openai', '@ai-sdk/provider', 'zod', 'vscode-jsonrpc', 'typebox', 'undici']) {
    const at = join(folder, 'node_modules', name);
    mkdirSync(at, { recursive: true });
    writeFileSync(
      join(at, 'index.js'),
      `require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'loaded'))}, '')`,
    );
  }
  writeFileSync(join(folder, '.env'), 'OPENAI_API_KEY=planted-key\nOPENAI_BASE_URL=http://127.0.0.1:9\n');
  writeFileSync(join(folder, 'runwire.json'), '{"logLevel": "debug"}');
}

it('shows no key to anyone but the address it is for, whatever a provider echoes, and loads nothing from its folder', {
  timeout: slow,
}, async () => {
  plantPackages();
  const before = readdirSync(folder);
  const pageAt = (url = '') => pages[Number(/\/v1\/(\d+)\//.exec(url)?.[1])] as Page;
  const server = await loopback((response, request) => pageAt(request.url)(request, response));
  const daemon = new Daemon({
    args: [
      ...['--allow-env', 'GATE', '--allow-env', 'MY_KEY', '--log-level', 'debug', '--log-file', join(logs, 'log')],
      ...['--store', join(logs, 'store')],
    ],
    env: {
      MY_KEY: canaries.env,
      GATE: canaries.header,
      OPENAI_API_KEY: canaries.standard,
      OPENAI_BASE_URL: `${server.url}/steered`,
    },
    cwd: folder,
  });
  const answerSecrets = async () => {
    const answered = new Set<unknown>();
    for (;;) {
      const { id } = await daemon.waitFor((message) => message.method === 'secret/get' && !answered.has(message.id));
      answered.add(id);
      daemon.send({ id, result: { value: canaries.host } } as object);
    }
  };
  // It waits for the next one until the daemon has ended.
  answerSecrets().catch(() => undefined);
  await daemon.initialize({ trace: 'verbose' });
  daemon.send({ method: '$/setTrace', params: { value: 'verbose' } });
  const runs = pages.flatMap((_, index) => ['MY_KEY', undefined].map((apiKeyEnv) => ({ index, apiKeyEnv })));
  const wholeRun = async ({ index, apiKeyEnv }: (typeof runs)[number]) => {
    const runId = `${index}-${apiKeyEnv}`;
    const model = {
      model: 'openai-chat:gpt-x',
      baseUrl: `${server.url}/${index}`,
      ...(apiKeyEnv ? { apiKeyEnv } : {}),
      headers: { 'x-gate': { secret: 'GATE' } },
    };
    const params = { runId, model, prompt: 'hi', wait: true, include: ['messages'], timeoutMs: 30_000 };
    const answer = await daemon.request('run/start', params);
    expect(answer.error, runId).toBeUndefined();
    for (const method of ['run/messages', 'run/usage', 'run/get']) await daemon.request(method, { runId });
  };
  await Promise.all(runs.map(wholeRun));
  await daemon.request('run/list');
  await daemon.request('models/list');
  await daemon.request('health/get');
  await daemon.stop();
  await server.close();

  const sent = server.seen.map(({ url, headers }) => [url, headers.authorization, headers['x-gate']].join(' '));
  // The keys were in use, else this test would prove nothing.
  expect(sent.some((line) => line.includes(canaries.env))).toBe(true);
  expect(sent.some((line) => line.includes(canaries.host))).toBe(true);
  expect(sent.every((line) => line.includes(canaries.header))).toBe(true);
  expect(
    sent.filter((line) => line.includes('standard') || line.includes('steered') || line.includes('planted')),
  ).toEqual([]);
  const log = readFileSync(join(logs, 'log'), 'utf8');
  const kept = contentsOf(join(logs, 'store'));
  expect(kept.match(/"k":"end"/g)).toHaveLength(runs.length);
  const shown = [JSON.stringify(daemon.messages), daemon.stderr, daemon.junk, log, kept].join('\n');
  // Heads and tails too: a cut text must not keep a part of a key.
  expect(shown.match(/canary-\w+|0123456789/g)).toBeNull();
  expect(shown).toContain('[redacted]');
  expect(readdirSync(folder)).toEqual(before);
});

it('shows no secret that the host gave as the answer of a pending item, whoever repeats it', async () => {
  const secret = 'canary-"pending"-0123456789';
  const late = 'canary-late-0123456789';
  const daemon = new Daemon({ args: ['--log-level', 'debug', '--store', join(logs, 'store')] });
  await daemon.initialize({ trace: 'verbose' });
  const model = { model: 'openai-chat:gpt-x', baseUrl: 'http://127.0.0.1:1/v1' };
  daemon.send({ id: 'run', method: 'run/start', params: { runId: 'r', model, prompt: 'hi', wait: true } });
  const { params } = await daemon.waitFor(({ method }) => method === 'secret/get');
  const pendingId = params?.pendingId;
  // One that is refused, the one that counts, and one that comes too late.
  await daemon.request('pending/resolve', { pendingId, result: { valu: late, value: 5 } });
  await daemon.request('pending/resolve', { pendingId, result: { value: secret } });
  await daemon.request('pending/resolve', { pendingId, result: { value: late } });
  const repeated = [secret, encodeURIComponent(secret), Buffer.from(`user:${secret}`).toString('base64')];
  await daemon.request('run/steer', { runId: 'other', content: repeated.join(' '), when: 'asap' });
  daemon.send({ method: `$/x ${secret}`, params: 5 } as object);
  await daemon.waitFor(({ id }) => id === 'run');
  await daemon.request('health/get');
  const traced = daemon.messages.filter(({ method }) => method === '$/logTrace' || method === 'window/logMessage');
  expect(JSON.stringify(traced)).toContain("'pending/resolve'");
  expect(JSON.stringify(traced)).toContain('[redacted] [redacted] [redacted]');
  await daemon.stop();
  const kept = contentsOf(join(logs, 'store'));
  expect(kept).toContain('"k":"end"');
  expect(JSON.stringify(daemon.messages) + daemon.stderr + kept).not.toMatch(
    /canary|0123456789|Y2FuYXJ5|NhbmFye|jYW5hcn/,
  );
});
