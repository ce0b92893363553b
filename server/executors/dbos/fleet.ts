import { randomUUID } from 'node:crypto';
import { DBOS, Error as DbosError } from '@dbos-inc/dbos-sdk';
import { getCurrentContextStore } from '@dbos-inc/dbos-sdk/internal/context';
import { DBOSExecutor } from '@dbos-inc/dbos-sdk/internal/dbos-executor';
import { type ClientConfig, Pool } from 'pg';
import { EngineError } from '../../engine/errors.ts';
import { LOOP_VERSION } from '../../engine/steps/steps.ts';
import type { Log } from '../../log.ts';
import { patiently, unavailable } from './database-errors.ts';
import { FleetLog } from './fleet-log.ts';
import { notify, Presence } from './presence.ts';
import { reap } from './reaper.ts';
import { alone, migrate } from './schema.ts';
import { serializer } from './serializer.ts';
import { Wakes } from './wakes.ts';

/** The name under which all processes of Runwire share a database, and that of their one workflow. */
const application = 'runwire';
const workflow = 'run';

/** Connections of one process, beside the one that listens. */
const poolSize = 10;
/** A process that stands still in a transaction must not hold up those that take its runs over, in milliseconds. */
const idleTransactionMs = 5000;
/** How often dead processes are looked for, in milliseconds. */
const reapMs = 500;

/** Options of a `Fleet`. */
export interface FleetOptions {
  /** Stands for this process; unique for each start. */
  readonly id: string;
  /** Address of the database, with its password: shown nowhere. */
  readonly url: string;
  readonly version: string;
  readonly log: Log;
  /** Present for a worker: the queue that it takes runs from. */
  readonly queue?: { readonly name: string; readonly slots: number };
}

/** What takes over a run that was waiting in a queue. */
export type Adopt = (workflowId: string) => Promise<void>;

/**
 * This process as a member of a fleet: DBOS keeps the lines of the runs, each as a step of a workflow, and refuses those of
 * a process that has lost its run. There is one fleet in a process, as there is one DBOS.
 */
export class Fleet {
  readonly pool: Pool;
  readonly id: string;
  readonly wakes: Wakes;
  readonly #options: FleetOptions;
  readonly #presence: Presence;
  /** The runs that this process drives, by workflow. */
  readonly #logs = new Map<string, FleetLog>();
  /** Runs that were given up, and are being marked as such. */
  readonly #leaving = new Set<FleetLog>();
  #reaping: NodeJS.Timeout | undefined;
  /** Replaced by a worker before it takes runs. */
  adopt: Adopt = () => Promise.resolve();

  private constructor(options: FleetOptions) {
    this.#options = options;
    this.id = options.id;
    const connection: ClientConfig = { connectionString: options.url, connectionTimeoutMillis: 30_000 };
    this.pool = new Pool({
      ...connection,
      max: poolSize,
      keepAlive: true,
      idle_in_transaction_session_timeout: idleTransactionMs,
    });
    const onDebug = (text: string) => options.log.debug(text);
    this.pool.on('error', (error) => onDebug(`database: ${error.message}`));
    this.wakes = new Wakes((payload) => notify(this.pool, payload), onDebug);
    this.#presence = new Presence({
      ...options,
      loop: LOOP_VERSION,
      pool: this.pool,
      connection,
      onDebug,
      onNotification: (payload) => this.#notified(payload),
    });
  }

  /** Errors: `store.unavailable`. */
  static async open(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options);
    try {
      await alone(fleet.pool, async () => {
        await migrate(fleet.pool);
        await fleet.#launch();
      });
      await fleet.#presence.begin();
    } catch (error) {
      current = null;
      await DBOS.shutdown().catch(() => undefined);
      await fleet.pool.end().catch(() => undefined);
      throw unavailable(error);
    }
    return fleet;
  }

  /** Takes runs from the queue, and those of processes that are gone. */
  async work(adopt: Adopt): Promise<void> {
    this.adopt = adopt;
    const { queue, log } = this.#options;
    if (queue)
      await DBOS.registerQueue(queue.name, {
        workerConcurrency: queue.slots,
        partitionWorkerConcurrency: queue.slots,
        minPollingIntervalMs: 250,
      });
    this.#reaping = setInterval(() => {
      // Who cannot show that it lives itself is no judge of others.
      if (!this.#presence.isShown) return;
      void reap(this.pool, { version: versionOf(LOOP_VERSION), self: this.id }).catch((error: Error) =>
        log.debug(`reaper: ${error.message}`),
      );
    }, reapMs);
    this.#reaping.unref();
  }

  /** Takes no more runs from the queue; those it has go on. */
  async stopTaking(): Promise<void> {
    clearInterval(this.#reaping);
    await DBOSExecutor.globalInstance?.deactivateEventReceivers();
  }

  /** The log of a run that begins here. Errors: those of the database. */
  async start(workflowId: string): Promise<FleetLog> {
    const log = this.#open(workflowId);
    try {
      const handle = await DBOS.startWorkflow(runWorkflow, { workflowID: workflowId })(workflowId);
      handle.getResult().catch(() => undefined);
    } catch (error) {
      this.#logs.delete(workflowId);
      throw error;
    }
    return log;
  }

  /** Puts a run into a queue. Errors: those of the database. */
  async enqueue(
    workflowId: string,
    { queue, priority, partition }: { queue: string; priority: number; partition: string },
  ): Promise<void> {
    const of = { queueName: queue, workflowName: workflow, workflowID: workflowId };
    const place = { priority, queuePartitionKey: partition };
    await DBOS.enqueueWorkflowWithOptions({ ...of, ...place, appVersion: versionOf(LOOP_VERSION) }, workflowId);
  }

  /** Takes a run out of its queue; false when it is in none any more. */
  async unqueue(workflowId: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE dbos.workflow_status SET status = 'CANCELLED', queue_name = NULL, queue_partition_key = NULL
       WHERE workflow_uuid = $1 AND status = 'ENQUEUED'`,
      [workflowId],
    );
    return rowCount === 1;
  }

  /**
   * Takes a run over that nobody drives; null when somebody else was first. The claim is DBOS's own, for one workflow instead
   * of all of a process: it keeps the count of attempts, and writes the token by which the former owner is refused.
   */
  async claim(workflowId: string): Promise<FleetLog | null> {
    const token = randomUUID();
    const { rowCount } = await this.pool.query(
      `UPDATE dbos.workflow_status w
       SET status = 'PENDING', executor_id = $2, owner_xid = $3, recovery_attempts = recovery_attempts + 1,
           completed_at = NULL, updated_at = (EXTRACT(EPOCH FROM now()) * 1000)::bigint
       WHERE workflow_uuid = $1
         AND (status = 'CANCELLED'
           OR (status = 'PENDING' AND NOT EXISTS (SELECT 1 FROM runwire.living l WHERE l.id = w.executor_id)))`,
      [workflowId, this.id, token],
    );
    if (rowCount !== 1) return null;
    const log = this.#open(workflowId);
    const executor = DBOSExecutor.globalInstance;
    const status = await executor?.systemDatabase.getWorkflowStatuses([workflowId]);
    const claimed = status?.get(workflowId);
    if (!executor || !claimed) throw new Error(`the workflow '${workflowId}' is gone`);
    const handle = await executor.executeDequeuedWorkflow(claimed, token);
    handle.getResult().catch(() => undefined);
    return log;
  }

  /** The log of a run that this process drives. */
  logOf(workflowId: string): FleetLog | undefined {
    return this.#logs.get(workflowId);
  }

  /** Resolves when what was appended so far is written, and those that were given up have been. */
  async flush(): Promise<void> {
    const parked = [...this.#logs.values()].filter(({ tag }) => tag);
    await Promise.all([...parked, ...this.#leaving].map(({ closed }) => closed));
  }

  /** Takes no more runs, gives up those it drives, and leaves. */
  async close(): Promise<void> {
    clearInterval(this.#reaping);
    for (const log of this.#logs.values()) log.giveBack();
    await Promise.race([this.flush(), new Promise((resolve) => setTimeout(resolve, 2000))]);
    current = null;
    await DBOS.shutdown().catch(() => undefined);
    // The lock goes last: until then nobody takes these runs for abandoned.
    await this.#presence.end();
    this.wakes.close();
    await this.pool.end().catch(() => undefined);
  }

  /** The body of a workflow: writes the lines of a run for as long as it is driven here. */
  async write(workflowId: string): Promise<void> {
    const { rows } = await patiently(() =>
      this.pool.query<{ last: number | null }>(
        'SELECT max(function_id) AS last FROM dbos.operation_outputs WHERE workflow_uuid = $1',
        [workflowId],
      ),
    );
    // What is recorded is read at once, not step by step: DBOS counts on from there.
    const context = getCurrentContextStore();
    if (context) context.curWFFunctionId = (rows[0]?.last ?? -1) + 1;
    const known = this.#logs.get(workflowId);
    // One that is being written already is of an execution that has lost the run: it came back out of the queue.
    if (known?.isTaken) known.fail(lost(workflowId, null));
    const isQueued = !known || known.isTaken;
    const log = isQueued ? this.#open(workflowId) : known;
    log.isTaken = true;
    try {
      if (isQueued) this.#adopt(log);
      await this.#writeAll(log);
      // From here on it may come back, out of its queue or by a claim.
      this.#logs.delete(workflowId);
      this.#leaving.add(log);
      await this.#leave(log);
    } catch (error) {
      log.fail(lost(workflowId, error));
      throw error;
    } finally {
      if (this.#logs.get(workflowId) === log) this.#logs.delete(workflowId);
      this.#leaving.delete(log);
      log.end();
    }
  }

  /** A run that this worker cannot continue, as for want of a key, waits for somebody who can. */
  #adopt(log: FleetLog): void {
    void patiently(() => this.adopt(log.workflowId)).catch((error: Error) => {
      this.#options.log.warn(`a run of the queue is left interrupted: ${error.message}`);
      log.close('park');
    });
  }

  async #writeAll(log: FleetLog): Promise<void> {
    for (let batch = await log.next(); batch; batch = await log.next()) {
      const { lines, name } = batch;
      await DBOS.runStep(async () => lines, { name });
      log.written();
      this.wakes.stepped(log.workflowId);
    }
  }

  async #leave({ workflowId, tag, isGivenBack }: FleetLog): Promise<void> {
    if (tag === 'park') {
      await this.#update(
        `UPDATE dbos.workflow_status
         SET status = CASE WHEN $3 AND queue_name IS NOT NULL THEN 'ENQUEUED' ELSE 'CANCELLED' END,
             owner_xid = NULL, started_at_epoch_ms = NULL
         WHERE workflow_uuid = $1 AND executor_id = $2 AND status = 'PENDING'`,
        [workflowId, this.id, isGivenBack],
      );
      throw new DbosError.DBOSWorkflowCancelledError(workflowId);
    }
    await this.#update('UPDATE runwire.runs SET outcome = $2, ended_at = now() WHERE workflow_id = $1', [
      workflowId,
      tag,
    ]);
    this.wakes.stepped(workflowId);
  }

  async #update(sql: string, values: readonly unknown[]): Promise<void> {
    await patiently(() => this.pool.query(sql, [...values]));
  }

  #open(workflowId: string): FleetLog {
    const log = new FleetLog(workflowId);
    this.#logs.set(workflowId, log);
    return log;
  }

  async #launch(): Promise<void> {
    const { id, log, queue, url } = this.#options;
    const write = (entry: unknown) => log.debug(`DBOS: ${String(entry)}`);
    DBOS.setConfig({
      name: application,
      systemDatabaseUrl: url,
      systemDatabasePool: this.pool,
      applicationVersion: versionOf(LOOP_VERSION),
      executorID: id,
      serializer,
      enableOTLP: false,
      tracingEnabled: false,
      logger: { info: write, debug: write, warn: write, error: write },
      // A host takes no run from any queue.
      listenQueues: queue ? [queue.name] : ['runwire-none'],
    });
    current = this;
    await DBOS.launch();
  }

  #notified(payload: string): void {
    const stopped = this.wakes.notified(payload);
    if (stopped !== null) this.#logs.get(stopped)?.onStopRequest();
  }
}

let current: Fleet | null = null;

/** The one workflow of DBOS: its steps are the lines of a run. */
const runWorkflow = DBOS.registerWorkflow(
  async (workflowId: string): Promise<void> => {
    if (!current) throw new Error('this process is about to end');
    await current.write(workflowId);
  },
  { name: workflow, maxRecoveryAttempts: 1_000_000 },
);

/** Processes of another version of the loop share the database, and take none of these runs. */
export const versionOf = (loop: number): string => `runwire-loop-${loop}`;

function lost(workflowId: string, error: unknown): Error {
  if (error === null || error instanceof DbosError.DBOSWorkflowConflictError)
    return new EngineError('run.owned', `Another process took the run of '${workflowId}' over.`);
  return unavailable(error);
}
