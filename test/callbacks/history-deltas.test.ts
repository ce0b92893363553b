import { afterEach, describe, expect, it } from 'vitest';
import { RunwireClient } from '../../protocol/client/index.ts';
import type { CallbackParamsOf, ModelMessage } from '../../protocol/types/client-types.ts';
import { type Pair, startPair } from '../support/pair.ts';
import { Random } from '../support/random.ts';
import { openSession, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

type ModelRequest = CallbackParamsOf<'model/request'>;

let session: TestSession | undefined;
let pair: Pair | undefined;
afterEach(async () => {
  await session?.close();
  await pair?.close();
  session = undefined;
  pair = undefined;
});

const tool = { name: 'work', inputSchema: schemaOf({}) };
const keeping = { initializationOptions: { historyDeltas: true } };

/** A run of some turns whose model is served by `answer`; returns the requests as they came over the wire. */
async function played(turns: number, { initialize = keeping, answer = (_request: ModelRequest) => ({}), more = {} }) {
  const requests: ModelRequest[] = [];
  session = await openSession({
    initialize,
    serve: {
      'tool/call': () => 'done',
      'history/process': ({ messages }) => ({ messages }),
      'model/request': (request) => {
        requests.push(request);
        const turn = new Set(requests.map(({ requestId }) => requestId)).size;
        const response = turn < turns ? { parts: [toolCall('work', {}, `call-${turn}`)] } : text('over');
        return { response, ...answer(request) };
      },
    },
  });
  const result = await session.run({ prompt: 'hi', tools: [tool], ...more });
  return { result, requests };
}

const untimed = (value: unknown) =>
  JSON.parse(JSON.stringify(value, (key, one) => (/timestamp|^(run|conversation)_id$/.test(key) ? undefined : one)));

/** Follows the requests as the protocol says a host does. */
function completed(requests: readonly ModelRequest[]): ModelMessage[][] {
  let kept: { digest: string; messages: ModelMessage[] } = { digest: '', messages: [] };
  return requests.map(({ history, messages }) => {
    if (history?.base) expect(history.base.digest).toBe(kept.digest);
    const whole = [...kept.messages.slice(0, history?.base?.count ?? 0), ...messages];
    kept = { digest: history?.digest ?? '', messages: whole };
    return whole;
  });
}

describe('a client that keeps histories', () => {
  it('is sent with each model request only what follows the one before it', async () => {
    const { requests, result } = await played(5, {});
    expect(result.outcome).toBe('success');
    expect(requests.map(({ messages, history }) => [history?.base?.count ?? 0, messages.length])).toEqual([
      [0, 1],
      [1, 2],
      [3, 2],
      [5, 2],
      [7, 2],
    ]);
  });

  it('is told the same histories as one that does not', async () => {
    const short = completed((await played(6, {})).requests);
    await session?.close();
    const whole = (await played(6, { initialize: { initializationOptions: {} } as typeof keeping })).requests;
    expect(whole.every(({ history }) => history === undefined)).toBe(true);
    expect(untimed(short)).toEqual(untimed(whole.map(({ messages }) => messages)));
  });

  it('gets all of a request that it wants whole, under the same id', async () => {
    const wanted = new Set<string>();
    const { requests, result } = await played(4, {
      answer: ({ requestId, history }) => {
        if (!history?.base || wanted.has(requestId)) return {};
        wanted.add(requestId);
        return { response: undefined, wholeHistory: true as const };
      },
    });
    expect(result.outcome).toBe('success');
    expect(wanted.size).toBe(3);
    const again = requests.filter(({ requestId }) => wanted.has(requestId));
    expect(again.map(({ history, messages }) => [history?.base !== undefined, messages.length])).toEqual([
      [true, 2],
      [false, 3],
      [true, 2],
      [false, 5],
      [true, 2],
      [false, 7],
    ]);
    const pairs = wanted.size;
    expect(new Set(again.map(({ pendingId }) => pendingId)).size).toBe(pairs);
  });

  it('may not want more than all', async () => {
    const { result } = await played(2, { answer: () => ({ response: undefined, wholeHistory: true as const }) });
    expect(result).toMatchObject({ outcome: 'failed', error: { data: { kind: 'callback.invalid' } } });
  });

  it('is sent what a history processor has changed', async () => {
    const { requests } = await played(4, { more: { historyProcessors: ['same'] } });
    const { messages } = (await session?.request('run/messages', { runId: requests[0]?.runId ?? '' })) ?? {};
    expect(untimed(completed(requests).at(-1))).toEqual(untimed(messages?.slice(0, -1)));
  });

  it('is named the whole history of what waits for somebody else', async () => {
    session = await openSession({ initialize: { initializationOptions: { historyDeltas: true, callbacks: [] } } });
    const { request, events, pair: open } = session;
    const ended = session.run({ runId: 'r', prompt: 'hi', model: 'host:script', tools: [tool] });
    for (let turn = 1; turn <= 3; turn += 1) {
      const item = await nextPending(open, events, turn * 2 - 1);
      expect(item.params).not.toHaveProperty('history');
      expect((item.params as ModelRequest).messages).toHaveLength(turn * 2 - 1);
      const response = turn < 3 ? { parts: [toolCall('work', {}, `call-${turn}`)] } : text('over');
      await request('pending/resolve', { pendingId: item.pendingId, result: { response } });
      if (turn === 3) break;
      const call = await nextPending(open, events, turn * 2);
      await request('pending/resolve', { pendingId: call.pendingId, result: 'done' });
    }
    expect((await ended).outcome).toBe('success');
  });

  /** What waits after so many items were announced. */
  async function nextPending(open: Pair, events: TestSession['events'], count: number) {
    const added = () => (events.get('r') ?? []).filter(({ event }) => event.event_kind === 'pending_added').length;
    await expect.poll(added).toBe(count);
    const { pending } = await open.client.sendRequest<{ pending: { pendingId: string; params: unknown }[] }>(
      'pending/list',
      {},
    );
    return pending.at(-1) ?? expect.fail('nothing waits');
  }
});

describe('the client of this package', () => {
  const call = (turn: number) => ({
    parts: [{ part_kind: 'tool-call' as const, tool_name: 'work', args: {}, tool_call_id: `call-${turn}` }],
  });

  let requests: ModelRequest[];

  async function open(): Promise<RunwireClient> {
    pair = startPair();
    const { client: connection } = pair;
    requests = [];
    const client = new RunwireClient({
      sendRequest: (method, params) => connection.sendRequest(method, params),
      sendNotification: (method, params) => connection.sendNotification(method, params),
      onNotification: (method, handler) => connection.onNotification(method, handler),
      onRequest: (method, handler) =>
        connection.onRequest(method, (params: unknown, token) => {
          if (method === 'model/request') requests.push(params as ModelRequest);
          return handler(params, token);
        }),
    });
    connection.listen();
    await client.initialize();
    return client;
  }

  /** How many requests the daemon has sent in part, and in whole. */
  const sent = () => {
    const short = requests.filter(({ history }) => history?.base).length;
    return { short, whole: requests.length - short };
  };

  it('shows a model all messages of each request', async () => {
    const random = new Random(7);
    const client = await open();
    const surplus: number[] = [];
    let history: ModelMessage[] = [];
    for (let count = 0; count < 8; count += 1) {
      const turns = 2 + random.upTo(3);
      let turn = 0;
      const m = ({ messages }: ModelRequest) => {
        turn += 1;
        surplus.push(messages.length - (history.length + turn * 2 - 1));
        // What a model does to its list is its own business.
        messages.length = 0;
        return turn < turns ? call(turn) : text('over');
      };
      const run = await client.start(
        { model: 'host:m', prompt: `prompt ${count}`, messageHistory: history, tools: [tool] },
        { models: { m }, tools: { work: () => 'done' } },
      );
      expect((await run.result).outcome).toBe('success');
      history = (await run.messages()).messages ?? [];
    }
    expect(new Set(surplus)).toEqual(new Set([0]));
    expect(sent()).toEqual({ short: surplus.length - 8, whole: 8 });
  });

  it('gets the whole history of a run that it has lost', async () => {
    const client = await open();
    const lengths: number[] = [];
    const m = ({ messages }: ModelRequest) => {
      lengths.push(messages.length);
      return lengths.length < 4 ? call(lengths.length) : text('over');
    };
    const handlers = { models: { m }, tools: { work: () => 'done' } };
    const lose = async () => {
      await client.resume('r', handlers);
      return 'done';
    };
    const run = await client.start(
      { runId: 'r', model: 'host:m', prompt: 'hi', tools: [tool] },
      { models: { m }, tools: { work: lose } },
    );
    expect((await run.result).outcome).toBe('success');
    expect(lengths).toEqual([1, 3, 5, 7]);
    expect(sent()).toEqual({ short: 3, whole: 2 });
  });
});
