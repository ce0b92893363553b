import { afterEach, describe, expect, it } from 'vitest';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import type { NotificationOf } from '../../protocol/catalogue.ts';
import { EventRing } from '../../server/runs/events/event-ring.ts';
import { calls, openSession, refusalOf, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const tool = { name: 'work', inputSchema: schemaOf({}) };
const replies = () => [
  calls(toolCall('work', {}, 'c1'), toolCall('work', {}, 'c2')),
  calls(toolCall('work')),
  text('done'),
];

/** Reads events to the end of the run, a page at a time, from some number on. */
async function readOn(runId: string, afterSeq: number, limit: number) {
  const read: unknown[] = [];
  for (let after = afterSeq; ; ) {
    const page = await session.request('run/events', { runId, afterSeq: after, limit, waitMs: 10_000 });
    expect(page.snapshot).toBeUndefined();
    expect(page.events.length).toBeLessThanOrEqual(limit);
    read.push(...page.events);
    after = page.events.at(-1)?.seq ?? after;
    if (page.complete && after === page.lastSeq) return read;
  }
}

describe('the events of a run', () => {
  it('are the same from every number on, in pages of every size', async () => {
    session = await openSession({ model: replies(), serve: { 'tool/call': () => 'ok' } });
    const { runId, lastSeq } = await session.run({ prompt: 'hi', tools: [tool] });
    const sent = (session.events.get(runId) ?? []).map(({ seq, event }) => ({ runId, seq, event }));
    expect(sent.length).toBe(lastSeq);
    for (let seq = 0; seq <= lastSeq; seq += 1) {
      expect(await readOn(runId, seq, 100)).toEqual(sent.slice(seq));
      expect(await readOn(runId, seq, 2)).toEqual(sent.slice(seq));
    }
  });

  it('drive a reader that only polls, while the run goes on', async () => {
    session = await openSession({ model: replies(), serve: { 'tool/call': () => 'ok' } });
    await session.request('run/start', { runId: 'r', model: 'host:script', prompt: 'hi', tools: [tool] });
    const read = await readOn('r', 0, 1);
    expect(read).toEqual((session.events.get('r') ?? []).map(({ seq, event }) => ({ runId: 'r', seq, event })));
    expect(read.at(-1)).toMatchObject({ event: { event_kind: 'run_finished' } });
  });

  it('that are gone are replaced by a snapshot, never by what remains', async () => {
    session = await openSession({
      model: replies(),
      serve: { 'tool/call': () => 'ok' },
      deps: { limits: { eventsKept: 3 } },
    });
    const { runId, lastSeq } = await session.run({ prompt: 'hi', tools: [tool] });
    for (const afterSeq of [0, lastSeq - 4, lastSeq + 1]) {
      expect(await session.request('run/events', { runId, afterSeq })).toMatchObject({
        events: [],
        lastSeq,
        complete: true,
        snapshot: { state: 'finished', lastSeq, messageCount: 6, result: { output: 'done' } },
      });
    }
    const { events, snapshot } = await session.request('run/events', { runId, afterSeq: lastSeq - 3 });
    expect({ seqs: events.map(({ seq }) => seq), snapshot }).toEqual({
      seqs: [lastSeq - 2, lastSeq - 1, lastSeq],
      snapshot: undefined,
    });
  });

  it('are awaited no longer than requested, and no waiting changes the run', async () => {
    let open: (value: unknown) => void = () => undefined;
    let requested: () => void = () => undefined;
    const called = new Promise<void>((resolve) => {
      requested = resolve;
    });
    session = await openSession({
      model: [calls(toolCall('work')), text('done')],
      serve: {
        'tool/call': () => {
          requested();
          return new Promise((resolve) => {
            open = resolve;
          });
        },
      },
      deps: { limits: { waitersPerRun: 2 } },
    });
    await session.request('run/start', { runId: 'r', model: 'host:script', prompt: 'hi', tools: [tool] });
    await called;
    const { lastSeq: afterSeq } = await session.request('run/get', { runId: 'r' });
    const poll = { runId: 'r', afterSeq, waitMs: 1 };
    expect(await session.request('run/events', poll)).toEqual({ events: [], lastSeq: afterSeq, complete: false });
    const source = new CancellationTokenSource();
    const long = { ...poll, waitMs: 1e12 };
    const withdrawn = session.pair.client.sendRequest('run/events', long, source.token);
    const waits = session.request('run/events', long);
    expect((await session.refusal('run/events', long)).data).toMatchObject({
      kind: 'overloaded',
      limit: 'waitersPerRun',
    });
    source.cancel();
    expect((await refusalOf(withdrawn)).data.kind).toBe('request.cancelled');
    open('ok');
    expect((await waits).events[0]).toMatchObject({ seq: afterSeq + 1, event: { event_kind: 'function_tool_result' } });
    expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({ outcome: 'success' });
  });
});

describe('a ring of events', () => {
  const event = (seq: number, message: string) => ({
    runId: 'r',
    seq,
    event: { event_kind: 'warning' as const, kind: 'k', message },
  });
  const seqsAfter = (ring: EventRing, seq: number, limit = 100) => ring.after(seq, limit)?.map((one) => one.seq);

  it('gives way at its number of events, however many pass through', () => {
    const ring = new EventRing({ eventsKept: 10, eventsKeptBytes: 1e6 });
    for (let seq = 1; seq <= 1000; seq += 1) {
      ring.add(event(seq, ''));
      const kept = Math.min(seq, 10);
      expect(ring.after(seq - kept, 100)?.length).toBe(kept);
      if (seq > 10) expect(ring.after(seq - 11, 100)).toBeNull();
    }
    expect(seqsAfter(ring, 995, 2)).toEqual([996, 997]);
    expect(seqsAfter(ring, 1000)).toEqual([]);
    expect(ring.after(1001, 1)).toBeNull();
  });

  it('gives way at its bytes, and keeps the newest whatever its size', () => {
    const ring = new EventRing({ eventsKept: 100, eventsKeptBytes: 1000 });
    for (let seq = 1; seq <= 5; seq += 1) ring.add(event(seq, 'x'.repeat(300)));
    expect(seqsAfter(ring, 3)).toEqual([4, 5]);
    expect(ring.after(2, 1)).toBeNull();
    ring.add(event(6, 'x'.repeat(5000)));
    expect(seqsAfter(ring, 5)).toEqual([6]);
    ring.add(event(7, ''));
    expect(seqsAfter(ring, 6)).toEqual([7]);
    expect(ring.bytes).toBeLessThan(200);
  });
});

it('a snapshot of a run in mid-stream, and the deltas after it, add up to the response', async () => {
  const deltas: NotificationOf<'run/delta'>[] = [];
  let snapshot: Awaited<ReturnType<typeof get>> | undefined;
  const get = () => session.request('run/get', { runId: 'r' });
  session = await openSession({
    serve: {
      'model/request': async ({ runId, requestId }) => {
        const send = (delta: object) =>
          session.pair.client.sendNotification('model/delta', { runId, requestId, delta });
        await send({ index: 't', thinking: 'hm' });
        for (const letter of 'abcdefgh') await send({ text: letter });
        snapshot = await get();
        for (const letter of 'ijklmnop') await send({ text: letter });
        return { response: { model_name: 'mine' } };
      },
    },
  });
  session.pair.client.onNotification('run/delta', (delta) => {
    deltas.push(delta);
  });
  await session.run({ runId: 'r', prompt: 'hi' });
  expect(snapshot).toMatchObject({
    state: 'running',
    runStep: 1,
    messageCount: 1,
    response: {
      kind: 'response',
      state: 'incomplete',
      run_id: 'r',
      parts: [
        { part_kind: 'thinking', content: 'hm' },
        { part_kind: 'text', content: 'abcdefgh' },
      ],
    },
  });
  const rest = deltas.flatMap(({ n, event }) =>
    n > (snapshot?.lastDelta ?? 0) && event.event_kind === 'part_delta' && 'content_delta' in event.delta
      ? [event.delta.content_delta]
      : [],
  );
  expect(rest.join('')).toBe('ijklmnop');
  expect(deltas.map(({ n }) => n)).toEqual(deltas.map((_, index) => index + 1));
  expect(await get()).not.toHaveProperty('response');
});
