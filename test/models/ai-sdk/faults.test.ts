import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../../server/engine/errors.ts';
import { PartStream } from '../../../server/engine/streaming/part-stream.ts';
import { loopback, type Reply } from './loopback.ts';
import { callOf, modelAt, promptOf, user, userRequest } from './support.ts';

/** One provider of each package. */
const names = [
  'openai',
  'openai-chat',
  'openrouter',
  'anthropic',
  'google',
  'bedrock',
  'groq',
  'mistral',
  'xai',
  'deepseek',
  'cerebras',
  'cohere',
];

let close = async () => {};
afterEach(async () => {
  await close();
  close = async () => {};
});

interface Fault {
  name: string;
  reply: Reply;
  expected: object;
}

const page = '<html><body>Bad Gateway</body></html>';
const html = { 'content-type': 'text/html' };
const http = (status: number, retryable: boolean, more: object = {}) => ({
  kind: 'model.http',
  details: { status, retryable, ...more },
});
const message = (text: string) => ({ error: { message: text, type: 'x' }, message: text });

/** Which of them depends on how far a package reads; Bedrock's takes a page for a frame that was cut. */
const noAnswer = { kind: expect.stringMatching(/^model\.(unexpectedBehavior|stream|api)$/) };

const faults: Fault[] = [
  { name: '401', reply: { status: 401, body: message('no key') }, expected: http(401, false) },
  { name: '403', reply: { status: 403, body: message('no right') }, expected: http(403, false) },
  { name: '404', reply: { status: 404, body: message('no model') }, expected: http(404, false) },
  {
    name: '429 with seconds',
    reply: { status: 429, headers: { 'retry-after': '7' }, body: message('slow') },
    expected: http(429, true, { retryAfterMs: 7_000 }),
  },
  {
    name: '429 with milliseconds',
    reply: { status: 429, headers: { 'retry-after-ms': '40' }, body: message('slow') },
    expected: http(429, true, { retryAfterMs: 40 }),
  },
  {
    name: '429 with a date',
    reply: { status: 429, headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, body: message('slow') },
    expected: http(429, true, { retryAfterMs: 30_000 }),
  },
  { name: '429 without a time', reply: { status: 429, body: message('slow') }, expected: http(429, true) },
  { name: '500 with an empty body', reply: { status: 500, body: '' }, expected: http(500, true) },
  { name: '529', reply: { status: 529, body: message('overloaded') }, expected: http(529, true) },
  {
    name: '502 with a page',
    reply: { status: 502, headers: html, body: page },
    expected: http(502, true, { body: page }),
  },
  {
    name: 'a redirect to itself',
    reply: (response, request) => void response.writeHead(302, { location: request.url ?? '/' }).end(),
    expected: http(302, false),
  },
  {
    name: 'a page as the answer',
    reply: { status: 200, headers: html, body: page },
    expected: noAnswer,
  },
  {
    name: 'nothing as the answer',
    reply: { status: 200, body: '' },
    expected: noAnswer,
  },
  {
    name: 'another answer',
    reply: { status: 200, body: { hello: 'world' } },
    expected: noAnswer,
  },
  {
    name: 'a closed connection',
    reply: (response) => void response.destroy(),
    expected: { kind: 'model.api', details: { retryable: true } },
  },
];

const once = { retries: 0, firstDelayMs: 0, delayCapMs: 0, retryAfterCapMs: 0 };
const partStream = (signal: AbortSignal) => new PartStream({ signal, outputOf: () => null, mintId: String });

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    (answer) => expect.fail(`there was an answer: ${JSON.stringify(answer)}`),
    (error: unknown) => error,
  );

describe.each(names)('faults at %s', (name) => {
  describe.each([true, false])('streamed: %s', (streamed) => {
    it.each(faults)('$name', async ({ reply, expected }) => {
      const server = await loopback(reply);
      close = server.close;
      const model = await modelAt(name, { baseUrl: server.url }, { retries: once });
      const call = callOf();
      const request = streamed ? { ...call, stream: partStream(call.signal) } : call;
      const error = await failureOf(model.request(promptOf([userRequest(user('a private prompt'))]), request));
      expect(error).toBeInstanceOf(EngineError);
      expect(error).toMatchObject(expected);
      expect(JSON.stringify({ ...(error as EngineError), message: (error as EngineError).message })).not.toMatch(
        /test-key-1234|private prompt/,
      );
      expect(server.seen).toHaveLength(1);
    });
  });
});

describe.each(names)('a request to %s that is given up', (name) => {
  // The best counts: on a busy machine the others measure the machine.
  const times: number[] = [];
  afterAll(() => expect(Math.min(...times)).toBeLessThan(50));

  it.each<[string, (response: Parameters<Extract<Reply, (...args: never[]) => void>>[0]) => void]>([
    ['before the headers', () => undefined],
    [
      'behind the headers',
      (response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n'),
    ],
  ])('%s closes its connection at once', async (_, answer) => {
    const controller = new AbortController();
    let closed = Promise.resolve(0);
    const server = await loopback((response) => {
      closed = new Promise((resolve) => response.once('close', () => resolve(performance.now())));
      answer(response);
      setImmediate(() => {
        abortedAt = performance.now();
        controller.abort(new Error('given up'));
      });
    });
    let abortedAt = 0;
    close = server.close;
    const model = await modelAt(name, { baseUrl: server.url }, { retries: once });
    const call = { ...callOf(controller.signal), stream: partStream(controller.signal) };
    const error = await failureOf(model.request(promptOf([userRequest(user('hi'))]), call));
    expect(error).toMatchObject({ message: 'given up' });
    times.push((await closed) - abortedAt);
  });
});
