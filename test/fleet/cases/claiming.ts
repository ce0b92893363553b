import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { RunStartParams } from '../../../protocol/run.ts';
import { FleetStore } from '../../../server/executors/dbos/fleet-store.ts';
import { createLocalExecutor } from '../../../server/executors/local/local-executor.ts';
import { defaultLimits } from '../../../server/limits.ts';
import { executorDeps } from '../../executors/deps.ts';
import { TestOwner } from '../../executors/test-owner.ts';
import type { TestFleet } from '../../support/postgres/fleet.ts';

/** A run that nobody drives, and a process that loses the database while it takes it. */
export function claimingCases(fleet: () => TestFleet): void {
  it('a run whose claim could not read it is taken by whoever comes next', async () => {
    const tenant = randomUUID();
    const opened = await fleet().opened;
    const starter = createLocalExecutor({ ...executorDeps, limits: defaultLimits, store: fleet().tenant(tenant) });
    await starter.start({ runId: 'r', prompt: 'hi' } as RunStartParams, new TestOwner({ isPolling: true }));
    starter.abandonCallbacks();
    starter.close();
    await opened.flush();
    // The claim succeeds, and the read after it does not.
    let count = 0;
    const failing = new FleetStore(tenant, opened.id, async () => {
      count += 1;
      if (count === 2) throw new Error('the connection is lost');
      return opened;
    });
    const next = new FleetStore(tenant, opened.id, () => Promise.resolve(opened));
    const ref = await next.find('r');
    if (!ref) throw new Error('the run is in the database');
    await expect(failing.claim(ref)).rejects.toThrow('the connection is lost');
    await opened.flush();
    // Free for every process, not only for this one.
    expect(opened.logOf(ref.workflowId)).toBeUndefined();
    const status = 'SELECT status, owner_xid FROM dbos.workflow_status WHERE workflow_uuid = $1';
    expect((await opened.pool.query(status, [ref.workflowId])).rows).toEqual([
      { status: 'CANCELLED', owner_xid: null },
    ]);
    const claimed = await next.claim(ref);
    expect(claimed?.run.runId).toBe('r');
    next.close();
    await opened.flush();
  });
}
