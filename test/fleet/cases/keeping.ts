import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunStartParams } from '../../../protocol/run.ts';
import { storeCommand } from '../../../server/cli/store/store-command.ts';
import { retain } from '../../../server/executors/dbos/tables/retention.ts';
import { createLocalExecutor } from '../../../server/executors/local/local-executor.ts';
import { defaultLimits } from '../../../server/limits.ts';
import { executorDeps } from '../../executors/deps.ts';
import { TestOwner } from '../../executors/test-owner.ts';
import type { TestFleet } from '../../support/postgres/fleet.ts';

/** What is kept of the runs in a database, and the commands that read and delete there. */
export function keepingCases(fleet: () => TestFleet): void {
  describe('retention', () => {
    let pool: Pool;
    let tenant: string;
    let added = 0;
    beforeEach(async () => {
      pool = (await fleet().opened).pool;
      tenant = randomUUID();
    });

    /** Runs of so many conversations each, which ended so many days ago; null: they go on. */
    const add = (conversations: number, { runs = 1, days = 800 as number | null, outcome = 'ok' } = {}) => {
      added += 1;
      return pool.query(
        `WITH added AS (
           INSERT INTO runwire.runs (workflow_id, tenant, id, run_id, conversation, conversation_id, model, started_ms,
             started_at, head, outcome, ended_at)
           SELECT $1 || gen_random_uuid(), $1, gen_random_uuid(), 'r', c || '.' || $6::integer, 'c', 'test', r, 'then', '{}',
             CASE WHEN $3::integer IS NULL THEN NULL ELSE $4 END, now() - make_interval(days => $3)
           FROM generate_series(1, $2) c, generate_series(1, $5) r
           RETURNING workflow_id
         )
         INSERT INTO dbos.workflow_status (workflow_uuid, status, created_at, updated_at)
         SELECT workflow_id, 'SUCCESS', 0, 0 FROM added`,
        [tenant, conversations, days, outcome, runs, added],
      );
    };
    const left = async () =>
      (
        await pool.query<{ runs: number; workflows: number }>(
          `SELECT count(*)::int AS runs, count(w.workflow_uuid)::int AS workflows
           FROM runwire.runs r LEFT JOIN dbos.workflow_status w ON w.workflow_uuid = r.workflow_id WHERE tenant = $1`,
          [tenant],
        )
      ).rows[0];

    it('deletes what ended too long ago, in batches of a thousand, with what DBOS has of it', async () => {
      await add(2500);
      await add(3, { days: 10 });
      const deletes: string[] = [];
      const counting = {
        connect: async () => {
          const client = await pool.connect();
          const query = (sql: string, values: unknown[]) => {
            if (sql.includes('DELETE')) deletes.push(sql);
            return client.query(sql, values);
          };
          return { query, release: () => client.release() };
        },
      } as unknown as Pool;
      expect(await retain(counting, { days: 365, runs: null })).toBe(2500);
      expect(deletes).toHaveLength(3);
      expect(await left()).toEqual({ runs: 3, workflows: 3 });
    });

    it('keeps a conversation whole, one that goes on, and one that waits for results', async () => {
      await add(1, { runs: 3 });
      await add(1, { runs: 1, days: null });
      await add(1, { runs: 2, outcome: 'def' });
      const { rows } = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM runwire.runs');
      // All but two are kept: those of the oldest conversation that is over go, with the third.
      expect(await retain(pool, { days: null, runs: (rows[0]?.count ?? 0) - 2 })).toBe(3);
      expect(await left()).toEqual({ runs: 3, workflows: 3 });
    });

    it('is the work of one process at a time', async () => {
      await add(1);
      const other = await pool.connect();
      await other.query('SELECT pg_advisory_lock(7236116004002)');
      expect(await retain(pool, { days: 365, runs: null })).toBe(0);
      await other.query('SELECT pg_advisory_unlock(7236116004002)');
      other.release();
      expect(await retain(pool, { days: 365, runs: null })).toBe(1);
    });
  });

  describe('runwire store on a database', () => {
    it('lists, shows, searches, exports and deletes the conversations of a tenant', async () => {
      const tenant = randomUUID();
      const executor = createLocalExecutor({ ...executorDeps, limits: defaultLimits, store: fleet().tenant(tenant) });
      const params = { runId: 'r', prompt: 'find the needle', model: 'test', conversationId: 'talk' } as RunStartParams;
      const run = await executor.start(params, new TestOwner({ isPolling: true }));
      await run.result({}, new AbortController().signal);
      await (await fleet().opened).flush();
      const store = async (...args: string[]) => {
        let text = '';
        const stream = { isTerminal: false, write: (piece: string) => (text += piece) };
        const database = { store: (name: string) => fleet().tenant(name).open(), close: async () => undefined };
        const desk = { stdout: stream, stderr: stream, env: {}, open: () => executor, database };
        const code = await storeCommand.run([...args, '--tenant', tenant], {
          ...desk,
          interrupted: new AbortController().signal,
        });
        return { code, text };
      };
      expect((await store('ls', '--runs')).text).toMatch(/^r .* success +find the needle/m);
      expect((await store('show', 'talk')).text).toContain('user> find the needle');
      expect(await store('grep', 'needle')).toMatchObject({
        code: 0,
        text: expect.stringContaining('find the needle'),
      });
      expect(JSON.parse((await store('export', 'r')).text)).toHaveLength(2);
      expect((await store('export', 'r', '--format', 'html')).text).toContain('<html');
      expect((await store('verify')).text).toBe('1 runs were read, 0 of them are damaged\n');
      expect(await store('adopt')).toMatchObject({ code: 2 });
      expect((await store('rm', 'talk')).text).toBe('1 runs were deleted\n');
      expect((await store('ls', '--runs', '--json')).text).toContain('"runs":[]');
    });
  });
}
