import { afterEach, describe, expect, it } from 'vitest';
import { openSession, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

let session: TestSession;

afterEach(() => session.close());

const prompt = (content: unknown) => ({ kind: 'request', parts: [{ part_kind: 'user-prompt', content }] });
const calling = { kind: 'response', parts: [toolCall('work', {}, 'c1')] };

/** The error with which a run over a history is refused. */
async function refused(messageHistory: unknown, params: object = {}) {
  session = await openSession();
  return session.refusal('run/start', { model: 'host:script', prompt: 'hi', messageHistory, ...params });
}

describe('a history of another format', () => {
  it.each([
    ["OpenAI's chat format", { role: 'user', content: 'Hello' }],
    ["OpenAI's chat format", { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function' }] }],
    ["OpenAI's Responses format", { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'x' }] }],
    ["Anthropic's format", { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'x' }] }],
    ["Google's format", { role: 'model', parts: [{ text: 'x' }] }],
    ["the AI SDK's UI format", { id: 'm', role: 'user', parts: [{ type: 'text', text: 'x' }] }],
  ])('is refused as %s', async (format, message) => {
    const { message: text, data } = await refused([prompt('hi'), message]);
    expect(data).toMatchObject({ kind: 'history.invalid', index: 1 });
    expect(text).toContain(`it has no \`kind\` and looks like a message of ${format}.`);
    expect(text).toContain('"part_kind": "user-prompt"');
  });
});

describe('what is of an unknown kind', () => {
  const unknown = [
    ['a message', [{ kind: 'event', parts: [] }], 'the kind "event" is unknown to Pydantic AI'],
    ['a message without a kind', [{ parts: [] }], 'it has no `kind`.'],
    [
      'a part of a request',
      [{ kind: 'request', parts: [{ part_kind: 'hologram', depth: 3 }] }],
      'parts.0 has the part_kind "hologram", which is unknown to Pydantic AI',
    ],
    [
      'a part of a response',
      [prompt('hi'), { kind: 'response', parts: [{ part_kind: 'hologram', depth: 3 }] }],
      'parts.0 has the part_kind "hologram"',
    ],
    [
      'a part where it does not belong',
      [{ kind: 'request', parts: [{ part_kind: 'text', content: 'x' }] }],
      'parts.0 has the part_kind "text", which does not belong in a request',
    ],
    ['content of a prompt', [prompt(['a', { kind: 'scent', of: 'rose' }])], 'parts.0.content.1 has the kind "scent"'],
  ] as const;

  it.each(unknown)('is refused by name: %s', async (_what, messages, reason) => {
    const { message, data } = await refused(messages);
    expect(data.kind).toBe('history.invalid');
    expect(message).toContain(reason);
  });

  it.each(unknown)(
    'is carried byte for byte, kept from the model, and reported: %s',
    async (_what, messages, reason) => {
      const seen: unknown[] = [];
      session = await openSession({
        serve: {
          'model/request': ({ messages }) => {
            seen.push(messages);
            return { response: text('ok') };
          },
        },
      });
      const { runId } = await session.run({
        prompt: 'well?',
        messageHistory: messages as never,
        unknownParts: 'carry',
      });
      const all = await session.request('run/messages', { runId });
      expect(all.messages?.slice(0, messages.length)).toMatchObject(messages);
      expect(JSON.stringify(seen)).not.toMatch(/hologram|scent|"event"/);
      const warnings = session.events
        .get(runId)
        ?.flatMap(({ event }) => (event.event_kind === 'warning' ? [event] : []));
      expect(warnings).toEqual([
        { event_kind: 'warning', kind: 'history.carried', message: expect.stringContaining(reason) },
      ]);
    },
  );
});

describe('unknown fields', () => {
  it('come back where they stood, in messages, parts and usage', async () => {
    session = await openSession({ model: [text('ok')] });
    const messageHistory = [
      { ...prompt('hi'), later: { a: 1 } },
      {
        kind: 'response',
        parts: [{ part_kind: 'text', content: 'x', tone: 'warm' }],
        usage: { input_tokens: 1, photons: 2 },
      },
    ];
    const { runId } = await session.run({ prompt: 'well?', messageHistory: messageHistory as never });
    const { messages } = await session.request('run/messages', { runId });
    expect(messages?.slice(0, 2)).toMatchObject(messageHistory);
  });
});

describe('open tool calls of a history', () => {
  it.each(['refuse', undefined] as const)('are refused beside a prompt (%s)', async (openToolCalls) => {
    session = await openSession();
    const messageHistory = [prompt('hi'), calling];
    const { error } = await session.run({ prompt: 'go on', messageHistory, openToolCalls } as never);
    expect(error).toMatchObject({
      data: { kind: 'run.invalid' },
      message: expect.stringContaining('unprocessed tool calls'),
    });
  });

  it('are refused in the history of a run, when that is requested', async () => {
    session = await openSession({ model: [{ parts: [toolCall('ext', {}, 'c1')] }, text('closed')] });
    const tools = [{ name: 'ext', inputSchema: schemaOf({}), external: true }];
    const output = { anyOf: [{ type: 'text' as const }, { type: 'deferred' as const }] };
    await session.run({ runId: 'first', prompt: 'hi', tools, output });
    const next = { prompt: 'go on', messageHistory: { runId: 'first' }, tools, output };
    const { error } = await session.run({ ...next, openToolCalls: 'refuse' });
    expect(error?.message).toContain('unprocessed tool calls');
    expect((await session.run(next)).output).toBe('closed');
  });
});
