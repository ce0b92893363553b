import type { Pool } from 'pg';

/** How long ended runs are kept, and how many. */
export interface Kept {
  readonly days: number | null;
  readonly runs: number | null;
}

/** Rows that are deleted at once. */
const batch = 1000;

/** Taken by the one process that deletes. */
const lock = 7_236_116_004_002;

/**
 * Deletes ended runs that are too old or too many, with all that DBOS has of them. The unit is the conversation, whose runs
 * begin from each other: it goes when its last run goes. Returns the number of runs; 0 while another process deletes.
 */
export async function retain(pool: Pool, { days, runs }: Kept): Promise<number> {
  if (days === null && runs === null) return 0;
  const client = await pool.connect();
  let deleted = 0;
  try {
    const { rows } = await client.query<{ ok: boolean }>('SELECT pg_try_advisory_lock($1) AS ok', [lock]);
    if (!rows[0]?.ok) return 0;
    try {
      for (;;) {
        const { rowCount } = await client.query(
          `WITH talks AS (
             SELECT tenant, conversation, max(ended_at) AS last, count(*) AS size, bool_and(outcome IS NOT NULL) AS ended
             FROM runwire.runs GROUP BY tenant, conversation
           ), ranked AS (
             SELECT *, sum(size) OVER (ORDER BY last DESC NULLS FIRST, tenant, conversation) AS total FROM talks
           ), gone AS (
             SELECT r.workflow_id FROM runwire.runs r JOIN ranked USING (tenant, conversation)
             WHERE ended AND (last < now() - make_interval(days => $1) OR total > $2)
             LIMIT ${batch}
           ), deleted AS (
             DELETE FROM runwire.runs WHERE workflow_id IN (SELECT workflow_id FROM gone) RETURNING workflow_id
           )
           DELETE FROM dbos.workflow_status WHERE workflow_uuid IN (SELECT workflow_id FROM deleted)`,
          [days, runs],
        );
        deleted += rowCount ?? 0;
        if ((rowCount ?? 0) < batch) return deleted;
      }
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [lock]);
    }
  } finally {
    client.release();
  }
}
