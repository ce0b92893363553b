import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import type { RunStartParams } from '../../../protocol/run.ts';
import type { Fleet } from '../../../server/executors/dbos/fleet.ts';
import { FleetStore } from '../../../server/executors/dbos/fleet-store.ts';
import { createLocalExecutor } from '../../../server/executors/local/local-executor.ts';
import { defaultLimits } from '../../../server/limits.ts';
import { executorDeps } from '../../executors/deps.ts';
import { TestOwner } from '../../executors/test-owner.ts';
import type { TestFleet } from '../../support/postgres/fleet.ts';
import { schemaOf, text, toolCall } from '../../support/session.ts';

/** What it costs to watch a run that another process drives. */
export function observingCases(fleet: () => TestFleet): void {
  describe('an observer of a run', () => {
    const turns = 6;

    it('reads each step once, and the same as who reads them all at the end', async () => {
      const { pool, wakes } = await fleet().opened;
      const tenant = randomUUID();
      const driver = createLocalExecutor({ ...executorDeps, limits: defaultLimits, store: fleet().tenant(tenant) });
      const owner = new TestOwner();
      const tools = [{ name: 'work', inputSchema: schemaOf({}) }];
      await driver.start({ runId: 'r', prompt: 'hi', tools } as unknown as RunStartParams, owner);
      let read = 0;
      const counting = {
        async query(query: string | { text: string; values: unknown[] }, values?: unknown[]) {
          const result = typeof query === 'string' ? await pool.query(query, values) : await pool.query(query);
          if (typeof query !== 'string') read += result.rows.length;
          return result;
        },
      } as unknown as Pool;
      const opened = Promise.resolve({ pool: counting, wakes } as unknown as Fleet);
      const observer = new FleetStore(tenant, 'observer', () => opened);
      const found = await observer.find('r');
      let run = found && (await observer.load(found));
      for (let turn = 0; turn <= turns; turn += 1) {
        const parts = [turn < turns ? toolCall('work', {}, `c${turn}`) : text('done').parts[0]];
        (await owner.callback('model/request')).answer({ response: { parts } });
        if (turn < turns) (await owner.callback('tool/call')).answer('ok');
        const changed = run && (await observer.changed(run, { signal: new AbortController().signal, ms: 1000 }));
        run = changed ?? run;
      }
      for (; run && !run.result; ) {
        const changed = await observer.changed(run, { signal: new AbortController().signal, ms: 1000 });
        run = changed ?? run;
      }
      await (await fleet().opened).flush();
      const { rows } = await pool.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM dbos.operation_outputs o
         JOIN runwire.runs r ON r.workflow_id = o.workflow_uuid WHERE r.tenant = $1`,
        [tenant],
      );
      expect(rows[0]?.count).toBeGreaterThan(2 * turns);
      expect(read).toBe(rows[0]?.count);
      const whole = found && (await observer.load(found));
      expect(run?.lines).toEqual(whole?.lines);
      driver.close();
    });

    it('is given nothing where nothing has changed', async () => {
      const { wakes, pool } = await fleet().opened;
      const tenant = randomUUID();
      const driver = createLocalExecutor({ ...executorDeps, limits: defaultLimits, store: fleet().tenant(tenant) });
      const owner = new TestOwner();
      await driver.start({ runId: 'r', prompt: 'hi' } as RunStartParams, owner);
      const request = await owner.callback('model/request');
      await (await fleet().opened).flush();
      const observer = new FleetStore(tenant, 'observer', () => Promise.resolve({ pool, wakes } as unknown as Fleet));
      const found = await observer.find('r');
      const run = found && (await observer.load(found));
      if (!run) throw new Error('the run is there');
      const next = () => observer.changed(run, { signal: new AbortController().signal, ms: 50 });
      // What was on its way is there by now.
      await expect.poll(next).toBeUndefined();
      request.answer({ response: text('done') });
      await expect.poll(async () => (await next())?.result).toMatchObject({ outcome: 'success' });
      driver.close();
    });
  });
}
