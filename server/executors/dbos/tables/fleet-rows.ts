import type { Pool } from 'pg';
import { newRef, type RunRef, type Tag } from '../../../store/names.ts';
import type { StoredSummary } from '../../../store/store.ts';

/** A run as it was found in the database. */
export interface FleetRef extends RunRef {
  readonly workflowId: string;
  /** The process that drives it; null when none does. */
  readonly driver: number | null;
  /** True while it waits in a queue for a worker. */
  readonly isQueued: boolean;
  readonly summary: Omit<StoredSummary, 'ref' | 'outcome'>;
}

interface Row {
  readonly workflow_id: string;
  readonly run_id: string;
  readonly conversation_id: string;
  readonly parent_run_id: string | null;
  readonly agent: string | null;
  readonly model: string;
  readonly prompt: string | null;
  readonly started_ms: string;
  readonly started_at: string;
  readonly outcome: Tag | null;
  readonly status: string | null;
  readonly executor_id: string | null;
  readonly queue_name: string | null;
  readonly pid: number | null;
}

const select = `
  SELECT r.workflow_id, r.run_id, r.conversation_id, r.parent_run_id, r.agent, r.model, r.prompt, r.started_ms, r.started_at,
         r.outcome, w.status, w.executor_id, w.queue_name, l.pid
  FROM runwire.runs r
  LEFT JOIN dbos.workflow_status w ON w.workflow_uuid = r.workflow_id
  LEFT JOIN runwire.living l ON l.id = w.executor_id AND w.status = 'PENDING'`;

/** Which runs of a tenant are looked for: values are numbered from $2. */
export interface Condition {
  readonly where?: string;
  readonly values?: readonly unknown[];
}

/** Who looks for runs. */
export interface Looking {
  readonly pool: Pool;
  readonly tenant: string;
  /** Stands for this process. */
  readonly self: string;
  /** Whether this process drives a run. */
  readonly drives: (workflowId: string) => boolean;
}

/** The runs of a tenant, newest first. Errors: those of the database. */
export async function refsOf(by: Looking, { where, values = [] }: Condition): Promise<FleetRef[]> {
  const { rows } = await by.pool.query<Row>(
    `${select} WHERE r.tenant = $1${where ? ` AND ${where}` : ''} ORDER BY r.started_ms DESC, r.id DESC`,
    [by.tenant, ...values],
  );
  return rows.map((row) => refOf(row, by));
}

function refOf(row: Row, { self, drives }: Looking): FleetRef {
  const startedAtMs = Number(row.started_ms);
  // A worker that is gone leaves its runs to the others.
  const isLeft = row.status === 'PENDING' && row.queue_name !== null && row.pid === null;
  const isQueued = row.outcome === null && (row.status === 'ENQUEUED' || isLeft);
  const isRunning = row.outcome === null && row.status === 'PENDING' && row.pid !== null;
  // One that has just come here out of a queue is free until it is claimed.
  const isDriven = isRunning && (row.executor_id !== self || drives(row.workflow_id));
  return {
    ...newRef({ runId: row.run_id, conversationId: row.conversation_id, startedAtMs }, 'park'),
    tag: row.outcome ?? (isDriven ? `live-${row.executor_id}` : 'park'),
    workflowId: row.workflow_id,
    driver: isDriven ? row.pid : null,
    isQueued,
    summary: {
      runId: row.run_id,
      conversationId: row.conversation_id,
      parentRunId: row.parent_run_id ?? undefined,
      agent: row.agent ?? undefined,
      startedAt: row.started_at,
      model: row.model,
      prompt: row.prompt ?? undefined,
    },
  };
}
