import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeCache, daemonPath } from '../support/daemon.ts';

type Body = { model: string; stream?: boolean; messages: { role: string; content: unknown }[] };
type Answer = (body: Body, response: ServerResponse, request: IncomingMessage) => void;

/** A provider on loopback; each test says how it answers. */
let answer: Answer;
const server = createServer(async (request, response) =>
  answer(JSON.parse(await readText(request)), response, request),
);
let child: ChildProcess;
beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  child?.kill('SIGKILL');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** The command sends to the provider's own address only; this has the process reach the test in its place. */
const redirect = `
  const real = globalThis.fetch;
  globalThis.fetch = (url, init) => real(String(url).replace('https://api.openai.com', process.env.TEST_PROVIDER), init);
`;

const key = 'sk-test-0123456789';

function runwire(...args: string[]) {
  const { port } = server.address() as AddressInfo;
  const started = spawn(process.execPath, [daemonPath, 'run', '--model', 'openai-chat:gpt-4o', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...codeCache,
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(redirect)}`,
      TEST_PROVIDER: `http://127.0.0.1:${port}`,
      OPENAI_API_KEY: key,
    },
  });
  child = started;
  // A test may stop reading before the end.
  const output = readText(started.stdout).catch(() => '');
  const ended = Promise.all([output, readText(started.stderr), once(started, 'close')]).then(
    ([stdout, stderr, [status, signal]]) => ({ status: signal ?? status, stdout, stderr }),
  );
  return { child: started, ended };
}

/** Answers as Chat Completions do, streamed when that is requested. */
const saying =
  (content: string): Answer =>
  ({ model, stream }, response) => {
    const common = { id: 'c', created: 1_769_860_800, model };
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
    if (!stream) {
      const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }];
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ ...common, object: 'chat.completion', choices, usage }));
      return;
    }
    response.setHeader('content-type', 'text/event-stream');
    const send = (fields: object) =>
      response.write(`data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', ...fields })}\n\n`);
    for (const piece of content.split(/(?<= )/)) {
      send({ choices: [{ index: 0, delta: { role: 'assistant', content: piece }, finish_reason: null }] });
    }
    send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
    send({ choices: [], usage });
    response.end('data: [DONE]\n\n');
  };

describe('runwire run and a provider', () => {
  it('prints the text as the model wrote it, control sequences included, as stdout is no terminal', async () => {
    const seen: unknown[] = [];
    answer = (body, response, request) => {
      seen.push(request.headers.authorization, body.model, body.messages);
      saying('Hello \u001b[31mworld')(body, response, request);
    };
    expect(await runwire('--instructions', 'Be brief.', 'hi').ended).toEqual({
      status: 0,
      stdout: 'Hello \u001b[31mworld\n',
      stderr: '',
    });
    expect(seen).toEqual([
      `Bearer ${key}`,
      'gpt-4o',
      [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
      ],
    ]);
  });

  it('goes to another address with --base-url, and takes settings', async () => {
    const seen: unknown[] = [];
    answer = (body, response, request) => {
      seen.push(request.url, request.headers.authorization, body);
      saying('Hello')(body, response, request);
    };
    const { port } = server.address() as AddressInfo;
    const address = ['--model', 'openai-compatible:qwen3', '--base-url', `http://127.0.0.1:${port}/v1`];
    const settings = ['--setting', 'temperature=0', '--setting', 'extra_body={"seed":1234567890123456789}'];
    expect(await runwire(...address, ...settings, 'hi').ended).toEqual({ status: 0, stdout: 'Hello\n', stderr: '' });
    expect(seen).toEqual([
      '/v1/chat/completions',
      undefined,
      expect.objectContaining({ model: 'qwen3', temperature: 0, seed: 1234567890123456800 }),
    ]);
  });

  it('does not send the key of a provider to another address by itself', async () => {
    const { port } = server.address() as AddressInfo;
    const { status, stderr } = await runwire('--base-url', `http://127.0.0.1:${port}/v1`, 'hi').ended;
    expect(status).toBe(2);
    expect(stderr).toContain('`--allow-env OPENAI_API_KEY`');
  });

  it('ends with 1 when the provider refuses, and says so', async () => {
    answer = (_body, response) => {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: `Incorrect API key provided: ${key}` } }));
    };
    const { status, stdout, stderr } = await runwire('hi').ended;
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^runwire: status_code: 401, .*Incorrect API key/);
    expect(stderr).not.toContain(key);
  });

  it('prints the failed result with --json', async () => {
    answer = (_body, response) => void response.writeHead(400).end('{}');
    const { status, stdout } = await runwire('--json', 'hi').ended;
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'failed',
      error: { data: { kind: 'model.http', status: 400 } },
      newMessages: [{ kind: 'request' }],
    });
  });

  it('ends with 124 when the time is over', async () => {
    answer = () => undefined;
    const { status, stdout, stderr } = await runwire('--timeout', '0.2', '--json', 'hi').ended;
    expect({ status, stderr }).toEqual({ status: 124, stderr: 'runwire: The run did not end within 200 ms.\n' });
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'failed', error: { data: { kind: 'run.timeout' } } });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('is cancelled by %s', async (signal, code) => {
    answer = () => child.kill(signal);
    const { status, stdout, stderr } = await runwire('--json', 'hi').ended;
    expect({ status, stderr }).toEqual({ status: code, stderr: 'runwire: The agent run was cancelled.\n' });
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'cancelled', newMessages: [{ kind: 'request' }] });
  });

  it('ends quietly when its output is no longer read', async () => {
    const run = runwire('hi');
    answer = (...exchange) => {
      run.child.stdout.once('close', () => saying('Hello world')(...exchange)).destroy();
    };
    expect(await run.ended).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});
