import { describe, expect, it } from 'vitest';
import { callbacks } from '../../protocol/catalogue.ts';
import { framed, RawDaemon } from '../support/raw-daemon.ts';

// Once an exchange has ended, by answer, error, limit or cancellation, nothing of it changes the run. Each scenario is
// played as it should be, then again with one message too many: of every kind, for every exchange, at every distance.

type Json = Record<string, unknown>;
type CallbackRequest = { id: number; method: string; params: Json };

interface Scenario {
  readonly params: Json;
  /** What the host sends for a request, in one write. */
  readonly serve: (request: CallbackRequest, count: number) => Json[];
}

const answer = ({ id }: CallbackRequest, result: unknown): Json => ({ id, result });
const delta = ({ params: { runId, requestId } }: CallbackRequest, piece: Json): Json => ({
  method: 'model/delta',
  params: { runId, requestId, delta: piece },
});
const call = (tool_name: string, tool_call_id: string) => ({
  part_kind: 'tool-call',
  tool_name,
  args: {},
  tool_call_id,
});
const said = (content: string) => ({ part_kind: 'text', content });
const usage = { input_tokens: 3, output_tokens: 2 };
const tool = { name: 'work', inputSchema: { type: 'object', properties: {} } };

/** Every callback but `secret/get`, which no run of a host model needs, and `user/ask`, which needs an MCP server. */
const everything: Scenario = {
  params: {
    model: 'host:m',
    instructions: [{ ref: 'i' }],
    systemPrompt: [{ ref: 's' }],
    prepareTools: true,
    historyProcessors: ['p'],
    outputValidators: ['v'],
    tools: [tool, { ...tool, name: 'guarded', requiresApproval: true }],
    deferred: 'handle',
  },
  serve(request, count) {
    const { method, params } = request;
    switch (method) {
      case 'tools/prepare':
        return [answer(request, { tools: params.tools })];
      case 'prompt/resolve':
        return [answer(request, { text: `prompt ${count}` })];
      case 'history/process':
        return [answer(request, { messages: params.messages })];
      case 'tool/call':
        return [answer(request, { content: `result ${params.toolCallId}` })];
      case 'deferred/handle':
        return [answer(request, { approvals: { c2: true } })];
      case 'output/validate':
        return [answer(request, { output: 'checked' })];
      default: {
        const parts = count === 1 ? [said('let me see'), call('work', 'c1'), call('guarded', 'c2')] : [said('done')];
        return [
          delta(request, { text: count === 1 ? 'let me see' : 'done' }),
          answer(request, { response: { parts, usage } }),
        ];
      }
    }
  },
};

/** A model whose answer is an error, and the next one of the list. */
const failing: Scenario = {
  params: { model: ['host:first', 'host:second'] },
  serve: (request, count) =>
    count === 1
      ? [{ id: request.id, error: { code: 1, message: 'down', data: { kind: 'model.http', status: 503 } } }]
      : [answer(request, { response: { parts: [said('ok')], usage } })],
};

/** A stream that goes beyond a limit. */
const limited: Scenario = {
  params: { model: 'host:m', usageLimits: { output_tokens_limit: 10 } },
  serve: (request) => [
    delta(request, { text: 'one ' }),
    delta(request, { usage: { input_tokens: 1, output_tokens: 11 } }),
    delta(request, { text: 'two ' }),
  ],
};

/** A run that is cancelled while its tool runs. */
const cancelled: Scenario = {
  params: { model: 'host:m', tools: [tool] },
  serve: (request) =>
    request.method === 'tool/call'
      ? [{ id: 'cancel', method: 'run/cancel', params: { runId: 'r' } }]
      : [answer(request, { response: { parts: [call('work', 'c1')], usage } })],
};

/** Kinds of messages about an exchange that has ended. */
const late: Record<string, (request: CallbackRequest) => Json[]> = {
  'another answer': (request) => [answer(request, { content: 'LATE', text: 'LATE', output: 'LATE' })],
  'another response': (request) => [
    answer(request, { response: { parts: [said('LATE')], usage: { output_tokens: 99 } } }),
  ],
  'an error': ({ id }) => [{ id, error: { code: 1, message: 'LATE', data: { kind: 'model.http', status: 500 } } }],
  'an answer of nothing': ({ id }) => [{ id, result: null }],
  'pieces of text': (request) => [delta(request, { text: 'LATE' }), delta(request, { index: 7, thinking: 'LATE' })],
  'a piece of a call': (request) => [delta(request, { index: 7, toolCall: { id: 'x', name: 'work', args: '{"a":' } })],
  'a count of usage': (request) => [delta(request, { usage: { input_tokens: 500, output_tokens: 500 } })],
  'a piece that fits nothing': (request) => [delta(request, { index: 0, toolCall: { args: 'LATE' } })],
  progress: ({ params: { runId, toolCallId = 'c1' } }) => [
    { method: 'tool/progress', params: { runId, toolCallId, progress: { message: 'LATE' } } },
  ],
};

interface Extra {
  readonly kind: string;
  /** Which exchange it is about, by number from 0. */
  readonly exchange: number;
  /** How many writes of the host come between the end of the exchange and the message. */
  readonly distance: number;
}

/** Plays a scenario to its end; returns what came of it and how many exchanges there were. */
async function play({ params, serve }: Scenario, extra?: Extra) {
  const daemon = new RawDaemon({ world: { now: () => '2026-01-01T00:00:00Z', elapsed: () => 0, epochMs: () => 0 } });
  const send = (messages: Json[]) =>
    daemon.write(Buffer.concat(messages.map((one) => framed(JSON.stringify({ jsonrpc: '2.0', ...one })))));
  const exchanges: CallbackRequest[] = [];
  const counts = new Map<string, number>();
  const due = () => {
    const about = extra && exchanges[extra.exchange];
    const isDue = about && exchanges.length - 1 === extra.exchange + extra.distance;
    return isDue ? (late[extra.kind]?.(about) ?? []) : [];
  };
  send([{ id: 'h', method: 'initialize', params: { initializationOptions: { limits: {} } } }]);
  send([
    { id: 'r', method: 'run/start', params: { runId: 'r', conversationId: 'c', prompt: 'hi', wait: true, ...params } },
  ]);
  let seen = 0;
  for (;;) {
    const messages = daemon.messages('contentLength');
    const next = messages[seen];
    if (!next) {
      await daemon.nextWrite();
      continue;
    }
    seen += 1;
    if (next.id === 'r' && next.method === undefined) break;
    if (typeof next.id !== 'number' || typeof next.method !== 'string') continue;
    const request = next as unknown as CallbackRequest;
    const count = (counts.get(request.method) ?? 0) + 1;
    counts.set(request.method, count);
    exchanges.push(request);
    send([...serve(request, count), ...due()]);
  }
  if (extra && extra.exchange + extra.distance >= exchanges.length) {
    const about = exchanges[extra.exchange];
    if (about) send(late[extra.kind]?.(about) ?? []);
  }
  send([{ id: 'all', method: 'run/messages', params: { runId: 'r' } }]);
  send([{ id: 'usage', method: 'run/usage', params: { runId: 'r' } }]);
  await daemon.wrote('"id":"usage"');
  const answered = daemon.messages('contentLength').filter(({ method }) => method === undefined);
  const resultOf = (id: string) => answered.find((one) => one.id === id)?.result ?? null;
  daemon.end();
  return { outcome: [resultOf('r'), resultOf('all'), resultOf('usage')], exchanges };
}

describe.each(Object.entries({ everything, failing, limited, cancelled }))('a run: %s', (_name, scenario) => {
  it.each(Object.keys(late))('is left as it is by %s about what has ended', async (kind) => {
    const { outcome, exchanges } = await play(scenario);
    expect(outcome.every((one) => one !== null)).toBe(true);
    expect(JSON.stringify(outcome)).not.toContain('LATE');
    for (let exchange = 0; exchange < exchanges.length; exchange += 1) {
      const end = exchanges.length - exchange;
      for (const distance of new Set([0, 1, 2, end].filter((one) => one <= end))) {
        const again = await play(scenario, { kind, exchange, distance });
        expect(again.outcome, JSON.stringify({ kind, exchange, distance })).toEqual(outcome);
      }
    }
  });
});

it('every callback is played', async () => {
  const { exchanges } = await play(everything);
  const played = new Set(exchanges.map(({ method }) => method));
  expect(Object.keys(callbacks).filter((method) => !played.has(method))).toEqual(['secret/get', 'user/ask']);
});

describe('an answer that is what was streamed', () => {
  const streamed = (...order: ('delta' | 'answer')[]): Scenario => ({
    params: { model: 'host:m' },
    serve: (request) =>
      order.map((one) => (one === 'delta' ? delta(request, { text: 'piece ' }) : answer(request, { response: {} }))),
  });
  const endOf = async (...order: ('delta' | 'answer')[]) => (await play(streamed(...order))).outcome[0] as Json;

  it('is whole when its pieces came before it', async () => {
    expect(await endOf('delta', 'delta', 'answer')).toMatchObject({ outcome: 'success', output: 'piece piece ' });
  });

  it.each([
    ['all of it', ['answer', 'delta', 'delta']],
    ['the rest', ['delta', 'answer', 'delta']],
  ] as const)('fails when %s comes after it: a cut answer must not pass for a whole one', async (_what, order) => {
    expect(await endOf(...order)).toMatchObject({
      outcome: 'failed',
      error: { data: { kind: 'callback.invalid', method: 'model/request' } },
    });
  });
});
