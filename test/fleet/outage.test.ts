import { setTimeout as later } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { mostMs, named, onStage, stepsOf } from './stage.ts';
import { recorded, until } from './world.ts';

const runs = Number(process.env.FLEET_RUNS ?? 50);
const turns = 6;
const outageMs = 10_000;

onStage('a fleet whose database stops', runs, (stage) => {
  it.each(['immediate', 'fast'] as const)(
    `${runs} runs survive that it is away for ${outageMs / 1000} s (%s)`,
    async (how) => {
      const { host, postgres, url, world } = stage();
      world.delayMs.model = 20;
      const queued = Math.ceil(runs / 2);
      await stage().worker({ slots: queued });
      await stage().start(named(queued), turns);
      // The others are driven by the daemon of the host.
      await stage().start(named(runs - queued, 'own'), turns, { more: {} });
      await until(() => world.effects.times.length > (runs * turns) / 3);
      await postgres.stop(how);
      const before = world.effects.times.length;
      expect((await host.request('run/list', {})).error?.data).toMatchObject({
        kind: 'store.unavailable',
        retryAfterMs: expect.any(Number),
      });
      expect((await host.request('health/get', {})).result).toMatchObject({ store: { available: false } });
      await later(outageMs);
      await postgres.start();
      await until(
        async () =>
          (await stage()
            .ended()
            .catch(() => 0)) === runs,
        mostMs(runs),
      );
      expect((await host.request('health/get', {})).result).toMatchObject({ store: { available: true } });
      const { steps, doubled, gaps } = await recorded(url);
      expect({ doubled, gaps, steps }).toEqual({ doubled: 0, gaps: 0, steps: stepsOf(runs, turns) });
      expect(stage().repeated('once')).toEqual([]);
      expect(stage().repeated('read')).toEqual([]);
      process.stdout.write(
        `${how}: ${runs} runs ended, ${queued} of them in a worker; the database was away for ${outageMs} ms after ` +
          `${before} of ${runs * (turns + 1)} requests; ${steps} steps, ${doubled} recorded twice, ${gaps} lost, no effect repeated\n`,
      );
    },
  );
});
