import { expect, it } from 'vitest';
import { GivenMessage } from '../../protocol/messages/messages.ts';
import type { RunStartParams } from '../../protocol/run.ts';
import { History } from '../../server/engine/messages/history.ts';
import { givenHistory } from '../../server/runs/given-history.ts';
import { cpuMs } from '../support/time-limits.ts';
import { histories } from './long-history-shapes.ts';

/** Processor time to read and show a history of so many. */
function msOf(made: (count: number) => unknown[], count: number, limit: number): number {
  const messageHistory = made(count).map((message) => GivenMessage().parse(message));
  const params = { messageHistory, prompt: 'hi', openToolCalls: 'close' } as RunStartParams;
  return cpuMs(() => {
    const { history } = givenHistory(params, 'r', { messagesOf: () => [], nowMs: 0 });
    expect(new History(history, 'r').shown().length).toBeGreaterThan(0);
  }, limit);
}

it.each(Object.entries(histories))(
  'a history of %s takes time that grows with its length, not with its square',
  (_what, made) => {
    const few = Math.max(5, msOf(made, 1_000, 0));
    // Ten times as many: a hundred times the time would be its square.
    expect(msOf(made, 10_000, 35 * few)).toBeLessThan(35 * few);
  },
);
