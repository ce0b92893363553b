import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { EngineError } from '../../../server/engine/errors.ts';
import { type AnswerBounds, defaultAnswerBounds } from '../../../server/engine/limits/bounds.ts';
import { PartStream } from '../../../server/engine/streaming/part-stream.ts';
import { ChatBodyReader } from '../../../server/models/ai-sdk/raw/body-chat.ts';
import { completion, loopback, type Reply } from './loopback.ts';
import { callOf, modelAt, promptOf, stillTiming, tool, user, userRequest } from './support.ts';

// Answers that no provider should send, read by the real packages.

let close = async () => {};
afterEach(async () => {
  await close();
  close = async () => {};
});

interface Way {
  readonly provider?: string;
  readonly whole?: boolean;
  readonly bounds?: Partial<AnswerBounds>;
  readonly timing?: object;
}

async function requestModel(reply: Reply, { provider = 'openai-chat', whole, bounds: set, timing }: Way = {}) {
  const server = await loopback(reply);
  close = server.close;
  const bounds = { ...defaultAnswerBounds, responseBytes: 100_000, streamBytes: 1_000_000, ...set };
  const { signal } = new AbortController();
  const stream = new PartStream({ signal, bounds, outputOf: () => null, mintId: (index) => `minted-${index}` });
  const retries = { retries: 0, firstDelayMs: 1, delayCapMs: 1, retryAfterCapMs: 1 };
  const services = { retries, timing: { ...stillTiming(), ...timing } };
  const model = await modelAt(provider, { baseUrl: server.url }, services);
  const prompt = promptOf([userRequest(user('hi'))], { functionTools: [tool('f')] });
  const call = { ...callOf(signal), bounds, ...(whole ? {} : { stream }) };
  const error: unknown = await model.request(prompt, call).then(
    () => undefined,
    (thrown) => thrown,
  );
  return { error, stream };
}

const sse = { 'content-type': 'text/event-stream' };
const chunk = (delta: object, fields: object = {}) =>
  `data: ${JSON.stringify({ id: 'x', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: null }], ...fields })}\n\n`;
const call = (index: number, piece: object, args = '{}') =>
  chunk({
    tool_calls: [{ index, id: `c${index}`, type: 'function', function: { name: 'f', arguments: args, ...piece } }],
  });

/** An answer that goes on until its reader leaves. */
const endless =
  (piece: string | Buffer, status = 200, headers: Record<string, string> = sse): Reply =>
  (response) => {
    response.writeHead(status, headers);
    const on = () => {
      while (!response.destroyed && response.write(piece));
      if (!response.destroyed) response.once('drain', on);
    };
    on();
  };
const streamed = (...events: string[]): Reply => ({ status: 200, headers: sse, body: events.join('') });
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const long = 'x'.repeat(2_000);

const limited = (limit: keyof AnswerBounds) => ({ kind: 'usage.limitExceeded', details: { limit } });
const bad = { kind: 'model.unexpectedBehavior' };
const noContent = {
  kind: expect.stringMatching(/^model\.(api|stream)$/),
  message: expect.stringMatching(/no content/),
};
const gzip = { 'content-type': 'application/json', 'content-encoding': 'gzip' };

const cases: [name: string, reply: Reply, expected: object, way?: Way][] = [
  ['an endless body', endless(' '.repeat(10_000), 200, {}), limited('responseBytes'), { whole: true }],
  ['an endless error', endless('x'.repeat(10_000), 400, {}), { kind: 'model.http', details: { status: 400 } }],
  [
    'a body that grows when it is unpacked',
    (response: ServerResponse) => void response.writeHead(200, gzip).end(gzipSync(Buffer.alloc(50e6, ' '))),
    limited('responseBytes'),
    { whole: true },
  ],
  ['a deep error', { status: 400, body: nested(30_000) }, { kind: expect.stringMatching(/^model/) }],
  [
    'a deep error in a stream',
    streamed(`data: {"error":{"message":"x","code":1,"param":${nested(190)}}}\n\n`),
    { kind: expect.stringMatching(/^model/) },
  ],
  ['a deep body', { status: 200, body: nested(100_000).slice(0, 90_000) }, bad, { whole: true }],
  ['a deep event', streamed(`data: ${nested(10_000)}\n\n`), bad],
  ['an event without end', endless(long), limited('responseBytes')],
  ['text without end', endless(chunk({ content: long })), limited('responseBytes')],
  ['small pieces without end', endless(chunk({ content: 'x' })), limited('streamBytes')],
  ['arguments without end', endless(call(0, {}, long)), limited('responseBytes')],
  [
    'names without end',
    streamed(...[...Array(60).keys()].map((i) => call(i, { name: long }))),
    limited('responseBytes'),
  ],
  ['calls without end', streamed(...[...Array(300).keys()].map((i) => call(i, {}))), limited('callsPerResponse')],
  [
    'log probabilities without end',
    endless(
      chunk(
        { content: 'x' },
        {
          choices: [
            {
              delta: { content: 'x' },
              logprobs: { content: Array(50).fill({ token: 'x', logprob: -1, bytes: [1], top_logprobs: [] }) },
            },
          ],
        },
      ),
    ),
    limited('responseBytes'),
  ],
  ['empty pieces without end', endless(chunk({ content: '' })), noContent],
  ['empty pieces after text', endless(`${chunk({ content: '' }).repeat(10_050)}${chunk({ content: 'x' })}`), noContent],
  ['unknown events without end', endless('event: new\ndata: {"type":"new"}\n\n'), noContent],
  ['unknown events without end', endless('event: new\ndata: {"type":"new"}\n\n'), noContent, { provider: 'openai' }],
  ['pings without end', endless('event: ping\ndata: {"type":"ping"}\n\n'), noContent, { provider: 'anthropic' }],
  [
    'a message whose checksum is wrong',
    {
      status: 200,
      headers: { 'content-type': 'application/vnd.amazon.eventstream' },
      body: '\0\0\0\x14\0\0\0\0aaaaaaaaaaaa',
    },
    { kind: 'model.api' },
    { provider: 'bedrock' },
  ],
];

it.each(cases)('%s ends the request with an error that is not ours', async (_name, reply, expected, way) => {
  const { error } = await requestModel(reply, way);
  expect(error).toBeInstanceOf(EngineError);
  expect(error).toMatchObject(expected);
});

it('keep-alives without end end the request once the stall limit has passed, whatever the setting `timeout` is', async () => {
  const alarm = (ms: number, ring: () => void) => {
    if (ms === 300_000) setImmediate(ring);
    return { restart() {}, stop() {} };
  };
  const { error } = await requestModel(endless(': keep-alive\n\n'), {
    bounds: { streamBytes: 1e9, responseBytes: 1e9 },
    timing: { alarm },
  });
  expect(error).toMatchObject({
    kind: 'model.api',
    message: expect.stringMatching(/^The response of 'some-model' has had no content for 300 s/),
    details: { limit: 'streamStallMs', max: 300_000, retryable: false },
  });
});

it('takes more log probabilities at once than a function takes arguments', () => {
  const reader = new ChatBodyReader({ providerName: 'openai' });
  reader.add({ choices: [{ token_logprobs: Array(300_000).fill(1) }] });
  expect(reader.details?.logprobs).toHaveLength(300_000);
});

it.each(['run/t1.model', '日本語/t1.model', 'a\r\nX-Evil: 1', '\ud800', 'x'.repeat(1e6)])(
  'a step of any name is asked under a key that a header takes',
  async (idempotencyKey) => {
    const server = await loopback({ status: 200, body: completion() });
    close = server.close;
    const model = await modelAt('openai-chat', { baseUrl: server.url }, {});
    await model.request(promptOf([userRequest(user('hi'))]), { ...callOf(), idempotencyKey });
    expect(server.seen[0]?.headers).toMatchObject({ 'idempotency-key': expect.stringMatching(/^[0-9a-f]{64}$/) });
  },
);
