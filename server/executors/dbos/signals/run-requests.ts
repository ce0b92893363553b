import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { RunError } from '../../../../protocol/result.ts';
import { parseExact, stringifyExact } from '../../../engine/json/exact-json.ts';
import type { RunReply, RunRequest, SharedStore } from '../../../store/store.ts';
import type { FleetLog } from '../fleet-log.ts';
import type { Wakes } from './wakes.ts';

/** How soon a run that is being rebuilt is looked for again, in milliseconds. */
const rebuildPollMs = 100;
/** How long a reply is waited for, in milliseconds; twice as long once somebody has the request. */
const replyMs = 10_000;
/** How soon a reply whose notification was lost is looked for, in milliseconds. */
const replyPollMs = 500;
/** Requests to one run that wait. */
const mostWaiting = 64;

/** What became of a request: a reply, nobody who drives the run, or no room, or no reply in time. */
export type Requested = RunReply | 'undriven' | 'full' | 'late';

type Handlers = Pick<SharedStore, 'onStop' | 'onRequest'>;

/** Requests to runs that another process drives. They are rows, so that none is lost when that process dies meanwhile. */
export class RunRequests {
  readonly #pool: Pool;
  readonly #wakes: Wakes;

  constructor(pool: Pool, wakes: Wakes) {
    this.#pool = pool;
    this.#wakes = wakes;
  }

  /** Requests a run to stop; nobody waits for a reply. */
  async stop(workflowId: string, error: RunError): Promise<void> {
    await this.#pool.query('INSERT INTO runwire.stops (workflow_id, error) VALUES ($1, $2)', [
      workflowId,
      JSON.stringify(error),
    ]);
    this.#wakes.requested(workflowId);
  }

  /** Leaves a request for whoever will drive a run. */
  async leave(workflowId: string, request: RunRequest): Promise<'left' | 'full'> {
    const isThere = await this.#insert(workflowId, request, { id: randomUUID(), isAwaited: false });
    return isThere ? 'left' : 'full';
  }

  /** The requests that were left for a run, each of which is forgotten with the function beside it. */
  async left(workflowId: string): Promise<{ id: string; request: RunRequest; forget: () => Promise<void> }[]> {
    const { rows } = await this.#pool.query<{ id: string; body: string }>(
      'SELECT id, body FROM runwire.requests WHERE workflow_id = $1 AND NOT is_awaited ORDER BY made_at',
      [workflowId],
    );
    return rows.map(({ id, body }) => ({
      id,
      request: parseExact(body) as RunRequest,
      forget: async () => void (await this.#pool.query('DELETE FROM runwire.requests WHERE id = $1', [id])),
    }));
  }

  /** Sends a request to whoever drives a run, and waits for the reply. */
  async send(workflowId: string, request: RunRequest, isDriven: () => Promise<boolean>): Promise<Requested> {
    const id = randomUUID();
    let woken = this.#wakes.reply(id, replyPollMs);
    if (!(await this.#insert(workflowId, request, { id, isAwaited: true }))) return 'full';
    for (const end = Date.now() + replyMs; ; ) {
      await woken;
      woken = this.#wakes.reply(id, replyPollMs);
      const reply = await this.#replyTo(id);
      if (reply) return reply;
      if (!(await isDriven()) && (await this.#withdraw(id))) return 'undriven';
      if (Date.now() < end) continue;
      if (await this.#withdraw(id)) return 'late';
      // Somebody has it: it may be just about to be replied to.
      if (Date.now() > end + replyMs) return 'late';
    }
  }

  /** Takes what is requested of a run that is driven here; it may still be rebuilt. Those in `done` were recorded before. */
  async take(
    log: FleetLog,
    runId: string,
    { handlers, done }: { handlers: Handlers; done: ReadonlySet<string> },
  ): Promise<void> {
    if (log.isReading) {
      log.hasMore = true;
      return;
    }
    log.isReading = true;
    try {
      do {
        log.hasMore = false;
        const isAll =
          (await this.#takeStops(log, runId, handlers)) && (await this.#takeRequests(log, runId, { handlers, done }));
        if (isAll || log.tag) continue;
        log.hasMore = true;
        await new Promise((resolve) => setTimeout(resolve, rebuildPollMs));
      } while (log.hasMore && !log.tag);
    } finally {
      log.isReading = false;
    }
  }

  /** Returns false when some have to wait for the run to be there. */
  async #takeStops({ workflowId }: FleetLog, runId: string, { onStop }: Handlers): Promise<boolean> {
    const { rows } = await this.#pool.query<{ id: string; error: string }>(
      'SELECT id, error FROM runwire.stops WHERE workflow_id = $1 ORDER BY id',
      [workflowId],
    );
    const taken = rows.filter(({ error }) => onStop(runId, JSON.parse(error) as RunError));
    const ids = taken.map(({ id }) => id);
    if (ids.length > 0) await this.#pool.query('DELETE FROM runwire.stops WHERE id = ANY($1)', [ids]);
    return taken.length === rows.length;
  }

  async #takeRequests(
    { workflowId }: FleetLog,
    runId: string,
    { handlers, done }: { handlers: Handlers; done: ReadonlySet<string> },
  ): Promise<boolean> {
    // From here on whoever has sent one waits for the reply.
    const { rows } = await this.#pool.query<{ id: string; body: string }>(
      `WITH taken AS (
         UPDATE runwire.requests SET is_taken = true WHERE workflow_id = $1 AND reply IS NULL AND is_awaited
         RETURNING id, body, made_at
       )
       SELECT id, body FROM taken ORDER BY made_at`,
      [workflowId],
    );
    for (const { id, body } of rows) {
      const request = parseExact(body) as RunRequest;
      const reply = done.has(id)
        ? { result: { accepted: true, state: 'running' } }
        : handlers.onRequest(runId, { id, ...request });
      if (!reply) return false;
      await this.#reply(id, await reply);
    }
    return true;
  }

  async #reply(id: string, reply: RunReply): Promise<void> {
    await this.#pool.query('UPDATE runwire.requests SET reply = $2 WHERE id = $1', [id, stringifyExact(reply)]);
    this.#wakes.replied(id);
  }

  /** False when too many wait. */
  async #insert(
    workflowId: string,
    request: RunRequest,
    { id, isAwaited }: { id: string; isAwaited: boolean },
  ): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `INSERT INTO runwire.requests (id, workflow_id, body, is_awaited)
       SELECT $1, $2, $3, $4
       WHERE (SELECT count(*) FROM runwire.requests WHERE workflow_id = $2 AND reply IS NULL) < ${mostWaiting}`,
      [id, workflowId, stringifyExact(request), isAwaited],
    );
    if (rowCount === 1) this.#wakes.requested(workflowId);
    return rowCount === 1;
  }

  async #replyTo(id: string): Promise<RunReply | null> {
    const { rows } = await this.#pool.query<{ reply: string }>(
      'DELETE FROM runwire.requests WHERE id = $1 AND reply IS NOT NULL RETURNING reply',
      [id],
    );
    return rows[0] ? (parseExact(rows[0].reply) as RunReply) : null;
  }

  /** True when nobody had taken it, or it is gone with its run. */
  async #withdraw(id: string): Promise<boolean> {
    const { rows } = await this.#pool.query<{ is_taken: boolean }>(
      `WITH gone AS (DELETE FROM runwire.requests WHERE id = $1 AND NOT is_taken RETURNING id)
       SELECT is_taken FROM runwire.requests WHERE id = $1 AND id NOT IN (SELECT id FROM gone)`,
      [id],
    );
    return rows.length === 0;
  }
}
