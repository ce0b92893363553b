import { describe, expect, it } from 'vitest';
import { protocolDocument } from '../../protocol/document/document.ts';
import { type Side, startConversation } from '../support/contract.ts';
import { openSession, text } from '../support/session.ts';

// Every pair and every spawned daemon of the tests holds what the daemon says against the published schemas; the goldens,
// the recordings and the sample hosts hold what their clients say against them, too. Here: that this finds something.

type Sent = readonly [side: Side, message: object];

const request = (id: number, method: string, params: object = {}) => ['client', { id, method, params }] as const;
const give = (id: number, result: unknown) => ['daemon', { id, result }] as const;
const log = (params: object) => ['daemon', { method: 'window/logMessage', params }] as const;
const news = { runId: 'r', seq: 1, event: { event_kind: 'news' } };
const call = { runId: 'r', runStep: 1, pendingId: 'p' };

function complaintsOf(messages: readonly Sent[]): string[] {
  const conversation = startConversation();
  for (const [side, message] of messages) conversation.see(side, message);
  return [...conversation.complaints.client, ...conversation.complaints.daemon];
}

describe('a conversation that is held against the published schemas', () => {
  it.each<[string, Sent[]]>([
    ['a described notification', [log({ type: 3, message: 'm' })]],
    ['an answer as described', [request(1, 'agent/unregister', { name: 'a' }), give(1, { removed: true })]],
    [
      'parameters that were refused',
      [request(1, 'run/get', { nope: 1 }), ['daemon', { id: 1, error: refusal(-32602) }]],
    ],
    [
      'a callback and its answer',
      [callback('prompt/resolve', promptParams), ['client', { id: 9, result: { text: 'x' } }]],
    ],
    [
      'an object that is open by design',
      [request(1, 'initialize', { rootUri: null }), ['daemon', { id: 1, error: refusal() }]],
    ],
  ])('has nothing against %s', (_name, messages) => {
    expect(complaintsOf(messages)).toEqual([]);
  });

  it.each<[string, Sent[]]>([
    ['a notification with a field too many', [log({ type: 3, message: 'm', path: '/a' })]],
    ['a notification that lacks a field', [log({ type: 3 })]],
    ['an event of an unknown kind', [['daemon', { method: 'run/event', params: news }]]],
    ['a notification nobody described', [['daemon', { method: 'run/news', params: {} }]]],
    [
      'an answer with a field too many',
      [request(1, 'agent/unregister', { name: 'a' }), give(1, { removed: true, at: 1 })],
    ],
    ['an answer of another type', [request(1, 'agent/unregister', { name: 'a' }), give(1, { removed: 'yes' })]],
    ['accepted parameters nobody described', [request(1, 'agent/list', { more: 1 }), give(1, { agents: [] })]],
    ['an error with the code of another kind', [request(1, 'run/get'), ['daemon', { id: 1, error: refusal(1000) }]]],
    ['a callback nobody described', [callback('tool/think', call)]],
    ['a callback with a field too many', [callback('prompt/resolve', { ...promptParams, why: 'x' })]],
    [
      'an answer of the client',
      [callback('prompt/resolve', promptParams), ['client', { id: 9, result: { prompt: 'x' } }]],
    ],
    ['a notification of the client', [['client', { method: 'tool/progress', params: { runId: 'r', share: 1 } }]]],
  ])('finds %s', (_name, messages) => {
    expect(complaintsOf(messages)).toHaveLength(1);
  });

  it('is judged by what rpc/discover answers', async () => {
    const session = await openSession({ model: [text('hello')] });
    expect(await session.request('rpc/discover', {})).toEqual(protocolDocument());
    await session.run({ prompt: 'hi' });
    expect(Object.fromEntries(session.pair.conversation.counts)).toMatchObject({
      'run/start params from the client': 1,
      'model/request params from the daemon': 1,
      'model/request result from the client': 1,
      'run/event from the daemon': 4,
      'run/start result from the daemon': 1,
    });
    await session.close();
  });
});

const promptParams = { ...call, ref: 'p', kind: 'instructions' };
function refusal(code = -32602) {
  return { code, message: 'no', data: { kind: 'params.invalid' } };
}
function callback(method: string, params: object): Sent {
  return ['daemon', { id: 9, method, params }];
}
