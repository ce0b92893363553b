import type { ModelMessage } from '../../../protocol/messages/messages.ts';
import type { RunError } from '../../../protocol/result.ts';
import { EngineError } from '../../engine/errors.ts';
import { parseExact, stringifyExact } from '../../engine/json/exact-json.ts';
import type { RawLine } from '../../store/line.ts';
import { conversationOf, idOf, newRef, type RunRef, type Tag } from '../../store/names.ts';
import { endOf, headSummary, promptExcerpt } from '../../store/run-detail.ts';
import type { OwnedRun, QueuedIn, SharedStore, Store, StoredChild, StoredSummary, Taken } from '../../store/store.ts';
import type { RunHead, StoredHistory } from '../../store/stored-lines.ts';
import { StoredRun } from '../../store/stored-run.ts';
import { unavailable } from './database-errors.ts';
import type { Fleet } from './fleet.ts';
import type { FleetLine, FleetLog } from './fleet-log.ts';

const outcomes = { ok: 'success', def: 'deferred', can: 'cancelled', err: 'failed' } as const;

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
  readonly id: string;
  readonly run_id: string;
  readonly conversation: string;
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
  readonly ended: boolean;
}

const select = `
  SELECT r.workflow_id, r.id, r.run_id, r.conversation, r.conversation_id, r.parent_run_id, r.agent, r.model, r.prompt, r.started_ms, r.started_at,
         r.outcome, w.status, w.executor_id, w.queue_name, l.pid
  FROM runwire.runs r
  LEFT JOIN dbos.workflow_status w ON w.workflow_uuid = r.workflow_id
  LEFT JOIN runwire.living l ON l.id = w.executor_id AND w.status = 'PENDING'`;
const newest = 'ORDER BY r.started_ms DESC, r.id DESC';

/** The runs of one tenant in the database of a fleet. */
export class FleetStore implements Store, SharedStore {
  readonly epoch: string;
  readonly tenant: string;
  readonly #open: () => Promise<Fleet>;
  readonly #owned = new Map<OwnedRun['file'], FleetLog>();
  onStop: SharedStore['onStop'] = () => false;

  /** `epoch` is the id of this process in the fleet; it is opened with the first request. */
  constructor(tenant: string, epoch: string, open: () => Promise<Fleet>) {
    this.tenant = tenant;
    this.epoch = epoch;
    this.#open = open;
  }

  get shared(): this {
    return this;
  }

  async create(head: RunHead, claims: { id: boolean; conversation: boolean }): Promise<OwnedRun | Taken> {
    return this.#guard(async (fleet) => {
      const ref = newRef(head, `live-${this.epoch}`);
      const created = await this.#insert(fleet, { head, ref, claims, queue: null });
      if ('taken' in created) return created;
      return this.#undone(fleet, created.workflowId, async () => {
        const log = await fleet.start(created.workflowId);
        this.#listen(log, head.runId);
        return this.#own(ref, log);
      });
    });
  }

  async enqueue(
    head: RunHead,
    claims: { id: boolean; conversation: boolean },
    into: QueuedIn,
  ): Promise<RunRef | Taken> {
    return this.#guard(async (fleet) => {
      const ref = newRef(head, 'park');
      const created = await this.#insert(fleet, { head, ref, claims, queue: into.queue });
      if ('taken' in created) return created;
      const partition = partitionOf(into.tenant || this.tenant);
      return this.#undone(fleet, created.workflowId, async () => {
        await fleet.enqueue(created.workflowId, { ...into, partition });
        return ref;
      });
    });
  }

  /** A run that could not be begun leaves nothing in the tables. */
  async #undone<T>(fleet: Fleet, workflowId: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      await deleteRuns(fleet, [workflowId]).catch(() => undefined);
      throw error;
    }
  }

  isQueued(ref: RunRef): boolean {
    return (ref as FleetRef).isQueued === true;
  }

  find(runId: string): Promise<FleetRef | null> {
    return this.#first('r.id = $2', idOf(runId));
  }

  refs(): Promise<FleetRef[]> {
    return this.#refs(`WHERE r.tenant = $1 ${newest}`, []);
  }

  ofConversation(conversationId: string): Promise<FleetRef[]> {
    return this.#refs(`WHERE r.tenant = $1 AND r.conversation = $2 ${newest}`, [conversationOf(conversationId)]);
  }

  async openChildren(runId: string): Promise<StoredChild[]> {
    const refs = await this.#refs('WHERE r.tenant = $1 AND r.outcome IS NULL AND r.parent_run_id = $2', [runId]);
    return refs.map((ref) => ({ ref, runId: ref.summary.runId }));
  }

  async load(given: RunRef): Promise<StoredRun | null> {
    return this.#guard(async (fleet) => {
      const ref = await this.#first('r.id = $2', given.id);
      if (!ref) return null;
      const { rows } = await fleet.pool.query<{ head: string }>(
        'SELECT head FROM runwire.runs WHERE workflow_id = $1',
        [ref.workflowId],
      );
      if (!rows[0]) return null;
      const lines = await linesOf(fleet, ref.workflowId);
      const all = [{ n: 0, k: 'run', ...(parseExact(rows[0].head) as object) }, ...lines] as RawLine[];
      return new StoredRun(ref, { lines: all, size: 0, damagedLine: null });
    });
  }

  async summary(given: RunRef): Promise<StoredSummary | null> {
    const ref = given as FleetRef;
    const ended = outcomes[ref.tag as keyof typeof outcomes];
    if (ended !== undefined || ref.driver !== null || ref.isQueued)
      return { ref, ...ref.summary, outcome: ended ?? null };
    // Lines are the truth: a run may have ended just before its process did.
    const run = await this.load(ref);
    return run && { ref: run.ref, ...ref.summary, outcome: run.result?.outcome ?? null };
  }

  async endedSummary(ref: RunRef): Promise<StoredSummary | null> {
    const run = await this.load(ref);
    const result = run?.result;
    return run && result
      ? { ref: run.ref, ...headSummary(run.head), outcome: result.outcome, end: endOf(result) }
      : null;
  }

  async historyOf({ from, messages }: StoredHistory): Promise<ModelMessage[]> {
    if (!from) return [...messages];
    const ref = await this.find(from.runId);
    const run = ref && (await this.load(ref));
    if (!run)
      throw new EngineError(
        'run.notFound',
        `Run '${from.runId}', which another one goes on from, is not in the database.`,
      );
    return [...(await this.messagesOf(run)).messages.slice(0, from.count), ...messages];
  }

  async messagesOf(run: StoredRun): Promise<{ messages: ModelMessage[]; newMessageIndex: number }> {
    return run.messagesAfter(await this.historyOf(run.head.history));
  }

  driverOf(ref: RunRef): number | null {
    return (ref as FleetRef).driver;
  }

  async claim(ref: RunRef): Promise<{ owned: OwnedRun; run: StoredRun } | null> {
    return this.#guard(async (fleet) => {
      const workflowId = this.#workflowOf(ref.id);
      // One that came out of a queue is this process's already, and nobody drives it yet.
      const came = fleet.logOf(workflowId);
      const log = came && !this.#owned.has(came) ? came : await fleet.claim(workflowId);
      return log && this.#claimed(ref, log);
    });
  }

  release(owned: OwnedRun, tag: Tag): void {
    const log = this.#owned.get(owned.file);
    if (!log) return;
    this.#owned.delete(owned.file);
    owned.ref = { ...owned.ref, tag };
    if (tag === 'park') log.giveBack();
    else log.close(tag);
  }

  async remove(refs: readonly RunRef[]): Promise<RunRef | null> {
    return this.#guard(async (fleet) => {
      for (const ref of refs) {
        const now = await this.#first('r.id = $2', ref.id);
        if (now && (now.driver !== null || now.isQueued)) return ref;
      }
      await deleteRuns(
        fleet,
        refs.map(({ id }) => this.#workflowOf(id)),
      );
      return null;
    });
  }

  async flush(): Promise<void> {
    await this.#guard((fleet) => fleet.flush());
  }

  close(): void {
    for (const log of this.#owned.values()) log.giveBack();
    this.#owned.clear();
  }

  async changed(
    run: StoredRun,
    { signal, ms }: { signal: AbortSignal; ms: number },
  ): Promise<StoredRun | null | undefined> {
    return this.#guard(async (fleet) => {
      await fleet.wakes.next(this.#workflowOf(run.ref.id), signal, ms);
      signal.throwIfAborted();
      return this.load(run.ref);
    });
  }

  drop(owned: OwnedRun): void {
    const log = this.#owned.get(owned.file);
    this.release(owned, 'park');
    if (log)
      void log.closed.then(() => this.#guard((fleet) => deleteRuns(fleet, [log.workflowId]))).catch(() => undefined);
  }

  async requestStop(ref: RunRef, error: RunError): Promise<boolean> {
    return this.#guard(async (fleet) => {
      const workflowId = this.#workflowOf(ref.id);
      if (await fleet.unqueue(workflowId)) return false;
      await fleet.pool.query('INSERT INTO runwire.stops (workflow_id, error) VALUES ($1, $2)', [
        workflowId,
        JSON.stringify(error),
      ]);
      fleet.wakes.requestStop(workflowId);
      return true;
    });
  }

  /** Ids of DBOS are those of one database: a tenant is part of them, and no id of a host is. */
  #workflowOf(id: string): string {
    return `${idOf(this.tenant).slice(0, 16)}-${id}`;
  }

  async #claimed(ref: RunRef, log: FleetLog): Promise<{ owned: OwnedRun; run: StoredRun }> {
    const owned = this.#own({ ...ref, tag: `live-${this.epoch}` }, log);
    const run = await this.load(owned.ref);
    if (run) {
      this.#listen(log, run.runId);
      log.onStopRequest();
      return { owned, run };
    }
    this.release(owned, 'park');
    throw new EngineError('run.notFound', 'The run is not in the database any more.');
  }

  #listen(log: FleetLog, runId: string): void {
    // What cannot be read now is read with the next notification, or by the next owner.
    log.onStopRequest = () => void this.#readStops(log, runId).catch(() => undefined);
  }

  #own(ref: RunRef, log: FleetLog): OwnedRun {
    this.#owned.set(log, log);
    return { ref, file: log };
  }

  /** Takes the requests to stop a run that came while it was driven here, or before; it may still be rebuilt. */
  async #readStops(log: FleetLog, runId: string): Promise<void> {
    const { pool } = await this.#open();
    for (;;) {
      const { rows } = await pool.query<{ id: string; error: string }>(
        'SELECT id, error FROM runwire.stops WHERE workflow_id = $1 ORDER BY id',
        [log.workflowId],
      );
      const taken = rows.filter(({ error }) => this.onStop(runId, JSON.parse(error) as RunError));
      const ids = taken.map(({ id }) => id);
      if (ids.length > 0) await pool.query('DELETE FROM runwire.stops WHERE id = ANY($1)', [ids]);
      if (taken.length === rows.length || log.tag) return;
      await new Promise((resolve) => setTimeout(resolve, stopPollMs));
    }
  }

  async #insert(
    fleet: Fleet,
    {
      head,
      ref,
      claims,
      queue,
    }: { head: RunHead; ref: RunRef; claims: { id: boolean; conversation: boolean }; queue: string | null },
  ): Promise<Taken | { workflowId: string }> {
    const workflowId = this.#workflowOf(ref.id);
    const client = await fleet.pool.connect();
    try {
      await client.query('BEGIN');
      if (claims.conversation) {
        await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
          `${this.tenant}\n${ref.conversation}`,
        ]);
        const open = await this.#openIn(ref.conversation);
        if (open) {
          await client.query('ROLLBACK');
          return { taken: 'conversation', by: open };
        }
      }
      const { rowCount } = await client.query(
        `INSERT INTO runwire.runs (workflow_id, tenant, id, run_id, conversation, conversation_id, parent_run_id, agent,
           model, prompt, started_ms, started_at, queue, head)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING`,
        [
          workflowId,
          this.tenant,
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
      await client.query('COMMIT');
      if (rowCount === 1) return { workflowId };
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
    return { taken: 'id', by: (await this.#first('r.id = $2', ref.id)) ?? ref };
  }

  async #openIn(conversation: string): Promise<FleetRef | null> {
    const refs = await this.#refs(
      `WHERE r.tenant = $1 AND r.conversation = $2 AND r.outcome IS NULL AND r.parent_run_id IS NULL ${newest}`,
      [conversation],
    );
    for (const ref of refs) if (!(await this.load(ref))?.result) return ref;
    return null;
  }

  async #first(condition: string, value: string): Promise<FleetRef | null> {
    return (await this.#refs(`WHERE r.tenant = $1 AND ${condition}`, [value]))[0] ?? null;
  }

  #refs(condition: string, values: readonly unknown[]): Promise<FleetRef[]> {
    return this.#guard(async ({ pool }) => {
      const { rows } = await pool.query<Row>(`${select} ${condition}`, [this.tenant, ...values]);
      return rows.map((row) => this.#refOf(row));
    });
  }

  #drives(workflowId: string): boolean {
    return [...this.#owned.values()].some((log) => log.workflowId === workflowId);
  }

  #refOf(row: Row): FleetRef {
    const startedAtMs = Number(row.started_ms);
    // A worker that is gone leaves its runs to the others.
    const isLeft = row.status === 'PENDING' && row.queue_name !== null && row.pid === null;
    const isQueued = row.outcome === null && (row.status === 'ENQUEUED' || isLeft);
    const isRunning = row.outcome === null && row.status === 'PENDING' && row.pid !== null;
    // One that has just come here out of a queue is free until it is claimed.
    const isDriven = isRunning && (row.executor_id !== this.epoch || this.#drives(row.workflow_id));
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

  /** Errors of the database are those of the store. */
  async #guard<T>(act: (fleet: Fleet) => Promise<T>): Promise<T> {
    try {
      return await act(await this.#open());
    } catch (error) {
      throw unavailable(error);
    }
  }
}

/** The lines of a run, in the order in which they were recorded, numbered after the head. */
export async function linesOf({ pool }: Fleet, workflowId: string): Promise<RawLine[]> {
  const { rows } = await pool.query<{ output: string | null }>(
    'SELECT output FROM dbos.operation_outputs WHERE workflow_uuid = $1 ORDER BY function_id',
    [workflowId],
  );
  const lines = rows.flatMap(({ output }) => (output ? (parseExact(output) as FleetLine[]) : []));
  return lines.map((line, index) => ({ n: index + 1, ...line }));
}

/** Deletes runs with all that DBOS has of them. */
export async function deleteRuns({ pool }: Pick<Fleet, 'pool'>, workflowIds: readonly string[]): Promise<void> {
  await pool.query('DELETE FROM runwire.runs WHERE workflow_id = ANY($1)', [workflowIds]);
  await pool.query('DELETE FROM dbos.workflow_status WHERE workflow_uuid = ANY($1)', [workflowIds]);
}

/** Queues are shared among tenants by so many parts: each sweep of a worker goes over all of them. */
const partitions = 64;

/** How soon a run that is being rebuilt is looked for again, to be stopped, in milliseconds. */
const stopPollMs = 100;

const partitionOf = (tenant: string): string => `p${Number.parseInt(idOf(tenant).slice(0, 8), 16) % partitions}`;
