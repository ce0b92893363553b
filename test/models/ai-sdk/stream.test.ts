import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { EngineError } from '../../../server/engine/errors.ts';
import type { ModelAnswer } from '../../../server/engine/model.ts';
import type { DeltaSink } from '../../../server/engine/streaming/delta-sink.ts';
import { PartStream } from '../../../server/engine/streaming/part-stream.ts';
import { create } from '../../../server/models/ai-sdk/providers/openai-chat.ts';
import { loopback, type Reply } from './loopback.ts';
import { callOf, promptOf, stillTiming, tool, user, userRequest } from './support.ts';

let close = async () => {};
afterEach(async () => {
  await close();
  close = async () => {};
});

const usage = {
  prompt_tokens: 14,
  completion_tokens: 8,
  total_tokens: 22,
  prompt_tokens_details: { cached_tokens: 4 },
};

/** One chunk of a streamed chat completion. */
const chunk = (delta: object, fields: object = {}, finish_reason: string | null = null) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_767_225_600,
  model: 'gpt-x-2026',
  choices: [{ index: 0, delta, finish_reason }],
  ...fields,
});
const call = (fields: object, name?: string) =>
  chunk({ tool_calls: [{ index: 0, ...(name ? { id: 'c1', type: 'function' } : {}), function: { name, ...fields } }] });
const usageChunk = chunk({}, { choices: [], usage });
const end = (reason: string) => [chunk({}, {}, reason), usageChunk];

const event = (data: unknown) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

/** A stream that is over, well or early. */
const streamed = (...events: unknown[]): Reply => ({
  status: 200,
  headers: { 'content-type': 'text/event-stream' },
  body: events.map(event).join(''),
});

/** A stream that goes on until `then` ends it. */
const open = (events: unknown[], then: (response: ServerResponse) => void): Reply => {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(events.map(event).join('') || ':\n\n', () => then(response));
  };
};

interface Outcome {
  answer?: ModelAnswer;
  error?: EngineError;
  stream: PartStream;
  shown: string[];
  requests: number;
}

/** A sink that notes what it is shown; `paused` makes each piece wait. */
function sinkOf(shown: string[], paused?: () => Promise<void>): DeltaSink {
  return {
    show: (event) => shown.push(event.event_kind),
    text: () => shown.push('delta'),
    thinking: () => shown.push('delta'),
    toolCall: () => shown.push('delta'),
    ready: () => paused?.(),
  };
}

async function requestModel(
  replies: Reply[],
  options: { signal?: AbortSignal; services?: object; paused?: () => Promise<void> } = {},
): Promise<Outcome> {
  const server = await loopback(...replies);
  close = server.close;
  const shown: string[] = [];
  const stream = new PartStream({
    sink: sinkOf(shown, options.paused),
    signal: options.signal ?? new AbortController().signal,
    outputOf: () => null,
    mintId: (index) => `minted-${index}`,
  });
  const entry = { id: 'openai-chat:gpt-x', modelName: 'gpt-x', baseUrl: server.url, apiKey: 'test-key-1234' };
  const model = create(entry, { timing: stillTiming(), ...options.services });
  const prompt = promptOf([userRequest(user('hi'))], { functionTools: [tool('f')] });
  const outcome = await model.request(prompt, { ...callOf(options.signal), stream }).then(
    (answer) => ({ answer }),
    (error) => ({ error }),
  );
  return { ...outcome, stream, shown, requests: server.seen.length };
}

describe('a stream', () => {
  it('is taken a slice of a long piece at a time, never within a character', async () => {
    const content = `x${'😀'.repeat(100_000)}`;
    const { answer, shown } = await requestModel([streamed(chunk({ content }), ...end('stop'), '[DONE]')]);
    // The first slice is in the start.
    expect(shown).toEqual(['part_start', 'delta', 'delta', 'delta']);
    expect(answer?.response.parts).toMatchObject([{ content }]);
  });

  it('is shown as it comes and adds up to the answer', async () => {
    const pieces = [chunk({ role: 'assistant', content: '' }), chunk({ content: 'Hel' }), chunk({ content: 'lo' })];
    const { answer, shown, stream } = await requestModel([streamed(...pieces, ...end('stop'), '[DONE]')]);
    expect(shown).toEqual(['part_start', 'delta']);
    expect(answer).toMatchObject({
      served: 'gpt-x-2026',
      response: {
        parts: [{ part_kind: 'text', content: 'Hello' }],
        usage: { input_tokens: 14, cache_read_tokens: 4, output_tokens: 8 },
        model_name: 'gpt-x-2026',
        provider_name: 'openai',
        provider_response_id: 'chatcmpl-1',
        provider_details: { finish_reason: 'stop', timestamp: '2026-01-01T00:00:00Z' },
        finish_reason: 'stop',
      },
    });
    expect(stream.usage).toEqual(answer?.response.usage);
  });

  it('has calls whose arguments are those of the whole call', async () => {
    const pieces = [call({ arguments: '' }, 'f'), call({ arguments: '{"a"' }), call({ arguments: ': 1}' })];
    const { answer, shown } = await requestModel([streamed(...pieces, ...end('tool_calls'))]);
    expect(shown).toEqual(['part_start', 'delta', 'delta']);
    expect(answer?.response).toMatchObject({
      finish_reason: 'tool_call',
      parts: [{ part_kind: 'tool-call', tool_name: 'f', args: '{"a": 1}', tool_call_id: 'c1' }],
    });
  });

  it('keeps a refusal out of the text', async () => {
    const pieces = [chunk({ refusal: 'I can' }), chunk({ refusal: 'not' })];
    const { answer, shown } = await requestModel([streamed(...pieces, ...end('stop'))]);
    expect(shown).toEqual([]);
    expect(answer?.response).toMatchObject({
      parts: [],
      finish_reason: 'content_filter',
      provider_details: { refusal: 'I cannot' },
      usage: { input_tokens: 14 },
    });
  });
});

describe('a stream that does not end well keeps what came', () => {
  const begun = [chunk({ content: 'Hel' })];
  const network = { provider: 'openai', model: 'gpt-x', retryable: true };

  it.each<[string, Reply, object]>([
    [
      'cut',
      open(begun, (response) => response.destroy()),
      { kind: 'model.stream', message: 'The connection broke off.', details: network },
    ],
    [
      'ended early',
      streamed(...begun),
      {
        kind: 'model.stream',
        message: "The response of 'gpt-x' ended before it was complete.",
        details: { provider: 'openai', retryable: true },
      },
    ],
    [
      'failed by the provider',
      streamed(...begun, { error: { message: 'Overloaded', type: 'server_error', code: 503 } }),
      { kind: 'model.http', message: 'Overloaded', details: { status: 503, retryable: true } },
    ],
    [
      "failed by the request's fault",
      streamed(...begun, { error: { message: 'Odd', type: 'invalid_request_error', code: 'odd' } }),
      { kind: 'model.http', message: 'Odd', details: { status: 400, retryable: false, body: { code: 'odd' } } },
    ],
    [
      'a chunk of another shape, and no end',
      streamed(...begun, '{"choices": 7}'),
      { kind: 'model.stream', message: "The response of 'gpt-x' ended before it was complete." },
    ],
    [
      'no JSON',
      streamed(...begun, '{"choices": ['),
      { kind: 'model.unexpectedBehavior', message: "Invalid response from openai for 'gpt-x'." },
    ],
  ])('%s', async (_, reply, expected) => {
    const { error, stream, requests } = await requestModel([reply]);
    expect(error).toMatchObject(expected);
    expect(stream).toMatchObject({ opened: true, fields: { model_name: 'gpt-x-2026' } });
    expect(stream.parts()).toMatchObject([{ content: 'Hel' }]);
    expect(requests).toBe(1); // nothing is repeated once a part was shown
  });

  it('with the usage that was told before', async () => {
    const { error, stream } = await requestModel([streamed(usageChunk, ...begun)]);
    expect(error?.kind).toBe('model.stream');
    expect(stream.usage).toMatchObject({ input_tokens: 14, output_tokens: 8 });
  });

  it('with an error that comes in the place of the end, and its usage', async () => {
    const last = { ...usageChunk, error: { message: 'Token limit reached', code: 502 } };
    const { error, stream } = await requestModel([streamed(...begun, last)]);
    const details = { provider: 'openai', model: 'gpt-x', status: 502, retryable: true, body: last.error };
    expect(error).toMatchObject({ kind: 'model.http', message: 'Token limit reached', details });
    expect(stream.usage).toMatchObject({ input_tokens: 14, output_tokens: 8 });
    expect(stream.fields.finish_reason).toBe('error');
  });

  it.each([
    ['ended early', []],
    ['ended as if all were well', [...end('stop'), '[DONE]']],
  ])('a call with cut arguments never comes out: %s', async (_, rest) => {
    const pieces = [call({ arguments: '{"country":"UK' }, 'f'), ...rest];
    const { answer, error, stream } = await requestModel([streamed(...pieces)]);
    // A stream that claims its end is left to the validation of the arguments, which are no JSON.
    if (rest.length === 0) expect(error?.kind).toBe('model.stream');
    const [part] = answer?.response.parts ?? stream.parts();
    expect(part).toMatchObject({ part_kind: 'tool-call', args: '{"country":"UK' });
  });
});

describe('a stream that fails before its first part is asked for again', () => {
  const good = streamed(chunk({ content: 'ok' }), ...end('stop'));

  it.each<[string, Reply]>([
    ['refused for now', { status: 429, headers: { 'retry-after-ms': '40' } }],
    ['cut', open([], (response) => response.destroy())],
    ['cut behind an empty piece', open([chunk({ content: '' })], (response) => response.destroy())],
    ['ended at once', streamed()],
    ['failed by the provider', streamed({ error: { message: 'Overloaded', type: 'server_error', code: 503 } })],
  ])('%s', async (_, reply) => {
    const { answer, requests } = await requestModel([reply, good]);
    expect(answer?.response.parts).toMatchObject([{ content: 'ok' }]);
    expect(requests).toBe(2);
  });
});

describe('a stream that is given up', () => {
  const closed = (replies: ServerResponse[]) =>
    new Promise<number>((resolve) => replies[0]?.once('close', () => resolve(performance.now())));

  it.each([
    ['before its headers', (response: ServerResponse) => void response],
    [
      'before its first piece',
      (response: ServerResponse) =>
        void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n'),
    ],
    [
      'in the middle',
      (response: ServerResponse) =>
        void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event(chunk({ content: 'Hel' }))),
    ],
  ])('%s closes its connection at once', async (_, answer) => {
    const controller = new AbortController();
    const reason = new Error('the run was cancelled');
    const replies: ServerResponse[] = [];
    let begin = (): void => undefined;
    const came = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const reply: Reply = (response) => {
      replies.push(response);
      answer(response);
      begin();
    };
    const outcome = requestModel([reply], { signal: controller.signal });
    await came;
    const gone = closed(replies);
    controller.abort(reason);
    const { error } = await outcome;
    expect(error).toBe(reason);
    await gone;
  });
});

describe('patience', () => {
  /** An alarm that rings when the test says so. */
  function bell() {
    const alarms: { ring: () => void; ms: number; restarts: number }[] = [];
    const alarm = (ms: number, ring: () => void) => {
      const one = { ring, ms, restarts: 0 };
      alarms.push(one);
      const restart = () => {
        one.restarts += 1;
      };
      return { restart, stop() {} };
    };
    return { alarms, alarm };
  }

  it('ends when a stream stalls, and what came is kept', async () => {
    const { alarms, alarm } = bell();
    const timing = { ...stillTiming(), alarm };
    const reply = open([chunk({ content: 'Hel' })], () => setTimeout(() => alarms[0]?.ring(), 20));
    const { error, stream } = await requestModel([reply], { services: { timing } });
    expect(error).toMatchObject({ kind: 'model.stream', message: 'Request timed out.', details: { retryable: true } });
    expect(stream.parts()).toMatchObject([{ content: 'Hel' }]);
    expect(alarms).toMatchObject([{ ms: 290_000 }, { ms: 300_000 }]);
    expect(alarms[0]?.restarts).toBeGreaterThan(0);
  });

  it('does not count the time a slow reader takes', async () => {
    const { alarms, alarm } = bell();
    const timing = { ...stillTiming(), alarm };
    const paused = async () => alarms[0]?.ring();
    const reply = streamed(chunk({ content: 'ok' }), ...end('stop'));
    const { answer } = await requestModel([reply], { services: { timing }, paused });
    expect(answer?.response.parts).toMatchObject([{ content: 'ok' }]);
  });
});
