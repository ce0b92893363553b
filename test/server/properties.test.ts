import { expect, it } from 'vitest';
import type { ModelMessage } from '../../protocol/messages/messages.ts';
import type { RunResult } from '../../protocol/result.ts';
import { byEffort } from '../support/effort.ts';
import { Random, turns } from '../support/random.ts';
import { type RandomHost, randomHost, type Seen } from '../support/random-host.ts';
import { slow } from '../support/time-limits.ts';

const runs = byEffort({ quick: 40, ci: 100, thorough: 1000 });
const firstSeed = Number(process.env.SEED ?? 20261122);

/** Runs one seed and names it when it fails, so that `SEED=… npm test` plays it first. */
async function seeded(seed: number, play: (random: Random) => Promise<void>): Promise<void> {
  try {
    await play(new Random(seed));
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  }
}

async function inSeeds(play: (random: Random) => Promise<void>): Promise<void> {
  for (let i = 0; i < runs; i += 1) await seeded(firstSeed + i, play);
}

it(`keeps the order of ${runs} runs whose model, tools and reader take random times`, { timeout: slow }, async () => {
  await inSeeds(async (random) => {
    const { session, params, seen } = await randomHost(random);
    const { client } = session.pair;
    const ack = client.sendRequest('run/start', params).then(() => seen.push({ kind: 'ack' }));
    const answers = [client.sendRequest('run/wait', { runId: 'r' }), client.sendRequest('run/wait', { runId: 'r' })];
    for (const answer of answers) void answer.then(() => seen.push({ kind: 'answer' }));
    await ack;
    await turns(random.upTo(3));
    await Promise.all(answers);
    expect(seen[0]).toEqual({ kind: 'ack' });
    const seqs = seen.flatMap((one) => (one.kind === 'event' ? [one.seq] : []));
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(seen.filter(({ name }) => name === 'run_finished').length).toBe(1);
    const end = seen.findIndex(({ name }) => name === 'run_finished');
    expect(seen.slice(end + 1).map(({ kind }) => kind)).toEqual(['answer', 'answer']);
    expectDeltasInOrder(seen, params.deltas);
    await session.close();
  });
});

it(`leaves ${runs} runs that are cancelled at random points exact and usable`, { timeout: slow }, async () => {
  const outcomes = new Map<string, number>();
  await inSeeds(async (random) => {
    const host = await randomHost(random);
    const { session, params } = host;
    const result = await cancelledAtRandom(host, random);
    outcomes.set(result.outcome, (outcomes.get(result.outcome) ?? 0) + 1);
    const { messages = [] } = await session.request('run/messages', { runId: 'r' });
    const { messages: fresh = [] } = await session.request('run/newMessages', { runId: 'r' });
    const { usage } = await session.request('run/usage', { runId: 'r' });
    expect(host.seen.filter(({ name }) => name === 'run_finished').length).toBe(1);
    expect(messages.slice(result.newMessageIndex)).toEqual(fresh);
    expect(result.usage).toEqual(usage);
    expectAnswered(messages);
    expectUsage(fresh, result);
    // The history is accepted again, with a new prompt.
    const { runId: _, ...spec } = params;
    const again = await session.run({
      ...spec,
      model: 'test',
      prompt: 'again',
      messageHistory: messages,
      stream: false,
    });
    expect(again.outcome).toBe('success');
    await session.close();
  });
  // Nearly all of them are caught while they run.
  expect(outcomes.get('cancelled')).toBeGreaterThan(runs / 2);
});

/**
 * A delta says which event it follows, and comes right there; what the deltas of a response add up to is the response.
 * Merging, and a reader that lags, change how many there are and nothing else.
 */
function expectDeltasInOrder(seen: readonly Seen[], mode: unknown): void {
  const numbers = seen.flatMap(({ n }) => (n === undefined ? [] : [n]));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  if (mode === 'none') expect(numbers).toEqual([]);
  let last = 0;
  let text: string | null = null;
  for (const one of seen) {
    if (one.kind === 'delta') {
      expect(one.seq).toBe(last);
      text = (text ?? '') + one.text;
    }
    if (one.kind !== 'event') continue;
    last = one.seq ?? 0;
    if (one.name === 'model_response' && text !== null) expect(text).toBe(one.text);
    if (one.name === 'model_response') text = null;
  }
}

/** Cancels before the start is answered, at the n-th thing that is seen, or at its end. */
async function cancelledAtRandom(host: RandomHost, random: Random): Promise<RunResult> {
  const { session, params } = host;
  const at = random.upTo(30);
  const cancel = () => void session.request('run/cancel', { runId: 'r' });
  host.onSeen = (count) => {
    if (count === at) cancel();
  };
  const started = session.request('run/start', params);
  if (at === 0) cancel();
  await started;
  const result = await session.request('run/wait', { runId: 'r' });
  host.onSeen = () => undefined;
  return result;
}

/** Each tool call is answered exactly once, in the request after its response. */
function expectAnswered(messages: readonly ModelMessage[]): void {
  messages.forEach((message, index) => {
    if (message.kind !== 'response') return;
    const called = message.parts.flatMap((part) => (part.part_kind === 'tool-call' ? [part.tool_call_id] : []));
    const next = messages[index + 1];
    const answered = (next?.kind === 'request' ? next.parts : []).flatMap((part) =>
      part.part_kind === 'tool-return' ? [part.tool_call_id] : [],
    );
    expect([...answered].sort()).toEqual([...called].sort());
  });
}

/** Usage is the sum over the responses that are stored, an interrupted one included once it has begun. */
function expectUsage(fresh: readonly ModelMessage[], { usage }: RunResult): void {
  const responses = fresh.flatMap((message) => (message.kind === 'response' ? [message] : []));
  const sum = (key: 'input_tokens' | 'output_tokens') => responses.reduce((total, one) => total + one.usage[key], 0);
  const returns = fresh.flatMap((message) => (message.kind === 'request' ? message.parts : []));
  expect({
    requests: usage.requests,
    input: usage.input_tokens,
    output: usage.output_tokens,
    calls: usage.tool_calls,
  }).toEqual({
    requests: responses.filter(({ parts, state }) => parts.length > 0 || state !== 'interrupted').length,
    input: sum('input_tokens'),
    output: sum('output_tokens'),
    calls: returns.filter((part) => part.part_kind === 'tool-return' && part.outcome === 'success').length,
  });
}
