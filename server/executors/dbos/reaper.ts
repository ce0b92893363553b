import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';

/** What a worker knows of itself when it looks for runs of dead processes. */
export interface Reaping {
  /** Version of the loop whose runs it takes. */
  readonly version: string;
  /** Stands for this process. */
  readonly self: string;
  /** The queue that it works on, and how many of its runs it has room for. */
  readonly queue: string;
  readonly room: number;
  /** Workflows that this process executes. */
  readonly driven: readonly string[];
}

/** The runs that a worker has taken over, and the token that it claimed them with. */
export interface Taken {
  readonly workflowIds: readonly string[];
  readonly token: string;
}

/** After so long, in seconds, a run that this process has claimed and does not drive was lost on its way here. */
const lostAfterS = 10;

/**
 * Takes runs of queues whose process is gone, in one statement, so that a run goes to one of all who try: as many as there is
 * room for come here at once, the others go back to their queues. It is what DBOS's recovery does, with the same count of
 * attempts, but for runs that a host has started: those wait for a host. How far each run has come is kept, to find those
 * that never get any further.
 */
export async function reap(pool: Pool, { version, self, queue, room, driven }: Reaping): Promise<Taken> {
  const token = randomUUID();
  const { rows } = await pool.query<{ id: string }>(
    `WITH dead AS (
       SELECT w.workflow_uuid AS id, w.queue_name = $3 AS is_own, w.priority, w.created_at
       FROM dbos.workflow_status w
       WHERE w.status = 'PENDING' AND w.queue_name IS NOT NULL AND w.application_version = $1
         AND w.application_name = 'runwire'
         AND CASE WHEN w.executor_id = $2
               THEN w.workflow_uuid <> ALL ($5) AND w.updated_at < (EXTRACT(EPOCH FROM now()) - ${lostAfterS}) * 1000
               ELSE NOT EXISTS (SELECT 1 FROM runwire.living l WHERE l.id = w.executor_id) END
       FOR UPDATE SKIP LOCKED
     ), placed AS (
       SELECT id, is_own AND row_number() OVER (PARTITION BY is_own ORDER BY priority, created_at) <= $4 AS is_here FROM dead
     ), taken AS (
       UPDATE dbos.workflow_status w
       SET status = CASE WHEN is_here THEN 'PENDING' ELSE 'ENQUEUED' END,
           executor_id = CASE WHEN is_here THEN $2 ELSE w.executor_id END,
           owner_xid = CASE WHEN is_here THEN $6 END,
           started_at_epoch_ms = CASE WHEN is_here THEN (EXTRACT(EPOCH FROM now()) * 1000)::bigint END,
           recovery_attempts = w.recovery_attempts + CASE WHEN is_here THEN 1 ELSE 0 END,
           updated_at = (EXTRACT(EPOCH FROM now()) * 1000)::bigint
       FROM placed p WHERE w.workflow_uuid = p.id
       RETURNING w.workflow_uuid AS id, p.is_here
     ), steps AS (
       SELECT t.id, count(o.function_id)::integer AS count
       FROM taken t
       LEFT JOIN dbos.operation_outputs o ON o.workflow_uuid = t.id AND o.output LIKE '%"k":"step"%'
       GROUP BY t.id
     ), counted AS (
       UPDATE runwire.runs r
       SET takeovers = CASE WHEN s.count > r.steps_before THEN 1 ELSE r.takeovers + 1 END, steps_before = s.count
       FROM steps s WHERE r.workflow_id = s.id
     )
     SELECT id FROM taken WHERE is_here`,
    [version, self, queue, room, driven, token],
  );
  return { workflowIds: rows.map(({ id }) => id), token };
}

/** Deletes the rows of processes that died long ago: they are of no use once their runs are free. */
export async function forgetDead(pool: Pool): Promise<void> {
  await pool.query(`DELETE FROM runwire.executors WHERE beat_at < now() - interval '1 hour'`);
}
