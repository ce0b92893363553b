import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../../server/engine/errors.ts';
import { PartStream } from '../../../../server/engine/streaming/part-stream.ts';
import { fallbackModel } from '../../../../server/models/fallback-model.ts';
import { awsFrame, awsMessage } from '../aws-events.ts';
import { callOf, modelAt, promptOf, user, userRequest } from '../support.ts';
import { type Json, requestRow } from './shapes.ts';

// Bedrock answers 200 and then puts its errors into the stream, as frames of their own.

const frame = (event: Json) => {
  const [name = '', value] = Object.entries(event)[0] ?? [];
  return awsMessage(name, JSON.stringify(value));
};
const start = frame({ messageStart: { role: 'assistant' } });
const hello = frame({ contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'hello' } } });
const whole = [
  start,
  hello,
  frame({ contentBlockStop: { contentBlockIndex: 0 } }),
  frame({ messageStop: { stopReason: 'end_turn' } }),
  frame({ metadata: { usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 }, metrics: { latencyMs: 1 } } }),
];
const streamed = (...frames: Uint8Array[]) =>
  new Response(Buffer.concat(frames), { headers: { 'content-type': 'application/vnd.amazon.eventstream' } });

const exception = (type: string, payload: Json = { message: 'It failed.' }) =>
  awsFrame(
    { ':message-type': 'exception', ':exception-type': type, ':content-type': 'application/json' },
    JSON.stringify(payload),
  );

/** The status that the same exception has before a stream begins, and whether another try may help. */
const exceptions: readonly (readonly [type: string, status: number, isRetried: boolean])[] = [
  ['throttlingException', 429, true],
  ['serviceUnavailableException', 503, true],
  ['internalServerException', 500, true],
  ['modelStreamErrorException', 424, true],
  ['modelTimeoutException', 408, true],
  ['validationException', 400, false],
];

describe('an exception in a frame of Bedrock', () => {
  it.each(exceptions)('%s has status %i before any text, and is retried: %s', async (type, status, isRetried) => {
    const failed = () => streamed(start, exception(type));
    const { outcome, requests } = await requestRow('bedrock', { streamed: true, replies: [failed] });
    expect(outcome).toBeInstanceOf(EngineError);
    expect(outcome).toMatchObject({
      kind: 'model.http',
      message: 'It failed.',
      details: { status, retryable: isRetried },
    });
    expect(requests).toBe(isRetried ? 3 : 1);
    const mended = await requestRow('bedrock', { streamed: true, replies: [failed, () => streamed(...whole)] });
    if (isRetried) expect(mended.outcome).toMatchObject({ response: { parts: [{ content: 'hello' }] } });
  });

  it.each(exceptions)(
    '%s after some text ends the answer with its status %i, and nothing is sent again',
    async (type, status) => {
      const { outcome, requests } = await requestRow('bedrock', {
        streamed: true,
        replies: [() => streamed(start, hello, exception(type), hello)],
      });
      expect(outcome).toMatchObject({ kind: 'model.http', details: { status } });
      expect(requests).toBe(1);
    },
  );

  it('of an unknown name is an error of the model, named by it when it says nothing', async () => {
    const { outcome } = await requestRow('bedrock', {
      streamed: true,
      replies: [() => streamed(exception('oddException', {}))],
    });
    expect(outcome).toMatchObject({ kind: 'model.api', message: 'OddException', details: { retryable: true } });
  });

  it('that no model describes is read from the headers of its frame', async () => {
    const headers = { ':message-type': 'error', ':error-code': 'ThrottlingException', ':error-message': 'Slow down.' };
    const { outcome } = await requestRow('bedrock', {
      streamed: true,
      replies: [() => streamed(awsFrame(headers, ''))],
    });
    expect(outcome).toMatchObject({ kind: 'model.http', message: 'Slow down.', details: { status: 429 } });
  });

  it.each(exceptions)('%s makes the next model answer', async (type) => {
    const failing = await modelAt('bedrock', {}, { fetch: async () => streamed(exception(type)) });
    const other = await modelAt('bedrock', {}, { fetch: async () => streamed(...whole) });
    const prompt = promptOf([userRequest(user('hi'))]);
    const call = callOf();
    const stream = new PartStream({ signal: call.signal, outputOf: () => null, mintId: String });
    const { response } = await fallbackModel([failing, other], []).request(prompt, { ...call, stream });
    expect(response.parts).toMatchObject([{ content: 'hello' }]);
  });
});

describe('a frame of Bedrock that was changed on its way', () => {
  it.each([9, 20, hello.length - 6, hello.length - 1])(
    'at byte %i is an error of the model before any text, and is retried',
    async (at) => {
      const damaged = Buffer.from(hello);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
      const { outcome, requests } = await requestRow('bedrock', {
        streamed: true,
        replies: [() => streamed(start, damaged), () => streamed(...whole)],
      });
      expect(outcome).toMatchObject({ response: { parts: [{ content: 'hello' }] } });
      expect(requests).toBe(2);
      const twice = await requestRow('bedrock', { streamed: true, replies: [() => streamed(start, damaged)] });
      expect(twice.outcome).toMatchObject({ kind: 'model.api', message: expect.stringMatching(/checksum/) });
    },
  );

  it('is not waited for when its length is no length at all', async () => {
    const page = Buffer.from('<html><body>Bad gateway</body></html>');
    const { outcome } = await requestRow('bedrock', { streamed: true, replies: [() => streamed(page)] });
    expect(outcome).toMatchObject({ kind: 'model.api', message: expect.stringMatching(/not an Amazon event stream/) });
  });
});
