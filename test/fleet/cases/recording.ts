import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import { linesOf, recordStep, type StepWriter } from '../../../server/executors/dbos/tables/step-outputs.ts';
import type { TestFleet } from '../../support/postgres/fleet.ts';

/** The one statement that records a step. */
export function recordingCases(fleet: () => TestFleet): void {
  describe('a step of a run', () => {
    let pool: Pool;
    let writer: StepWriter;
    const batch = { name: 't1.model', lines: [{ k: 'step', key: 't1.model' }] };

    beforeEach(async () => {
      ({ pool } = await fleet().opened);
      writer = { pool, workflowId: randomUUID(), token: 'owner' };
      await pool.query(
        `INSERT INTO dbos.workflow_status (workflow_uuid, status, owner_xid, created_at, updated_at)
         VALUES ($1, 'PENDING', 'owner', 0, 0)`,
        [writer.workflowId],
      );
    });

    const recorded = () => linesOf(pool, writer.workflowId);

    it('is recorded for its owner only, and as long as the run is not cancelled', async () => {
      expect(await recordStep(writer, 0, batch)).toBe(true);
      expect(await recordStep({ ...writer, token: 'former' }, 1, batch)).toBe(false);
      await pool.query(`UPDATE dbos.workflow_status SET status = 'CANCELLED' WHERE workflow_uuid = $1`, [
        writer.workflowId,
      ]);
      expect(await recordStep(writer, 1, batch)).toBe(false);
      expect(await recorded()).toEqual({ lines: batch.lines, next: 1 });
    });

    it('is recorded once when the answer of the database was lost', async () => {
      let lost = 0;
      const losing = {
        async query(query: { text: string; values: unknown[] }) {
          const result = await pool.query(query);
          lost += 1;
          if (lost === 1) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
          return result;
        },
      } as unknown as Pool;
      expect(await recordStep({ ...writer, pool: losing }, 0, batch)).toBe(true);
      expect(lost).toBe(2);
      expect(await recorded()).toEqual({ lines: batch.lines, next: 1 });
    });

    it('is never written over another one', async () => {
      await recordStep(writer, 0, batch);
      await pool.query('UPDATE dbos.operation_outputs SET completed_at_epoch_ms = 1 WHERE workflow_uuid = $1', [
        writer.workflowId,
      ]);
      expect(await recordStep(writer, 0, { name: 'other', lines: [{ k: 'other' }] })).toBe(false);
      expect((await recorded()).lines).toEqual(batch.lines);
    });
  });
}
