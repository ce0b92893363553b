import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import type { Daemon } from '../support/daemon.ts';
import { noPostgres, type Postgres, startPostgres } from '../support/postgres/postgres.ts';
import { slow } from '../support/time-limits.ts';
import { openWorld, query, recorded, startHost, startWorker, type WorkerProcess, type World } from './world.ts';

/** It takes minutes: for `npm run test:fleet` and CI. */
const isWanted = process.env.CI !== undefined || process.env.npm_lifecycle_event === 'test:fleet';

/** A machine that does other things too makes some fifty steps a second: how long so many runs may take. */
export const mostMs = (runs: number): number => 150_000 + runs * 2000;

/** A database of its own with processes of a fleet on it, and what they are tried with. */
export class Stage {
  readonly postgres: Postgres;
  readonly url: string;
  readonly world: World;
  /** A daemon of a host, by which runs are started. */
  readonly host: Daemon;
  readonly #processes: { kill(signal: 'SIGKILL'): boolean }[] = [];

  private constructor(postgres: Postgres, url: string, world: World, host: Daemon) {
    this.postgres = postgres;
    this.url = url;
    this.world = world;
    this.host = host;
    this.#processes.push(host.child);
  }

  /** `template`: the name of a database that has the tables, which takes a second or two to make. */
  static async open(postgres: Postgres, template: string): Promise<Stage> {
    const url = await postgres.database(template);
    return new Stage(postgres, url, await openWorld(), await startHost(url));
  }

  async worker(options?: Parameters<typeof startWorker>[1]): Promise<WorkerProcess> {
    const worker = await startWorker(this.url, options);
    this.#processes.push(worker.child);
    return worker;
  }

  /** One more daemon of a host; of `url`: on another database. */
  async daemon({
    url = this.url,
    ...options
  }: { url?: string } & Parameters<typeof startHost>[1] = {}): Promise<Daemon> {
    const daemon = await startHost(url, options);
    this.#processes.push(daemon.child);
    return daemon;
  }

  /** Starts runs of so many turns; of `more`: with other parameters than those of a run in the queue. */
  async start(
    names: readonly string[],
    turns: number,
    { by = this.host, more = { queue: 'q' } }: { by?: Daemon; more?: object } = {},
  ): Promise<void> {
    for (const answer of names.map((name) => by.request('run/start', this.world.run(name, turns, more)))) {
      const { error } = await answer;
      if (error) throw new Error(`a run was not started: ${error.message}`);
    }
  }

  /** How many runs have ended. */
  async ended(): Promise<number> {
    return (await recorded(this.url)).ended;
  }

  /** The runs that a process drives. */
  async runsOf({ child }: Pick<WorkerProcess, 'child'>): Promise<string[]> {
    const { runs } = await query<{ runs: string[] | null }>(
      this.url,
      `SELECT array_agg(r.run_id) AS runs FROM runwire.runs r JOIN dbos.workflow_status w ON w.workflow_uuid = r.workflow_id
       JOIN runwire.executors e ON e.id = w.executor_id WHERE e.pid = $1 AND w.status = 'PENDING'`,
      [child.pid],
    );
    return runs ?? [];
  }

  /** The calls of a tool that were made more than once. */
  repeated(tool: 'once' | 'read'): { run: string; count: number }[] {
    const calls = [...this.world.effects.counts].filter(([name, count]) => name.endsWith(tool) && count > 1);
    return calls.map(([name, count]) => ({ run: name.split(' ')[0] ?? '', count }));
  }

  async close(): Promise<void> {
    for (const process of this.#processes) process.kill('SIGKILL');
    await this.world.close();
  }
}

/** Makes a database that has the tables, and returns its name. */
async function withTables(postgres: Postgres): Promise<string> {
  const url = await postgres.database();
  const daemon = await startHost(url);
  await daemon.request('run/list', {});
  await daemon.stop();
  return new URL(url).pathname.slice(1);
}

/** Steps of so many ended runs: a start, and for each turn a prepare, a request and a call; then the last prepare and request. */
export const stepsOf = (runs: number, turns: number): number => runs * (1 + turns * 3 + 2);

/** Names for so many runs. */
export const named = (count: number, prefix = 'run'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

/** Registers tests of processes of a fleet, on a server of their own; each test has a stage of its own. */
export function onStage(name: string, runs: number, register: (stage: () => Stage) => void): void {
  const options = { timeout: mostMs(runs) + 60_000 };
  describe.skipIf(noPostgres || !isWanted)(`${name} (npm run test:fleet)`, options, () => {
    let postgres: Postgres;
    let template: string;
    let stage: Stage | undefined;
    beforeAll(async () => {
      postgres = await startPostgres();
      template = await withTables(postgres);
    }, slow);
    afterAll(() => postgres?.remove());
    beforeEach(async () => {
      stage = await Stage.open(postgres, template);
    });
    afterEach(() => stage?.close());
    register(() => {
      if (!stage) throw new Error('the stage is there within a test');
      return stage;
    });
  });
}
