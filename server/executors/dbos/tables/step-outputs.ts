import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { parseExact, stringifyExact } from '../../../engine/json/exact-json.ts';
import { jsonSize } from '../../../engine/json/json-size.ts';
import type { RawLine } from '../../../store/line.ts';
import { patiently } from '../database-errors.ts';
import type { FleetLine } from '../fleet-log.ts';

/** Bytes above which the lines of a step stand in a table of their own, by reference. */
const mostBytes = 256 * 1024;

/** What a step of DBOS records: the lines, or where they are. `k` is what is counted without reading them. */
type StepOutput = readonly FleetLine[] | { readonly blob: string; readonly k: string };

/** Returns what a step records; lines that are too long are written down before. Waits while the database is away. */
export async function outputOf(pool: Pool, workflowId: string, lines: readonly FleetLine[]): Promise<StepOutput> {
  if (jsonSize(lines) <= mostBytes) return lines;
  const blob = randomUUID();
  await patiently(() =>
    pool.query('INSERT INTO runwire.blobs (workflow_id, id, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      workflowId,
      blob,
      stringifyExact(lines),
    ]),
  );
  return { blob, k: lines.some(({ k }) => k === 'step') ? 'step' : 'lines' };
}

/** The lines of a run, in the order in which they were recorded, numbered after the head. */
export async function linesOf(pool: Pool, workflowId: string): Promise<RawLine[]> {
  const { rows } = await pool.query<{ output: string | null }>(
    `SELECT coalesce(b.body, o.output) AS output FROM dbos.operation_outputs o
     LEFT JOIN runwire.blobs b ON b.workflow_id = o.workflow_uuid
       AND b.id = CASE WHEN o.output LIKE '{"blob":"%' THEN substring(o.output FROM 10 FOR 36) END
     WHERE o.workflow_uuid = $1 ORDER BY o.function_id`,
    [workflowId],
  );
  const lines = rows.flatMap(({ output }) => (output ? (parseExact(output) as FleetLine[]) : []));
  return lines.map((line, index) => ({ n: index + 1, ...line }));
}

/** Deletes runs with all that DBOS has of them. */
export async function deleteRuns(pool: Pool, workflowIds: readonly string[]): Promise<void> {
  await pool.query('DELETE FROM runwire.runs WHERE workflow_id = ANY($1)', [workflowIds]);
  await pool.query('DELETE FROM dbos.workflow_status WHERE workflow_uuid = ANY($1)', [workflowIds]);
}
