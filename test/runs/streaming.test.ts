import { afterEach, describe, expect, it } from 'vitest';
import { ResponseError } from 'vscode-jsonrpc/node';
import type { CallbackParamsOf } from '../../protocol/catalogue.ts';
import type { DeltaEvent } from '../../protocol/deltas.ts';
import { calls, openSession, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const tool = { name: 'work', inputSchema: schemaOf({}) };
type Request = CallbackParamsOf<'model/request'>;
type Pieces = (send: (delta: object) => Promise<void>, request: Request) => unknown;

/** A session whose model streams, and the deltas that came. */
async function streaming(pieces: Pieces, serve: object = {}): Promise<{ deltas: DeltaEvent[] }> {
  const deltas: DeltaEvent[] = [];
  session = await openSession({
    serve: {
      'model/request': async (request) => {
        const { runId, requestId } = request;
        const send = (delta: object) =>
          session.pair.client.sendNotification('model/delta', { runId, requestId, delta });
        return { response: (await pieces(send, request)) ?? {} };
      },
      ...serve,
    },
  });
  session.pair.client.onNotification('run/delta', ({ event }) => {
    deltas.push(event);
  });
  return { deltas };
}

const kinds = (deltas: readonly DeltaEvent[]) =>
  deltas.map((delta) => ('index' in delta ? `${delta.event_kind} ${delta.index}` : delta.event_kind));

describe('a streamed answer', () => {
  it('is shown piece by piece and adds up to the response', async () => {
    const { deltas } = await streaming(async (send) => {
      await send({ index: 't', thinking: 'let me ' });
      await send({ index: 't', thinking: 'see', signature: 'sig' });
      await send({ text: 'Hello ' });
      await send({ text: 'world' });
      return { model_name: 'mine', finish_reason: 'stop', usage: { input_tokens: 3, output_tokens: 4 } };
    });
    const { runId, output, usage } = await session.run({ prompt: 'hi' });
    expect({ output, input: usage.input_tokens }).toEqual({ output: 'Hello world', input: 3 });
    expect(kinds(deltas)).toEqual([
      'part_start 0',
      'part_delta 0',
      'part_end 0',
      'part_start 1',
      'final_result',
      'part_delta 1',
      'part_end 1',
    ]);
    const { messages } = await session.request('run/messages', { runId });
    expect(messages?.[1]).toMatchObject({
      model_name: 'mine',
      finish_reason: 'stop',
      parts: [
        { part_kind: 'thinking', content: 'let me see', signature: 'sig' },
        { part_kind: 'text', content: 'Hello world' },
      ],
    });
  });

  it('may interleave: a delta may follow the end of its part', async () => {
    const { deltas } = await streaming(
      async (send) => {
        await send({ text: 'a' });
        await send({ index: 0, toolCall: { name: 'work', id: 'c1' } });
        await send({ text: 'b' });
        await send({ index: 0, toolCall: { args: '{}' } });
        return { finish_reason: 'tool_call' };
      },
      { 'tool/call': () => 'ok' },
    );
    await session.run({ prompt: 'hi', tools: [tool], usageLimits: { request_limit: 1 } });
    expect(kinds(deltas)).toEqual([
      'part_start 0',
      'final_result',
      'part_end 0',
      'part_start 1',
      'part_delta 0',
      'part_delta 1',
      'part_end 1',
    ]);
  });

  it('shows a call once its name is known, with an id of its own', async () => {
    const { deltas } = await streaming(
      async (send, { messages }) => {
        if (messages.length > 1) return text('done');
        await send({ index: 0, toolCall: { args: '{' } });
        await send({ index: 0, toolCall: { name: 'work' } });
        await send({ index: 0, toolCall: { args: '}' } });
        return {};
      },
      { 'tool/call': () => 'ok' },
    );
    const { runId } = await session.run({ prompt: 'hi', tools: [tool] });
    expect(deltas[0]).toMatchObject({ event_kind: 'part_start', part: { tool_name: 'work', args: '{' } });
    const { messages } = await session.request('run/messages', { runId });
    const [call] = messages?.[1]?.parts ?? [];
    expect(call).toMatchObject({
      part_kind: 'tool-call',
      args: '{}',
      tool_call_id: expect.stringMatching(/^pyd_ai_[0-9a-f]{32}$/),
    });
    expect(deltas[0]).toMatchObject({
      part: { tool_call_id: call && 'tool_call_id' in call ? call.tool_call_id : '' },
    });
  });

  it.each([
    [
      'arguments of another kind',
      [
        { index: 0, toolCall: { name: 'work', args: '{' } },
        { index: 0, toolCall: { args: { a: 1 } } },
      ],
    ],
    [
      'another id',
      [
        { index: 0, toolCall: { name: 'work', id: 'a' } },
        { index: 0, toolCall: { id: 'b' } },
      ],
    ],
    [
      'another kind of part',
      [
        { index: 0, thinking: 'hm' },
        { index: 0, toolCall: { name: 'work' } },
      ],
    ],
  ])('with pieces that do not fit ends the run: %s', async (_name, pieces) => {
    await streaming(async (send) => {
      for (const piece of pieces) await send(piece);
      return {};
    });
    const { error } = await session.run({ prompt: 'hi', tools: [tool] });
    expect(error?.data.kind).toBe('model.unexpectedBehavior');
  });

  it('is not requested when nobody follows it, nor when the specification says so', async () => {
    const requested: boolean[] = [];
    await streaming((_send, { stream }) => {
      requested.push(stream);
      return text('done');
    });
    await session.run({ prompt: 'hi' });
    await session.run({ prompt: 'hi', deltas: 'none' });
    await session.run({ prompt: 'hi', stream: false });
    await session.run({ prompt: 'hi', deltas: 'none', stream: true });
    expect(requested).toEqual([true, false, false, true]);
  });
});

describe('a stream that breaks', () => {
  it('keeps what came, counted, as an interrupted response; the history takes a new prompt', async () => {
    await streaming(async (send) => {
      await send({ usage: { input_tokens: 7, output_tokens: 2 } });
      await send({ text: 'half an ans' });
      throw new ResponseError(1, 'connection lost', { kind: 'model.api' });
    });
    const { runId, error, usage } = await session.run({ prompt: 'hi' });
    expect(error).toMatchObject({ message: 'connection lost', data: { kind: 'model.api' } });
    expect(usage).toMatchObject({ requests: 1, input_tokens: 7, output_tokens: 2 });
    const { messages = [] } = await session.request('run/messages', { runId });
    expect(messages[1]).toMatchObject({
      state: 'interrupted',
      parts: [{ content: 'half an ans' }],
      usage: { input_tokens: 7 },
    });
    expect(await session.run({ model: 'test', prompt: 'again', messageHistory: messages })).toMatchObject({
      outcome: 'success',
    });
  });

  it('never runs a call whose arguments were cut', async () => {
    const called: string[] = [];
    await streaming(
      async (send) => {
        await send({ index: 0, toolCall: { name: 'work', id: 'c1', args: '{"a": ' } });
        throw new ResponseError(1, 'connection lost', { kind: 'model.api' });
      },
      {
        'tool/call': ({ toolCallId }: { toolCallId: string }) => {
          called.push(toolCallId);
          return 'ok';
        },
      },
    );
    const { runId } = await session.run({ prompt: 'hi', tools: [tool] });
    const { messages = [] } = await session.request('run/messages', { runId });
    expect(await session.run({ model: 'test', prompt: 'again', messageHistory: messages })).toMatchObject({
      outcome: 'success',
    });
    expect(called).toEqual([]);
  });

  it('by a limit in mid-stream is ended from inside, with the piece that broke it, which is not shown', async () => {
    const { deltas } = await streaming(async (send) => {
      await send({ usage: { output_tokens: 5 } });
      await send({ text: 'so far' });
      await send({ usage: { output_tokens: 50 } });
      await send({ text: ' and more' });
      await send({ text: ', never taken' });
      // Nobody waits for the rest.
      return new Promise(() => undefined);
    });
    const { runId, error, usage } = await session.run({ prompt: 'hi', usageLimits: { output_tokens_limit: 10 } });
    expect(error?.data).toMatchObject({
      kind: 'usage.limitExceeded',
      limit: 'output_tokens_limit',
      max: 10,
      value: 50,
    });
    expect(usage.output_tokens).toBe(50);
    const { messages } = await session.request('run/messages', { runId });
    expect(messages?.[1]).toMatchObject({ state: 'interrupted', parts: [{ content: 'so far and more' }] });
    expect(kinds(deltas)).toEqual(['part_start 0', 'final_result']);
  });

  it('by cancellation keeps what came', async () => {
    await streaming(async (send, { runId }) => {
      await send({ usage: { input_tokens: 7 } });
      await send({ text: 'so far' });
      await session.request('run/cancel', { runId });
      return {};
    });
    const { runId, outcome, usage } = await session.run({ prompt: 'hi' });
    expect({ outcome, requests: usage.requests, input: usage.input_tokens }).toEqual({
      outcome: 'cancelled',
      requests: 1,
      input: 7,
    });
    const { messages } = await session.request('run/messages', { runId });
    expect(messages?.at(-1)).toMatchObject({ state: 'interrupted', parts: [{ content: 'so far' }] });
  });

  it('falls back only before it has begun', async () => {
    const requested: string[] = [];
    await streaming(async (send, { model }) => {
      requested.push(model);
      if (model === 'b') await send({ text: 'so far' });
      throw new ResponseError(1, `${model} broke`, { kind: 'model.api' });
    });
    const { error } = await session.run({ prompt: 'hi', model: ['host:a', 'host:b', 'host:c'] });
    expect(requested).toEqual(['a', 'b']);
    expect(error?.message).toBe('b broke');
  });
});

describe('falling back', () => {
  const models = ['host:a', 'host:b'];
  const broken = (data: object | undefined) => Promise.reject(new ResponseError(1, 'it broke', data));

  it('reports which models failed, and which served', async () => {
    session = await openSession({
      serve: {
        'model/request': ({ model }) =>
          model === 'a'
            ? broken({ kind: 'model.http', status: 503 })
            : { response: { ...text('done'), model_name: 'b-1' } },
      },
    });
    const { runId, model, output } = await session.run({ prompt: 'hi', model: models });
    expect({ model, output }).toEqual({
      model: { requested: 'fallback:host:a,host:b', served: 'b-1' },
      output: 'done',
    });
    expect(session.events.get(runId)?.map(({ event }) => event)).toContainEqual({
      event_kind: 'warning',
      kind: 'model.fallback',
      message: "Model 'host:a' failed, so the next one was requested: it broke",
    });
  });

  it('fails with the error of each when all fail', async () => {
    session = await openSession({ serve: { 'model/request': () => broken({ kind: 'model.http', status: 500 }) } });
    const { error } = await session.run({ prompt: 'hi', model: models });
    expect(error).toMatchObject({
      code: 1407,
      message: 'All models from FallbackModel failed',
      data: {
        kind: 'model.allFailed',
        errors: [{ model: 'host:a', data: { kind: 'model.http', status: 500 } }, { model: 'host:b' }],
      },
    });
  });

  it.each([
    [undefined, undefined, 1],
    [['callback.failed'], undefined, 2],
    [['host.busy'], { kind: 'host.busy' }, 2],
    [['host.idle'], { kind: 'host.busy' }, 1],
  ])('on %j after an error with data %j asks %i models', async (fallbackOn, data, count) => {
    let requested = 0;
    session = await openSession({
      serve: {
        'model/request': () => {
          requested += 1;
          return broken(data);
        },
      },
    });
    await session.run({ prompt: 'hi', model: { models, ...(fallbackOn ? { fallbackOn } : {}) } });
    expect(requested).toBe(count);
  });
});

it('progress of a tool is shown while its call is open', async () => {
  const shown: unknown[] = [];
  session = await openSession({
    model: [calls(toolCall('work')), text('done')],
    serve: {
      'tool/call': async ({ runId, toolCallId }) => {
        const { client } = session.pair;
        await client.sendNotification('tool/progress', { runId, toolCallId, message: 'half', fraction: 0.5 });
        await client.sendNotification('tool/progress', { runId, toolCallId: 'other', message: 'nobody' });
        await client.sendNotification('tool/progress', { runId, toolCallId, fraction: 7 });
        return 'ok';
      },
    },
  });
  session.pair.client.onNotification('run/delta', ({ event }) => {
    shown.push(event);
  });
  await session.run({ prompt: 'hi', tools: [tool] });
  expect(shown).toEqual([{ event_kind: 'tool_progress', toolCallId: 'call-work', message: 'half', fraction: 0.5 }]);
});
