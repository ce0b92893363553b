import type { Pool, PoolClient } from 'pg';
import { EngineError } from '../../../engine/errors.ts';

/** The steps by which our own tables came about. A step is never changed once it is released. */
const migrations: readonly string[] = [
  `CREATE TABLE runwire.executors (
     id text PRIMARY KEY,
     pid integer NOT NULL,
     loop integer NOT NULL,
     version text NOT NULL,
     lock bigint NOT NULL,
     started_at timestamptz NOT NULL DEFAULT now(),
     beat_at timestamptz NOT NULL DEFAULT now()
   );
   CREATE TABLE runwire.runs (
     workflow_id text PRIMARY KEY,
     tenant text NOT NULL,
     id text NOT NULL,
     run_id text NOT NULL,
     conversation text NOT NULL,
     conversation_id text NOT NULL,
     parent_run_id text,
     agent text,
     model text NOT NULL,
     prompt text,
     started_ms bigint NOT NULL,
     started_at text NOT NULL,
     queue text,
     head text NOT NULL,
     outcome text,
     ended_at timestamptz,
     takeovers integer NOT NULL DEFAULT 0,
     steps_before integer NOT NULL DEFAULT -1,
     UNIQUE (tenant, id)
   );
   CREATE INDEX runs_newest ON runwire.runs (tenant, started_ms DESC, id DESC);
   CREATE INDEX runs_conversation ON runwire.runs (tenant, conversation, started_ms DESC);
   CREATE INDEX runs_ended ON runwire.runs (ended_at) WHERE ended_at IS NOT NULL;
   CREATE TABLE runwire.stops (
     id bigserial PRIMARY KEY,
     workflow_id text NOT NULL REFERENCES runwire.runs ON DELETE CASCADE,
     error text NOT NULL
   );
   CREATE INDEX stops_run ON runwire.stops (workflow_id);
   CREATE VIEW runwire.living AS
     SELECT e.id, e.pid FROM runwire.executors e
     WHERE e.beat_at > now() - interval '15 seconds'
       AND EXISTS (
         SELECT 1 FROM pg_locks l
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND ((l.classid::bigint << 32) | l.objid::bigint) = e.lock
       );`,
  // Requests to a run that another process drives, and lines that are too long for the tables of DBOS.
  `CREATE TABLE runwire.requests (
     id text PRIMARY KEY,
     workflow_id text NOT NULL REFERENCES runwire.runs ON DELETE CASCADE,
     body text NOT NULL,
     reply text,
     is_awaited boolean NOT NULL,
     is_taken boolean NOT NULL DEFAULT false,
     made_at timestamptz NOT NULL DEFAULT now()
   );
   CREATE INDEX requests_run ON runwire.requests (workflow_id, made_at);
   CREATE TABLE runwire.blobs (
     workflow_id text NOT NULL REFERENCES runwire.runs ON DELETE CASCADE,
     id text NOT NULL,
     body text NOT NULL,
     PRIMARY KEY (workflow_id, id)
   );`,
];

/** The version of our tables; a database of a later one is not touched. */
export const SCHEMA_VERSION = migrations.length;

/** Taken while tables are made: several processes may start at once. */
const migrationLock = 7_236_116_004_001;
const lockPollMs = 100;

/** Does something that only one process of a database may do at a time, as making tables is. */
export async function alone<T>(pool: Pool, act: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    // Not by waiting in the server: who waits there has a snapshot, which an index that is built concurrently waits for.
    while (!(await tryLock(client))) await new Promise((resolve) => setTimeout(resolve, lockPollMs));
    return await act();
  } finally {
    // With the connection the lock goes too.
    client.release(true);
  }
}

async function tryLock(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ ok: boolean }>('SELECT pg_try_advisory_lock($1) AS ok', [migrationLock]);
  return rows[0]?.ok === true;
}

/** Brings our own tables up to date. Errors: `store.unavailable` for a database of a later version. */
export async function migrate(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('CREATE SCHEMA IF NOT EXISTS runwire');
    await client.query('CREATE TABLE IF NOT EXISTS runwire.meta (version integer NOT NULL)');
    const { rows } = await client.query<{ version: number }>('SELECT version FROM runwire.meta');
    const version = rows[0]?.version ?? 0;
    if (version > SCHEMA_VERSION) throw newer(version);
    for (const step of migrations.slice(version)) await client.query(step);
    if (rows.length === 0) await client.query('INSERT INTO runwire.meta VALUES ($1)', [SCHEMA_VERSION]);
    else await client.query('UPDATE runwire.meta SET version = $1', [SCHEMA_VERSION]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

const newer = (version: number) =>
  new EngineError(
    'store.unavailable',
    `The tables of Runwire in the database have version ${version}, this program knows ${SCHEMA_VERSION}; update it.`,
    { reason: 'newer' },
  );
