import { describe, expect, it } from 'vitest';
import { ModelMessage } from '../../protocol/messages/messages.ts';
import { tokensOf, valueAt, withCutTexts } from '../../server/inspector/cut-texts.ts';
import { conversationOf } from '../../server/inspector/view/conversation.ts';
import { cost, costTicks, dateTime, duration } from '../../server/inspector/view/format.ts';
import { lineDiff } from '../../server/inspector/view/line-diff.ts';
import { requestsOf, sentLines } from '../../server/inspector/view/model-requests.ts';
import { type CutText, merged, type RunData, type SentEvent } from '../../server/inspector/view/run-data.ts';
import { addRun, emptyStatistics, percentile } from '../../server/inspector/view/statistics.ts';
import { timelineOf } from '../../server/inspector/view/timeline.ts';
import { totalsBy } from '../../server/inspector/view/totals.ts';

const second = (at: number) => `2026-01-01T00:00:${String(at).padStart(2, '0')}.000000Z`;
const start = Date.parse(second(0));
const sent = (...events: Record<string, unknown>[]) =>
  events.map((event, index) => ({ runId: 'r', seq: index + 1, event })) as unknown as SentEvent[];
const started = { event_kind: 'run_started', startedAt: second(0) };
const requested = (request: number, more = {}) => ({
  event_kind: 'model_request_started',
  request,
  attempt: 1,
  model: 'm',
  ...more,
});
const responded = (at: number, durationMs: number, parts: unknown[] = [], more = {}) => ({
  event_kind: 'model_response',
  message: { timestamp: second(at), parts, state: 'complete' },
  durationMs,
  served: null,
  ...more,
});
const called = (id: string) => ({
  event_kind: 'function_tool_call',
  part: { tool_name: id, tool_call_id: id },
  args_valid: true,
});
const returned = (id: string, at: number, outcome = 'success') => ({
  event_kind: 'function_tool_result',
  part: { tool_call_id: id, timestamp: second(at), outcome },
});
const finished = (at: number) => ({
  event_kind: 'run_finished',
  result: { timing: { finishedAt: second(at) }, lastSeq: 99 },
});
const call = { part_kind: 'tool-call' };

/** Bars as `kind label from-to`, in seconds after the start; ✕ for what failed. */
const barsOf = (events: SentEvent[]) =>
  timelineOf(events).bars.map(({ kind, label, from, to, isFailed }) => {
    const until = to === null ? '' : (to - start) / 1000;
    return `${kind} ${label} ${(from - start) / 1000}-${until}${isFailed ? ' ✕' : ''}`;
  });

describe('the timeline', () => {
  it('lets calls begin with the response that holds them, and end each by itself', () => {
    const events = sent(
      started,
      requested(1),
      responded(3, 2000, [call]),
      called('a'),
      called('b'),
      returned('b', 4),
      returned('a', 6, 'failed'),
      requested(2),
      responded(8, 1000, [], { firstPartMs: 400 }),
      finished(8),
    );
    expect(barsOf(events)).toEqual([
      'request request 1: m 1-3',
      'tool a 3-6 ✕',
      'tool b 3-4',
      'request request 2: m 7-8',
    ]);
    expect(timelineOf(events).bars.at(-1)?.firstPartAt).toBe(start + 7400);
  });

  it('shows each attempt at a request that took several', () => {
    const further = requested(1, { attempt: 2, afterMs: 1000, delayMs: 500, reason: 'http', status: 503 });
    const bars = timelineOf(sent(started, requested(1), further, responded(4, 4000), finished(4))).bars;
    expect(bars.map(({ kind, from, to, note }) => [kind, from - start, (to ?? 0) - start, note])).toEqual([
      ['request', 0, 4000, ''],
      ['attempt', 0, 1000, 'http 503'],
      ['attempt', 1500, 4000, ''],
    ]);
  });

  it('shows validators of a text between its response and what follows', () => {
    const events = sent(started, requested(1), responded(1, 1000), requested(2), responded(4, 1000), finished(6));
    expect(barsOf(events)).toEqual([
      'request request 1: m 0-1',
      'output validators 1-3',
      'request request 2: m 3-4',
      'output validators 4-6',
    ]);
  });

  it('ends what waited for a person when the next thing shows the time', () => {
    const pending = { pendingId: 'p', method: 'deferred/handle', name: 'pay', toolCallId: 'pay' };
    const events = sent(
      started,
      requested(1),
      responded(1, 1000, [call]),
      called('pay'),
      { event_kind: 'pending_added', ...pending },
      { event_kind: 'pending_resolved', pendingId: 'p' },
      returned('pay', 9),
    );
    expect(barsOf(events)).toEqual(['request request 1: m 0-1', 'tool pay 1-9', 'waiting pay 1-9']);
  });

  it('leaves open what goes on, and marks what the end cut off', () => {
    const going = sent(started, requested(1), responded(1, 1000, [call]), called('a'));
    expect(barsOf(going)).toEqual(['request request 1: m 0-1', 'tool a 1-']);
    expect(barsOf([...going, ...sent(finished(5)).map((one) => ({ ...one, seq: 9 }))])).toEqual([
      'request request 1: m 0-1',
      'tool a 1-5 ✕',
    ]);
    expect(barsOf(sent(started, requested(1)))).toEqual(['request request 1: m 0-']);
    expect(barsOf(sent(started, requested(1), finished(2)))).toEqual(['request request 1: m 0-2 ✕']);
  });
});

const messages = (...list: unknown[]) => list.map((message) => ModelMessage().parse(message));
const user = (content: unknown) => ({ part_kind: 'user-prompt', content, timestamp: second(0) });
const request = (parts: unknown[], more = {}) => ({ kind: 'request', parts, ...more });
const response = (parts: unknown[], more = {}) => ({
  kind: 'response',
  parts,
  model_name: 'm',
  timestamp: second(1),
  ...more,
});

describe('the conversation', () => {
  const list = messages(
    request([user('hi')], { instructions: 'be brief' }),
    response([{ part_kind: 'tool-call', tool_name: 'add', args: '{"a":1}', tool_call_id: 'c' }]),
    request(
      [
        {
          part_kind: 'tool-return',
          tool_name: 'add',
          content: 3,
          tool_call_id: 'c',
          outcome: 'interrupted',
          timestamp: second(2),
        },
      ],
      { instructions: 'be brief' },
    ),
    response([{ part_kind: 'text', content: 'thr' }], { state: 'interrupted', finish_reason: 'length' }),
  );

  it('puts a return beside its call, and instructions where they change', () => {
    const items = conversationOf(list, 2);
    expect(items.map(({ kind, isNew, labels }) => [kind, isNew, labels])).toEqual([
      ['instructions', false, []],
      ['user', false, []],
      ['call', false, []],
      ['text', true, ['cut off', 'cut off at the token limit']],
    ]);
    expect(items[2]?.returned).toEqual({
      content: { value: 3, at: '/messages/2/parts/0/content' },
      labels: ['written by the engine: the call was open when the run ended'],
    });
  });

  it('lists requests with what each was sent', () => {
    const requests = requestsOf(list, 2);
    expect(requests.map(({ number, response: at }) => [number, at])).toEqual([[1, 3]]);
    expect(lineDiff(sentLines(list, 1), sentLines(list, 3)).filter(({ kind }) => kind !== 'same')).toEqual([
      { kind: 'added', text: '## call add' },
      { kind: 'added', text: '{' },
      { kind: 'added', text: '  "a": 1' },
      { kind: 'added', text: '}' },
      { kind: 'added', text: '## return add (written by the engine: the call was open when the run ended)' },
      { kind: 'added', text: '3' },
    ]);
  });
});

describe('a difference by lines', () => {
  const signs = (before: string, after: string) =>
    lineDiff(before.split(''), after.split(''))
      .map(({ kind, text }) => `${{ same: ' ', added: '+', removed: '-' }[kind]}${text}`)
      .join('');

  it.each([
    ['abcd', 'abcd', ' a b c d'],
    ['abcd', 'abxcd', ' a b+x c d'],
    ['abcd', 'acd', ' a-b c d'],
    ['', 'ab', '+a+b'],
    ['ab', '', '-a-b'],
    ['xaby', 'xbcy', ' x-a b+c y'],
  ])('of %j to %j is the shortest', (before, after, expected) => {
    expect(signs(before, after)).toBe(expected);
  });

  it('leads from the first list to the second, whatever they hold', () => {
    let state = 7;
    const next = (below: number) => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state % below;
    };
    for (let turn = 0; turn < 300; turn += 1) {
      const [before, after] = [0, 1].map(() => Array.from({ length: next(12) }, () => String(next(4)))) as [
        string[],
        string[],
      ];
      const diff = lineDiff(before, after);
      const texts = (not: string) => diff.filter(({ kind }) => kind !== not).map(({ text }) => text);
      expect([texts('added'), texts('removed')]).toEqual([before, after]);
    }
  });

  it('replaces lists that have too little in common, in no time', () => {
    const lines = (name: string) => Array.from({ length: 5000 }, (_, index) => `${name} ${index}`);
    expect(lineDiff(lines('a'), lines('b'))).toHaveLength(10_000);
  });
});

describe('long texts', () => {
  it('are cut and listed with their place, and nothing else is copied', () => {
    const cuts: CutText[] = [];
    const value = { 'a/b': ['x'.repeat(20), 'short'], same: { deep: 1n } };
    const cut = withCutTexts(value, '/m', { most: 10, cuts });
    expect(cut).toEqual({ 'a/b': ['x'.repeat(10), 'short'], same: { deep: 1n } });
    expect(cut.same).toBe(value.same);
    expect(cuts).toEqual([{ at: '/m/a~1b/0', length: 20 }]);
    expect(valueAt({ m: value }, tokensOf('/m/a~1b/0'))).toBe('x'.repeat(20));
    expect(valueAt(value, ['__proto__', 'x'])).toBeUndefined();
  });

  it('keep pairs of surrogates whole', () => {
    expect(withCutTexts('ab😀cd', '', { most: 3, cuts: [] })).toBe('ab');
  });
});

it('news of a run replace what it replaces, and keep the rest', () => {
  const data = (from: number, list: string[], seqs: number[], lastSeq: number, cuts: CutText[]) =>
    ({
      messages: { from, list, newMessageIndex: 0 },
      events: seqs.map((seq) => ({ seq })),
      lastSeq,
      cuts,
    }) as unknown as RunData;
  const cut = (at: string) => ({ at, length: 9 });
  const before = data(0, ['a', 'b', 'c'], [1, 2], 2, [
    cut('/messages/0/x'),
    cut('/messages/2/x'),
    cut('/events/1/x'),
    cut('/snapshot/x'),
  ]);
  const after = merged(before, data(1, ['B', 'C', 'D'], [2, 3], 3, [cut('/messages/3/x')]));
  expect(after).toEqual(
    data(0, ['a', 'B', 'C', 'D'], [1, 2, 3], 3, [cut('/messages/0/x'), cut('/events/1/x'), cut('/messages/3/x')]),
  );
});

describe('numbers', () => {
  it('add up by name', () => {
    const run = (agent: string, input_tokens: number, price: string | null) =>
      ({
        agent,
        outcome: 'success',
        detail: { durationMs: 5, usage: { input_tokens, output_tokens: 1, cost: price } },
      }) as never;
    const totals = totalsBy([run('a', 1, null), run('b', 10, '0.5'), run('b', 20, '0.25')], ({ agent }) => agent ?? '');
    expect(
      totals.map(({ name, runs, inputTokens, cost: sum, hasCost }) => [name, runs, inputTokens, sum, hasCost]),
    ).toEqual([
      ['b', 2, 30, 0.75, true],
      ['a', 1, 1, 0, false],
    ]);
  });

  it('count retries by their cause', () => {
    const retried = { ...returned('a', 2, 'retried') };
    const events = sent(
      started,
      requested(1),
      requested(1, { attempt: 2, status: 429 }),
      responded(1, 1000),
      called('a'),
      {
        ...retried,
        part: { ...retried.part, retry: { cause: 'validation_error' } },
      },
    );
    const { retries, requestMs, toolMs, runs } = addRun(emptyStatistics, events);
    expect({ retries, requestMs, toolMs, runs }).toEqual({
      retries: { 'request: HTTP 429': 1, 'tool: validation_error': 1 },
      requestMs: [1000],
      toolMs: [1000],
      runs: 1,
    });
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0.5, 0.95, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 95, 99, 100]);
    expect([percentile([], 0.5), percentile([3, 1, 2], 0.5), percentile([1, 2], 0.5)]).toEqual([null, 2, 1]);
  });

  it('are written as persons read them', () => {
    expect([0.4, 12.4, 999, 2345, 61_000, 3_700_000].map(duration)).toEqual([
      '0.4 ms',
      '12 ms',
      '999 ms',
      '2.35 s',
      '1 min 01 s',
      '1 h 01 min',
    ]);
    expect([null, '0', '0.00042', '0.5', 12].map(cost)).toEqual(['–', '$0', '$0.00042', '$0.5000', '$12.00']);
    expect(costTicks([0, 0.0005, 0.001])).toEqual(['$0', '$0.0005', '$0.0010']);
    expect(costTicks([0, 20, 40])).toEqual(['$0', '$20.00', '$40.00']);
    expect(dateTime('2026-03-01T12:30:05.123456Z')).toBe('2026-03-01 12:30:05.123 UTC');
  });
});
