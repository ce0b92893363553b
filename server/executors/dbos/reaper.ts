import type { Pool } from 'pg';

/**
 * Gives runs of queues whose process is gone back to their queues, in one statement, so that a run goes to one of all who
 * try. It is what DBOS's recovery does, but for runs that a host has started: those wait for a host. How far each run has
 * come is kept, to find those that never get any further.
 */
export async function reap(pool: Pool, { version, self }: { version: string; self: string }): Promise<number> {
  const { rowCount } = await pool.query(
    `WITH taken AS (
       UPDATE dbos.workflow_status w
       SET status = 'ENQUEUED', owner_xid = NULL, started_at_epoch_ms = NULL,
           updated_at = (EXTRACT(EPOCH FROM now()) * 1000)::bigint
       WHERE w.status = 'PENDING' AND w.queue_name IS NOT NULL AND w.application_version = $1
         AND w.application_name = 'runwire' AND w.executor_id <> $2
         AND NOT EXISTS (SELECT 1 FROM runwire.living l WHERE l.id = w.executor_id)
       RETURNING w.workflow_uuid
     ), steps AS (
       SELECT t.workflow_uuid AS id, count(o.function_id)::integer AS count
       FROM taken t
       LEFT JOIN dbos.operation_outputs o ON o.workflow_uuid = t.workflow_uuid AND o.output LIKE '%"k":"step"%'
       GROUP BY t.workflow_uuid
     )
     UPDATE runwire.runs r
     SET takeovers = CASE WHEN s.count > r.steps_before THEN 1 ELSE r.takeovers + 1 END, steps_before = s.count
     FROM steps s WHERE r.workflow_id = s.id`,
    [version, self],
  );
  // Rows of the dead are of no use once their runs are free.
  await pool.query(`DELETE FROM runwire.executors WHERE beat_at < now() - interval '1 hour'`);
  return rowCount ?? 0;
}
