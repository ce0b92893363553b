import { describe, expect, it } from 'vitest';
import { histories } from '../engine/long-history-shapes.ts';
import { slow } from '../support/time-limits.ts';
import { captured } from './body-capture.ts';
import { rows } from './body-cases.ts';

const isThorough = Boolean(process.env.RUNWIRE_THOROUGH);
// Files are fetched one by one for some models, so that they are no matter of the body.
const shapes = Object.entries(histories).filter(([what]) => what !== 'files');

/** Processor time, in milliseconds, that a model of a row takes to write the body for a history of so many. */
async function msOf(row: string, made: (count: number) => unknown[], count: number): Promise<number> {
  const end = { kind: 'request', parts: [{ part_kind: 'user-prompt', content: 'end' }] };
  const given = { messages: [...(made(count) as object[]), end] };
  const model = rows[row]?.models[0] ?? '';
  const before = process.cpuUsage();
  await captured({ kind: 'length', name: 'long', row, model, sender: row, given });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe.skipIf(!isThorough)('the body of a long history (needs RUNWIRE_THOROUGH)', () => {
  it.each(Object.keys(rows))(
    'is written in time that grows with its length, not with its square: %s',
    {
      timeout: slow,
    },
    async (row) => {
      for (const [what, made] of shapes) {
        const few = Math.max(8, await msOf(row, made, 500));
        const many = await msOf(row, made, 5000);
        // Ten times as many: a hundred times the time would be its square.
        expect(many, `${what}: ${few} ms, then ${many} ms`).toBeLessThan(50 * few);
      }
    },
  );
});
