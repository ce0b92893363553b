import { beforeEach, describe, expect, it } from 'vitest';
import type { DeltaEvent } from '../../protocol/deltas.ts';
import { textPart } from '../../server/engine/request/response.ts';
import { type CoalescerOptions, DeltaCoalescer, type DeltaReader } from '../../server/runs/events/delta-coalescer.ts';

const none = {};
const start = (index: number): DeltaEvent => ({
  index,
  part: textPart(''),
  previous_part_kind: null,
  canonical_system: null,
  event_kind: 'part_start',
});

let sent: DeltaEvent[];
let timers: Set<{ ms: number; callback: () => void }>;
let reader: DeltaReader & { congested: boolean; drain: () => Promise<void> };
beforeEach(() => {
  sent = [];
  timers = new Set();
  let release: () => void = () => undefined;
  let waits: Promise<void> | null = null;
  reader = {
    send: (event) => sent.push(event),
    congested: false,
    drained: () => {
      waits ??= new Promise((resolve) => {
        release = resolve;
      });
      return waits;
    },
    drain: async () => {
      reader.congested = false;
      release();
      await waits;
      waits = null;
    },
  };
});

const coalescer = (options: Partial<CoalescerOptions> = {}) =>
  new DeltaCoalescer({
    mode: 'coalesced',
    maxLatencyMs: 16,
    reader,
    after: (ms, callback) => {
      const timer = { ms, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    ...options,
  });

/** Lets the time of the timers come that are set now. */
const elapse = () => {
  for (const timer of [...timers]) {
    timers.delete(timer);
    timer.callback();
  }
};

const shown = () =>
  sent.map((event) => {
    if (event.event_kind !== 'part_delta') return 'index' in event ? `${event.event_kind} ${event.index}` : event;
    const { delta, index } = event;
    return `${index}: ${'args_delta' in delta ? delta.args_delta : delta.content_delta}`;
  });

describe('coalesced deltas', () => {
  it('show the beginning and the first piece of a part at once, later ones merged after the latency', () => {
    const one = coalescer({ maxLatencyMs: 30 });
    one.show(start(0));
    for (const letter of ['a', 'b', 'c', 'd']) one.text(0, letter, none);
    expect(shown()).toEqual(['part_start 0', '0: a']);
    expect([...timers].map(({ ms }) => ms)).toEqual([30]);
    elapse();
    expect(shown()).toEqual(['part_start 0', '0: a', '0: bcd']);
    one.text(0, 'e', none);
    elapse();
    expect(shown().at(-1)).toBe('0: e');
    expect(timers.size).toBe(0);
  });

  it('are sent without waiting when there are 4 KiB', () => {
    const one = coalescer();
    one.show(start(0));
    one.text(0, 'first', none);
    for (let i = 0; i < 4096; i += 1) one.text(0, 'x', none);
    expect(shown().slice(2)).toEqual([`0: ${'x'.repeat(4096)}`]);
    expect(timers.size).toBe(0);
  });

  it('of another part, and everything else, come after those that wait', () => {
    const one = coalescer();
    one.show(start(0));
    one.text(0, 'a', none);
    one.text(0, 'b', none);
    one.show(start(1));
    one.text(1, 'x', none);
    one.text(1, 'y', none);
    one.text(0, 'c', none);
    one.thinking(0, 'hm', null, none);
    one.flush();
    expect(shown()).toEqual(['part_start 0', '0: a', '0: b', 'part_start 1', '1: x', '1: y', '0: c', '0: hm']);
  });

  it('merge the fields of their kind: signatures, names, argument objects, provider details', () => {
    const one = coalescer();
    one.thinking(0, 'a', null, { provider_name: 'p', provider_details: { x: 1 } });
    one.thinking(0, null, 'sig', { provider_details: { y: 2 } });
    one.toolCall(1, 'c1', { name: 'wo' }, none);
    one.toolCall(1, 'c1', { name: 'rk', args: { a: 1 } }, none);
    one.toolCall(1, 'c1', { args: { b: 2 } }, none);
    one.flush();
    expect(sent.map((event) => 'delta' in event && event.delta)).toEqual([
      {
        content_delta: 'a',
        signature_delta: 'sig',
        provider_name: 'p',
        provider_details: { x: 1, y: 2 },
        part_delta_kind: 'thinking',
      },
      {
        tool_name_delta: 'work',
        args_delta: { a: 1, b: 2 },
        tool_call_id: 'c1',
        provider_name: null,
        provider_details: null,
        part_delta_kind: 'tool_call',
      },
    ]);
    one.toolCall(1, 'c1', { args: '{"c"' }, none);
    one.flush();
    expect(sent.at(-1)).toMatchObject({ delta: { tool_name_delta: null, args_delta: '{"c"' } });
  });

  it.each([{ maxLatencyMs: 0 }, { mode: 'all' as const }])(
    'are never merged with %j while the reader keeps up',
    (how) => {
      const one = coalescer(how);
      for (const letter of ['a', 'b', 'c']) one.text(0, letter, none);
      expect(shown()).toEqual(['0: a', '0: b', '0: c']);
      expect(timers.size).toBe(0);
    },
  );
});

describe.each(['coalesced', 'all'] as const)('deltas of a slow reader (%s)', (mode) => {
  it('wait, merged, and go in order once it has read', async () => {
    const one = coalescer({ mode });
    one.show(start(0));
    reader.congested = true;
    for (const letter of ['a', 'b', 'c']) one.text(0, letter, none);
    elapse();
    one.show(start(1));
    for (const letter of ['x', 'y']) one.text(1, letter, none);
    expect(shown()).toEqual(['part_start 0']);
    await reader.drain();
    expect(shown()).toEqual(['part_start 0', '0: abc', 'part_start 1', '1: xy']);
  });

  it('go in front of a durable event all the same', () => {
    const one = coalescer({ mode });
    reader.congested = true;
    one.text(0, 'a', none);
    one.flush();
    expect(shown()).toEqual(['0: a']);
  });

  it('keep only the last progress of a call', async () => {
    const one = coalescer({ mode });
    reader.congested = true;
    const progress = (toolCallId: string, message: string): DeltaEvent => ({
      event_kind: 'tool_progress',
      toolCallId,
      message,
    });
    one.show(progress('a', 'one'));
    one.show(progress('b', 'one'));
    one.show(progress('a', 'two'));
    await reader.drain();
    expect(shown()).toEqual([progress('a', 'two'), progress('b', 'one')]);
  });

  it('make the model wait when there are too many, until the reader has read or the request is given up', async () => {
    const one = coalescer({ mode });
    const controller = new AbortController();
    reader.congested = true;
    one.text(0, 'x'.repeat(64 * 1024), none);
    expect(one.ready(controller.signal)).toBeUndefined();
    one.text(0, 'y', none);
    const [first, second] = [one.ready(controller.signal), one.ready(new AbortController().signal)];
    controller.abort();
    await first;
    await reader.drain();
    await second;
    expect(one.ready(controller.signal)).toBeUndefined();
  });
});
