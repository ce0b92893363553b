import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { parseExact, stringifyExact } from '../../../engine/json/exact-json.ts';
import { patiently } from '../database-errors.ts';
import type { Batch, FleetLine } from '../fleet-log.ts';
import { serializer } from '../serializer.ts';

/** Bytes above which the lines of a step stand in a table of their own, by reference. */
const mostBytes = 256 * 1024;

/** Who writes the steps of a run: an execution of its workflow, by the token that it claimed it with. */
export interface StepWriter {
  readonly pool: Pool;
  readonly workflowId: string;
  readonly token: string;
}

/** The number of the next step of a run. */
export async function nextStep({ pool, workflowId }: StepWriter): Promise<number> {
  const { rows } = await patiently(() =>
    pool.query<{ next: number }>(
      'SELECT coalesce(max(function_id) + 1, 0) AS next FROM dbos.operation_outputs WHERE workflow_uuid = $1',
      [workflowId],
    ),
  );
  return rows[0]?.next ?? 0;
}

/**
 * Records lines as a step of DBOS, in one statement: what `DBOS.runStep` does in seven, with the same check of the owner under
 * the lock of its row. Waits while the database is away; a statement whose answer was lost is made again with the same time,
 * by which its row is known. False when the run is another's by now.
 */
export async function recordStep(writer: StepWriter, number: number, { name, lines }: Batch): Promise<boolean> {
  const { pool, workflowId, token } = writer;
  const output = await outputOf(writer, lines);
  const now = Date.now();
  const { rows } = await patiently(() =>
    pool.query<{ at: string }>({
      name: 'runwire-step',
      text: `WITH owned AS (
               SELECT 1 FROM dbos.workflow_status WHERE workflow_uuid = $1 AND owner_xid = $2 AND status = 'PENDING'
               FOR NO KEY UPDATE
             )
             INSERT INTO dbos.operation_outputs AS o (workflow_uuid, function_id, function_name, output, serialization,
               started_at_epoch_ms, completed_at_epoch_ms, application_name, retention_timestamp)
             SELECT $1, $3, $4, $5, $6, $7, $7, 'runwire', (EXTRACT(EPOCH FROM now()) * 1000)::bigint FROM owned
             ON CONFLICT (workflow_uuid, function_id) DO UPDATE SET completed_at_epoch_ms = o.completed_at_epoch_ms
             RETURNING o.completed_at_epoch_ms AS at`,
      values: [workflowId, token, number, name, output, serializer.name(), now],
    }),
  );
  return Number(rows[0]?.at) === now;
}

/** Lines that are too long are written down before; `k` is what is counted without reading them. */
async function outputOf({ pool, workflowId }: StepWriter, lines: readonly FleetLine[]): Promise<string> {
  const body = stringifyExact(lines);
  if (Buffer.byteLength(body) <= mostBytes) return body;
  const blob = randomUUID();
  await patiently(() =>
    pool.query('INSERT INTO runwire.blobs (workflow_id, id, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      workflowId,
      blob,
      body,
    ]),
  );
  return stringifyExact({ blob, k: lines.some(({ k }) => k === 'step') ? 'step' : 'lines' });
}

/** Lines of a run, in the order in which they were recorded, and the number of the step that is next. */
export interface RecordedLines {
  readonly lines: readonly FleetLine[];
  readonly next: number;
}

/** The lines of the steps of a run, from a number on. */
export async function linesOf(pool: Pool, workflowId: string, from = 0): Promise<RecordedLines> {
  const { rows } = await pool.query<{ number: number; output: string | null }>({
    name: 'runwire-lines',
    text: `SELECT o.function_id AS number, coalesce(b.body, o.output) AS output FROM dbos.operation_outputs o
           LEFT JOIN runwire.blobs b ON b.workflow_id = o.workflow_uuid
             AND b.id = CASE WHEN o.output LIKE '{"blob":"%' THEN substring(o.output FROM 10 FOR 36) END
           WHERE o.workflow_uuid = $1 AND o.function_id >= $2 ORDER BY o.function_id`,
    values: [workflowId, from],
  });
  const lines = rows.flatMap(({ output }) => (output ? (parseExact(output) as FleetLine[]) : []));
  return { lines, next: (rows.at(-1)?.number ?? from - 1) + 1 };
}

/** Deletes runs with all that DBOS has of them. */
export async function deleteRuns(pool: Pool, workflowIds: readonly string[]): Promise<void> {
  await pool.query('DELETE FROM runwire.runs WHERE workflow_id = ANY($1)', [workflowIds]);
  await pool.query('DELETE FROM dbos.workflow_status WHERE workflow_uuid = ANY($1)', [workflowIds]);
}
