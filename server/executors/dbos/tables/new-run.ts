import type { PoolClient } from 'pg';
import { stringifyExact } from '../../../engine/json/exact-json.ts';
import type { RunRef } from '../../../store/names.ts';
import { promptExcerpt } from '../../../store/run-detail.ts';
import type { RunHead } from '../../../store/stored-lines.ts';

/** A run that is about to be created. */
export interface NewRun {
  readonly workflowId: string;
  readonly tenant: string;
  readonly head: RunHead;
  readonly ref: RunRef;
  /** The queue that it goes into; null for one that begins here. */
  readonly queue: string | null;
}

/** Lets one process at a time look at a conversation and begin a run in it, until the end of the transaction. */
export async function lockConversation(client: PoolClient, { tenant, ref }: NewRun): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${tenant}\n${ref.conversation}`]);
}

/** Writes the row of a run; false when its id is taken. */
export async function insertRun(client: PoolClient, run: NewRun): Promise<boolean> {
  const { workflowId, tenant, head, ref, queue } = run;
  const { rowCount } = await client.query(
    `INSERT INTO runwire.runs (workflow_id, tenant, id, run_id, conversation, conversation_id, parent_run_id, agent,
       model, prompt, started_ms, started_at, queue, head)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING`,
    [
      workflowId,
      tenant,
      ref.id,
      head.runId,
      ref.conversation,
      head.conversationId,
      head.parentRunId ?? null,
      head.spec.agent.name ?? null,
      head.spec.modelId,
      // The database takes no null characters in a text.
      promptExcerpt(head.spec.params.prompt)?.replaceAll('\0', '') ?? null,
      head.startedAtMs,
      head.startedAt,
      queue,
      stringifyExact(head),
    ],
  );
  return rowCount === 1;
}
