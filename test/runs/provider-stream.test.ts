import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { loopback, type Reply } from '../models/ai-sdk/loopback.ts';
import { openSession, schemaOf, type TestSession } from '../support/session.ts';

// Chat completions in chunks, through a whole daemon in this process.

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

const usage = { prompt_tokens: 14, completion_tokens: 8, total_tokens: 22 };
const chunk = (delta: object, fields: object = {}, finish_reason: string | null = null) => ({
  id: 'chatcmpl-1',
  created: 1_767_225_600,
  model: 'gpt-x-2026',
  choices: [{ index: 0, delta, finish_reason }],
  ...fields,
});
const usageChunk = chunk({}, { choices: [], usage });
const call = (name: string, text: string) =>
  chunk({ tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name, arguments: text } }] });
const written = (chunks: object[]) => chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('');

/** A stream that goes on until `then` ends it. */
const open =
  (chunks: object[], then: (response: ServerResponse) => void = () => undefined): Reply =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(written(chunks), () => then(response));
  };
const ended = (...chunks: object[]) => open(chunks, (response) => void response.end('data: [DONE]\n\n'));

/** A session with a provider on loopback, and the tools that were called. */
async function started(...replies: Reply[]): Promise<{ session: TestSession; run: object; called: string[] }> {
  const server = await loopback(...replies);
  opened.push(server);
  const called: string[] = [];
  const session = await openSession({
    serve: {
      'tool/call': ({ name }) => {
        called.push(name);
        return 'done';
      },
    },
    deps: { env: { LOCAL_KEY: 'local-key-1234' }, allowEnv: new Set(['LOCAL_KEY']) },
  });
  opened.push(session);
  const run = {
    runId: 'r',
    prompt: 'hi',
    tools: [{ name: 'work', inputSchema: schemaOf({ at: { type: 'string' } }) }],
    model: { model: 'openai-chat:gpt-x', baseUrl: server.url, apiKeyEnv: 'LOCAL_KEY' },
  };
  return { session, run, called };
}

const endsOf = ({ events }: TestSession) =>
  (events.get('r') ?? []).filter(({ event }) => event.event_kind === 'run_finished').length;

describe('a run whose provider streams', () => {
  it('keeps text and usage when it is cancelled in the middle, and closes the connection', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    const reply = open([chunk({ content: 'Hel' }), usageChunk], (response) => {
      closed = new Promise((resolve) => response.once('close', resolve));
    });
    const { session, run } = await started(reply);
    // Usage has come with what follows the first piece.
    const began = new Promise<void>((resolve) => session.pair.client.onNotification('run/delta', () => resolve()));
    const finished = session.run(run);
    await began;
    await session.request('run/cancel', { runId: 'r' });
    expect(await finished).toMatchObject({ outcome: 'cancelled', usage: { input_tokens: 14, output_tokens: 8 } });
    await closed;
    expect(endsOf(session)).toBe(1);
    const { messages } = await session.request('run/messages', { runId: 'r' });
    expect(messages?.at(-1)).toMatchObject({
      state: 'interrupted',
      parts: [{ content: 'Hel' }],
      usage: { input_tokens: 14 },
    });
  });

  it.each([
    ['cut', open([call('work', '{"at":"no'), usageChunk], (response) => void response.destroy())],
    ['ended early', open([call('work', '{"at":"no'), usageChunk], (response) => void response.end())],
    [
      'ended early after a whole call',
      open([call('work', '{"at":"noon"}'), usageChunk], (response) => void response.end()),
    ],
  ])('runs no call of a stream that was %s, and its history takes a new prompt', async (_, reply) => {
    const { session, run, called } = await started(
      reply,
      ended(chunk({ content: 'ok' }), chunk({}, {}, 'stop'), usageChunk),
    );
    const failed = await session.run(run);
    expect(failed).toMatchObject({
      outcome: 'failed',
      error: { data: { kind: 'model.stream', retryable: true } },
      usage: { requests: 1, tool_calls: 0, input_tokens: 14, output_tokens: 8 },
    });
    expect(called).toEqual([]);
    const next = await session.run({ ...run, runId: 'next', messageHistory: { runId: 'r' }, prompt: 'go on' });
    expect(next).toMatchObject({ outcome: 'success', output: 'ok' });
  });

  it('runs a call once its stream has ended well', async () => {
    const first = ended(call('work', '{"at":"noon"}'), chunk({}, {}, 'tool_calls'), usageChunk);
    const { session, run, called } = await started(
      first,
      ended(chunk({ content: 'ok' }), chunk({}, {}, 'stop'), usageChunk),
    );
    expect(await session.run(run)).toMatchObject({ outcome: 'success', usage: { requests: 2, input_tokens: 28 } });
    expect(called).toEqual(['work']);
  });

  it('reports each further attempt', async () => {
    const busy: Reply = { status: 429, headers: { 'retry-after-ms': '1' } };
    const { session, run } = await started(busy, ended(chunk({ content: 'ok' }), chunk({}, {}, 'stop'), usageChunk));
    await session.run(run);
    const attempts = (session.events.get('r') ?? []).flatMap(({ event }) =>
      event.event_kind === 'model_request_started' ? [event.attempt] : [],
    );
    expect(attempts).toEqual([1, 2]);
  });
});
