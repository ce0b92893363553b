import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Pool } from 'pg';
import type { Log } from '../../log.ts';
import { countOf, execute, executing, stopDequeuing } from './executions.ts';
import { forgetDead, reap } from './reaper.ts';

/** The queue that a worker takes runs from, and how many it drives at a time. */
export interface WorkedQueue {
  readonly name: string;
  readonly slots: number;
}

/** Options of `QueueWork`. */
export interface QueueWorkOptions {
  readonly id: string;
  readonly pool: Pool;
  readonly log: Log;
  /** The version of the loop whose runs are taken. */
  readonly version: string;
  /** False while this process cannot show that it is alive itself; it declares nobody dead then. */
  readonly isShown: () => boolean;
}

/** How often dead processes are looked for, in milliseconds. */
const reapMs = 250;
/** How often a queue is looked at, in milliseconds. */
const pollMs = 250;
/** How often rows of those that died long ago are deleted, in milliseconds. */
const forgetMs = 600_000;

/** The work of a worker: it takes runs out of a queue, and those of processes that are gone. */
export class QueueWork {
  readonly #options: QueueWorkOptions;
  #reaping: NodeJS.Timeout | undefined;
  #forgetting: NodeJS.Timeout | undefined;
  #isReaping = false;

  constructor(options: QueueWorkOptions) {
    this.#options = options;
  }

  /** Errors: those of the database. */
  async begin(queue: WorkedQueue): Promise<void> {
    await DBOS.registerQueue(queue.name, {
      workerConcurrency: queue.slots,
      partitionWorkerConcurrency: queue.slots,
      minPollingIntervalMs: pollMs,
    });
    const { pool, log } = this.#options;
    this.#reaping = setInterval(() => void this.reap(queue), reapMs).unref();
    const forget = () => forgetDead(pool).catch((error: Error) => log.debug(`reaper: ${error.message}`));
    this.#forgetting = setInterval(forget, forgetMs).unref();
  }

  /** Takes no more runs; those that are here go on. */
  async end(): Promise<void> {
    this.stop();
    await stopDequeuing();
  }

  /** The same at once. */
  stop(): void {
    clearInterval(this.#reaping);
    clearInterval(this.#forgetting);
  }

  /** Looks once for runs of dead processes, and continues those that there is room for. */
  async reap({ name, slots }: WorkedQueue): Promise<void> {
    const { pool, id, version, log, isShown } = this.#options;
    if (this.#isReaping || !isShown()) return;
    this.#isReaping = true;
    try {
      const room = Math.max(0, slots - countOf(name));
      const { workflowIds, token } = await reap(pool, { version, self: id, queue: name, room, driven: executing() });
      const begun = await execute(workflowIds, token);
      if (begun.length > 0) log.debug(`reaper: ${begun.length} runs of dead processes go on here`);
    } catch (error) {
      log.debug(`reaper: ${(error as Error).message}`);
    } finally {
      this.#isReaping = false;
    }
  }
}
