import { beforeEach, describe, expect, it } from 'vitest';
import { Nudge } from '../../server/rpc/nudge.ts';

const answer = { jsonrpc: '2.0', id: 1, result: null } as const;
const callback = { jsonrpc: '2.0', id: 1_000_000_000, method: 'tool/call' } as const;
const event = { jsonrpc: '2.0', method: 'run/event' } as const;

describe('a nudge', () => {
  let nudges: number;
  let nudge: Nudge;
  let now: number;
  let timers: { at: number; callback: () => void }[];
  beforeEach(() => {
    nudges = 0;
    now = 0;
    timers = [];
    const time = {
      now: () => now,
      after: (ms: number, callback: () => void) => void timers.push({ at: now + ms, callback }),
    };
    const send = () => {
      nudges += 1;
      nudge.sent({ jsonrpc: '2.0', method: '$/waiting' });
    };
    nudge = new Nudge(send, time);
  });
  const pass = (ms: number) => {
    for (const end = now + ms; now < end; now += 1) {
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { callback } of due) callback();
    }
  };

  it('follows a callback that left right behind an answer, once, when the line was quiet', () => {
    nudge.sent(answer);
    nudge.sent(event);
    nudge.sent(callback);
    nudge.sent(event);
    pass(99);
    expect(nudges).toBe(0);
    pass(1000);
    expect(nudges).toBe(1);
  });

  it('waits until nothing else is sent', () => {
    nudge.sent(answer);
    nudge.sent(callback);
    for (let piece = 0; piece < 10; piece += 1) {
      pass(60);
      nudge.sent(event);
    }
    expect(nudges).toBe(0);
    pass(200);
    expect(nudges).toBe(1);
  });

  it('does not follow what the client answered', () => {
    nudge.sent(answer);
    nudge.sent(callback);
    pass(50);
    nudge.heard();
    pass(1000);
    expect(nudges).toBe(0);
  });

  it('does not follow a callback that no answer came with', () => {
    nudge.sent(answer);
    pass(150);
    nudge.sent(callback);
    pass(1000);
    expect([nudges, timers]).toEqual([0, []]);
  });

  it('follows the callback of a later run too', () => {
    for (let run = 0; run < 3; run += 1) {
      nudge.sent(answer);
      nudge.sent(callback);
      pass(1000);
    }
    expect(nudges).toBe(3);
  });
});
