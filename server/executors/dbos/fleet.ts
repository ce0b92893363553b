import { randomUUID } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { type ClientConfig, Pool } from 'pg';
import { LOOP_VERSION } from '../../engine/steps/steps.ts';
import type { Log } from '../../log.ts';
import { unavailable } from './database-errors.ts';
import { type Adopt, DrivenRuns } from './driven-runs.ts';
import { execute } from './executions.ts';
import type { FleetLog } from './fleet-log.ts';
import { QueueWork, type WorkedQueue } from './queue-work.ts';
import { serializer } from './serializer.ts';
import { ShownRuns } from './signals/delta-relay.ts';
import type { Payload } from './signals/payload.ts';
import { notify, Presence } from './signals/presence.ts';
import { RunRequests } from './signals/run-requests.ts';
import { Wakes } from './signals/wakes.ts';
import { alone, migrate } from './tables/schema.ts';

/** The name under which all processes of Runwire share a database, and that of their one workflow. */
const application = 'runwire';
const workflow = 'run';

/** Connections of one process, beside the one that listens. */
const poolSize = 10;
/** A process that stands still in a transaction must not hold up those that take its runs over, in milliseconds. */
const idleTransactionMs = 5000;

/** Options of a `Fleet`. */
export interface FleetOptions {
  /** Stands for this process; unique for each start. */
  readonly id: string;
  /** Address of the database, with its password: shown nowhere. */
  readonly url: string;
  readonly version: string;
  readonly log: Log;
  /** Present for a worker: the queue that it takes runs from. */
  readonly queue?: WorkedQueue;
}

/**
 * This process as a member of a fleet: DBOS keeps the lines of the runs, each as a step of a workflow, and refuses those of
 * a process that has lost its run. There is one fleet in a process, as there is one DBOS.
 */
export class Fleet {
  readonly pool: Pool;
  readonly id: string;
  readonly wakes: Wakes;
  readonly requests: RunRequests;
  readonly shown: ShownRuns;
  readonly #options: FleetOptions;
  readonly #presence: Presence;
  readonly #driven: DrivenRuns;
  readonly #work: QueueWork;

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
    this.wakes = new Wakes((payload) => this.notify(payload), onDebug);
    this.requests = new RunRequests(this.pool, this.wakes);
    this.shown = new ShownRuns((payload) => this.notify(payload));
    this.#presence = new Presence({
      ...options,
      loop: LOOP_VERSION,
      pool: this.pool,
      connection,
      onDebug,
      onNotification: (payload) => this.#notified(payload),
    });
    const own = { id: this.id, pool: this.pool, log: options.log };
    this.#driven = new DrivenRuns({ ...own, onStep: (workflowId) => this.wakes.stepped(workflowId) });
    const isShown = () => this.#presence.isShown;
    this.#work = new QueueWork({ ...own, version: versionOf(LOOP_VERSION), isShown });
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

  /** False while the database does not answer. */
  get isReachable(): boolean {
    return this.#presence.isReachable;
  }

  /** Takes runs from the queue, and those of processes that are gone. Errors: those of the database. */
  async work(adopt: Adopt): Promise<void> {
    this.#driven.adopt = adopt;
    const { queue } = this.#options;
    if (queue) await this.#work.begin(queue);
  }

  /** Takes no more runs from the queue; those it has go on. */
  stopTaking(): Promise<void> {
    return this.#work.end();
  }

  /** The log of a run that begins here. Errors: those of the database. */
  async start(workflowId: string): Promise<FleetLog> {
    const log = this.#driven.open(workflowId);
    try {
      const handle = await DBOS.startWorkflow(runWorkflow, { workflowID: workflowId })(workflowId);
      handle.getResult().catch(() => undefined);
    } catch (error) {
      this.#driven.drop(workflowId);
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
    const log = this.#driven.open(workflowId);
    const begun = await execute([workflowId], token);
    if (begun.length > 0) return log;
    this.#driven.drop(workflowId);
    throw new Error(`the workflow '${workflowId}' is gone`);
  }

  /** The log of a run that this process drives. */
  logOf(workflowId: string): FleetLog | undefined {
    return this.#driven.find(workflowId);
  }

  /** Resolves when what was appended so far is written, and those that were given up have been. */
  flush(): Promise<void> {
    return this.#driven.flush();
  }

  /** Sends a notification to all processes of the fleet. Errors: those of the database. */
  notify(payload: Payload): Promise<void> {
    return notify(this.pool, payload);
  }

  /** Takes no more runs, gives up those it drives, and leaves. */
  async close(): Promise<void> {
    this.#work.stop();
    this.#driven.giveBack();
    await Promise.race([this.flush(), new Promise((resolve) => setTimeout(resolve, 2000))]);
    current = null;
    await DBOS.shutdown().catch(() => undefined);
    // The lock goes last: until then nobody takes these runs for abandoned.
    await this.#presence.end();
    this.wakes.close();
    await this.pool.end().catch(() => undefined);
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
    current = this.#driven;
    await DBOS.launch();
  }

  #notified(payload: Payload): void {
    this.wakes.notified(payload);
    this.shown.notified(payload);
    if (payload.request !== undefined) this.#driven.find(payload.request)?.onRequest();
    if (payload.follow !== undefined) this.#driven.find(payload.follow)?.onFollow();
  }
}

let current: DrivenRuns | null = null;

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
