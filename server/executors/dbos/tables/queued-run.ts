import type { Fleet } from '../fleet.ts';

/** A run that came out of a queue. */
export interface QueuedRun {
  readonly tenant: string;
  readonly runId: string;
  /** Processes in a row that died over it without recording a step. */
  readonly takeovers: number;
}

/** Whose run it is that a queue has brought; null for one that was deleted. */
export async function tenantOf({ pool }: Pick<Fleet, 'pool'>, workflowId: string): Promise<QueuedRun | null> {
  const { rows } = await pool.query<{ tenant: string; run_id: string; takeovers: number }>(
    'SELECT tenant, run_id, takeovers FROM runwire.runs WHERE workflow_id = $1',
    [workflowId],
  );
  const [row] = rows;
  return row ? { tenant: row.tenant, runId: row.run_id, takeovers: row.takeovers } : null;
}
