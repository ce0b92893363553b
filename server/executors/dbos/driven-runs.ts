import { Error as DbosError } from '@dbos-inc/dbos-sdk';
import { currentOwnerXid } from '@dbos-inc/dbos-sdk/internal/context';
import type { Pool } from 'pg';
import { Semaphore } from '../../callbacks/semaphore.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Log } from '../../log.ts';
import { patiently, unavailable } from './database-errors.ts';
import { FleetLog } from './fleet-log.ts';
import { nextStep, recordStep, type StepWriter } from './tables/step-outputs.ts';

/** What takes over a run that was waiting in a queue. */
export type Adopt = (workflowId: string) => Promise<void>;

/** Runs that are taken over at a time: when hundreds come at once the first go on at once, instead of all of them late. */
const adoptions = 8;

/** Options of `DrivenRuns`. */
export interface DrivenRunsOptions {
  /** Stands for this process. */
  readonly id: string;
  readonly pool: Pool;
  readonly log: Log;
  /** Called when something of a run was recorded. */
  readonly onStep: (workflowId: string) => void;
}

/** The runs that this process drives: each is written as the steps of a workflow, by the one execution that owns it. */
export class DrivenRuns {
  readonly #options: DrivenRunsOptions;
  readonly #logs = new Map<string, FleetLog>();
  /** Runs that were given up, and are being marked as such. */
  readonly #leaving = new Set<FleetLog>();
  readonly #adopting = new Semaphore(adoptions);
  /** Replaced by a worker before it takes runs. */
  adopt: Adopt = () => Promise.resolve();

  constructor(options: DrivenRunsOptions) {
    this.#options = options;
  }

  find(workflowId: string): FleetLog | undefined {
    return this.#logs.get(workflowId);
  }

  /** The log of a run that an execution is about to write. */
  open(workflowId: string): FleetLog {
    const log = new FleetLog(workflowId);
    this.#logs.set(workflowId, log);
    return log;
  }

  /** Forgets a run whose execution could not begin. */
  drop(workflowId: string): void {
    this.#logs.delete(workflowId);
  }

  /** Gives all runs up; those of queues go back there. */
  giveBack(): void {
    for (const log of this.#logs.values()) log.giveBack();
  }

  /** Resolves when what was appended so far is written, and those that were given up have been. */
  async flush(): Promise<void> {
    const parked = [...this.#logs.values()].filter(({ tag }) => tag);
    await Promise.all([...parked, ...this.#leaving].map(({ closed }) => closed));
  }

  /** The body of a workflow: writes the lines of a run for as long as it is driven here. */
  async write(workflowId: string): Promise<void> {
    const writer = { pool: this.#options.pool, workflowId, token: currentOwnerXid(workflowId) ?? '' };
    const number = await nextStep(writer);
    const known = this.#logs.get(workflowId);
    // One that is being written already is of an execution that has lost the run: it came back out of the queue.
    if (known?.isTaken) known.fail(lost(workflowId, null));
    const isQueued = !known || known.isTaken;
    const log = isQueued ? this.open(workflowId) : known;
    log.isTaken = true;
    try {
      if (isQueued) this.#adopt(log);
      await this.#writeAll(log, writer, number);
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
    void this.#adoptInTurn(log).catch((error: Error) => {
      this.#options.log.warn(`a run of the queue is left interrupted: ${error.message}`);
      log.close('park');
    });
  }

  async #adoptInTurn(log: FleetLog): Promise<void> {
    await this.#adopting.enter(new AbortController().signal);
    try {
      // It may have been given back meanwhile.
      await patiently(() => (log.tag ? Promise.resolve() : this.adopt(log.workflowId)));
    } finally {
      this.#adopting.leave();
    }
  }

  async #writeAll(log: FleetLog, writer: StepWriter, first: number): Promise<void> {
    let number = first;
    for (let batch = await log.next(); batch; batch = await log.next()) {
      if (!(await recordStep(writer, number, batch))) throw new DbosError.DBOSWorkflowConflictError(log.workflowId);
      number += 1;
      log.written();
      this.#options.onStep(log.workflowId);
    }
  }

  async #leave({ workflowId, tag, isGivenBack }: FleetLog): Promise<void> {
    if (tag === 'park') {
      await this.#update(
        `UPDATE dbos.workflow_status
         SET status = CASE WHEN $3 AND queue_name IS NOT NULL THEN 'ENQUEUED' ELSE 'CANCELLED' END,
             owner_xid = NULL, started_at_epoch_ms = NULL
         WHERE workflow_uuid = $1 AND executor_id = $2 AND status = 'PENDING'`,
        [workflowId, this.#options.id, isGivenBack],
      );
      throw new DbosError.DBOSWorkflowCancelledError(workflowId);
    }
    await this.#update('UPDATE runwire.runs SET outcome = $2, ended_at = now() WHERE workflow_id = $1', [
      workflowId,
      tag,
    ]);
    this.#options.onStep(workflowId);
  }

  async #update(sql: string, values: readonly unknown[]): Promise<void> {
    await patiently(() => this.#options.pool.query(sql, [...values]));
  }
}

function lost(workflowId: string, error: unknown): Error {
  if (error === null || error instanceof DbosError.DBOSWorkflowConflictError)
    return new EngineError('run.owned', `Another process took the run of '${workflowId}' over.`);
  return unavailable(error);
}
