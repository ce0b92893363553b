import type { Pool, PoolClient } from 'pg';

/** How long ended runs are kept, and how many. */
export interface Kept {
  readonly days: number | null;
  readonly runs: number | null;
}

/** Runs that are deleted at once, and the rest of the last conversation. */
const batch = 1000;

/** Taken by the one process that deletes. */
const lock = 7_236_116_004_002;

/**
 * Deletes ended runs that are too old or too many, with all that DBOS has of them. The unit is the conversation, whose runs
 * begin from each other: it goes as a whole, and stays while a run of it has not ended, or its latest one is deferred. Returns
 * the number of runs; 0 while another process deletes.
 */
export async function retain(pool: Pool, { days, runs }: Kept): Promise<number> {
  if (days === null && runs === null) return 0;
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ ok: boolean }>('SELECT pg_try_advisory_lock($1) AS ok', [lock]);
    if (!rows[0]?.ok) return 0;
    try {
      let deleted = 0;
      for (;;) {
        const count = await retainSome(client, { days, runs });
        deleted += count;
        if (count < batch) return deleted;
      }
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [lock]);
    }
  } finally {
    client.release();
  }
}

/** The conversations that go are those that were touched longest ago, as many as fill a batch. */
async function retainSome(client: PoolClient, { days, runs }: Kept): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `WITH talks AS (
       SELECT tenant, conversation, max(ended_at) AS last, count(*) AS size,
         bool_and(outcome IS NOT NULL) AND (array_agg(outcome ORDER BY started_ms DESC))[1] <> 'def' AS is_over
       FROM runwire.runs GROUP BY tenant, conversation
     ), ranked AS (
       SELECT *, sum(size) OVER (ORDER BY last DESC NULLS FIRST, tenant, conversation) AS total FROM talks
     ), going AS (
       SELECT tenant, conversation, sum(size) OVER (ORDER BY last, tenant, conversation) - size AS before FROM ranked
       WHERE is_over AND (last < now() - make_interval(days => $1) OR total > $2)
     ), deleted AS (
       DELETE FROM runwire.runs r USING going g
       WHERE r.tenant = g.tenant AND r.conversation = g.conversation AND g.before < ${batch}
       RETURNING r.workflow_id
     ), gone AS (
       DELETE FROM dbos.workflow_status WHERE workflow_uuid IN (SELECT workflow_id FROM deleted)
     )
     SELECT count(*)::integer AS count FROM deleted`,
    [days, runs],
  );
  return rows[0]?.count ?? 0;
}
