import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RunStartParams } from '../../../protocol/run.ts';
import { LOOP_VERSION } from '../../../server/engine/steps/steps.ts';
import { versionOf } from '../../../server/executors/dbos/fleet.ts';
import { QueueWork } from '../../../server/executors/dbos/queue-work.ts';
import { tenantOf } from '../../../server/executors/dbos/tables/queued-run.ts';
import { createLocalExecutor } from '../../../server/executors/local/local-executor.ts';
import { defaultLimits } from '../../../server/limits.ts';
import { executorDeps } from '../../executors/deps.ts';
import { TestOwner } from '../../executors/test-owner.ts';
import type { TestFleet } from '../../support/postgres/fleet.ts';

/** Runs of queues whose process died. */
export function reapingCases(fleet: () => TestFleet): void {
  describe('a worker that looks for dead processes', () => {
    const never = new AbortController().signal;

    it('continues as many of their runs as it has room for, without a look at the queue, where the others go', async () => {
      const opened = await fleet().opened;
      const { pool, id } = opened;
      const queue = `q-${randomUUID()}`;
      const executor = createLocalExecutor({ ...executorDeps, limits: defaultLimits, store: fleet().tenant() });
      const owner = new TestOwner({ isPolling: true });
      for (const runId of ['a', 'b', 'c'])
        await executor.start({ runId, prompt: 'hi', model: 'test', queue } as RunStartParams, owner);
      // What is said to a run in a queue is there when it begins.
      expect(await executor.steer({ runId: 'a', content: 'and this', when: 'asap' })).toMatchObject({ accepted: true });
      await pool.query(
        `UPDATE dbos.workflow_status SET status = 'PENDING', executor_id = 'dead', owner_xid = 'old' WHERE queue_name = $1`,
        [queue],
      );
      const taken: string[] = [];
      await opened.work(async (workflowId) => {
        const run = await tenantOf({ pool }, workflowId);
        await executor.resume({ runId: run?.runId ?? '' }, owner);
        taken.push(run?.runId ?? '');
      });
      const version = versionOf(LOOP_VERSION);
      const work = new QueueWork({ id, pool, log: fleet().log, version, isShown: () => true });
      await work.reap({ name: queue, slots: 2 });
      await expect.poll(() => taken.sort()).toEqual(['a', 'b']);
      for (const runId of taken)
        expect(await (await executor.get(runId)).result({}, never)).toMatchObject({ outcome: 'success' });
      expect(JSON.stringify(await (await executor.get('a')).messages({}))).toContain('and this');
      expect((await executor.get('c')).state).toBe('queued');
      executor.close();
    });
  });
}
