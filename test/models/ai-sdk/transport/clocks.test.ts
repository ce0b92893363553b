import { describe, expect, it } from 'vitest';
import { SilenceClock, StallClock } from '../../../../server/models/ai-sdk/transport/clocks.ts';
import { stillTiming } from '../support.ts';

/** One alarm that rings when the test says so; `restarts` counts its beginnings. */
function bell() {
  const bell = { ring: () => {}, ms: 0, restarts: 0, stopped: false, given: 0 };
  const alarm = (ms: number, ring: () => void) => {
    Object.assign(bell, { ring, ms, restarts: 1 });
    return {
      restart: () => {
        bell.restarts += 1;
      },
      stop: () => {
        bell.stopped = true;
      },
    };
  };
  const giveUp = () => {
    bell.given += 1;
  };
  return { bell, timing: { ...stillTiming(), alarm }, giveUp };
}

describe('the clock of silence', () => {
  it('starts again with each wait, and counts nothing between them', async () => {
    const { bell: alarm, timing, giveUp } = bell();
    const clock = new SilenceClock(500, timing, giveUp);
    for (let i = 0; i < 3; i += 1) await clock.wait(async () => undefined);
    alarm.ring();
    expect(alarm).toMatchObject({ ms: 500, restarts: 3, given: 0 });
  });

  it('gives up in a wait, but not while our own reader holds it up', () => {
    const { bell: alarm, timing, giveUp } = bell();
    const clock = new SilenceClock(500, timing, giveUp);
    void clock.wait(() => new Promise(() => undefined));
    clock.pause();
    alarm.ring();
    expect(alarm.given).toBe(0);
    clock.resume();
    expect(alarm.restarts).toBe(2);
    alarm.ring();
    expect(alarm.given).toBe(1);
  });

  it('takes times that timers of Node do not', async () => {
    const { bell: alarm, timing, giveUp } = bell();
    await new SilenceClock(1e300, timing, giveUp).wait(async () => undefined);
    expect(alarm.ms).toBe(2 ** 31 - 1);
  });
});

describe('the clock of a stall', () => {
  it('runs from the first byte after content, whatever bytes follow', () => {
    const { bell: alarm, timing, giveUp } = bell();
    const clock = new StallClock(500, timing, giveUp);
    clock.heard();
    clock.content();
    alarm.ring(); // silence since: the other clock's
    expect(alarm.given).toBe(0);
    for (let i = 0; i < 5; i += 1) clock.heard();
    expect(alarm.restarts).toBe(2);
    alarm.ring();
    expect(alarm.given).toBe(1);
  });

  it('stands still while our own reader holds the answer up', () => {
    const { bell: alarm, timing, giveUp } = bell();
    const clock = new StallClock(500, timing, giveUp);
    clock.heard();
    clock.pause();
    alarm.ring();
    expect(alarm.given).toBe(0);
  });
});
