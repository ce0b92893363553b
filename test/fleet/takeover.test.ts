import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunData } from '../../server/inspector/view/run-data.ts';
import { runCommand, startInspect } from '../inspector/command.ts';
import type { Daemon } from '../support/daemon.ts';
import { noPostgres, type Postgres, startPostgres } from '../support/postgres/postgres.ts';
import {
  canary,
  openWorld,
  query,
  recorded,
  startHost,
  startWorker,
  until,
  type WorkerProcess,
  type World,
} from './world.ts';

/** It takes minutes: for `npm run test:fleet` and CI. */
const isWanted = process.env.CI !== undefined || process.env.npm_lifecycle_event === 'test:fleet';
const runs = Number(process.env.FLEET_RUNS ?? 24);
const turns = 20;
const few = Number(process.env.FLEET_RUNS ?? 12);
/** A machine that does other things too makes some fifty steps a second. */
const mostMs = 150_000 + runs * 2000;
const timeout = mostMs + 60_000;

describe.skipIf(noPostgres || !isWanted)('a fleet of workers (npm run test:fleet)', { timeout }, () => {
  let postgres: Postgres;
  let url: string;
  let world: World;
  let host: Daemon;
  const workers: WorkerProcess[] = [];

  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);
  afterAll(() => postgres?.remove());
  beforeEach(async () => {
    url = await postgres.database();
    world = await openWorld();
    host = await startHost(url);
  });
  afterEach(async () => {
    host.child.kill('SIGKILL');
    for (const { child } of workers.splice(0)) child.kill('SIGKILL');
    await world.close();
  });

  const worker = async (options?: Parameters<typeof startWorker>[1]) => {
    const started = await startWorker(url, options);
    workers.push(started);
    return started;
  };
  const enqueue = (count: number, many = turns) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        host.request('run/start', world.run(`run-${index}`, many, { queue: 'q' })),
      ),
    );
  const done = async () => (await recorded(url)).ended;
  const calls = (tool: string) => [...world.effects.counts].filter(([name]) => name.endsWith(tool));
  const repeated = (tool: string) => calls(tool).filter(([, count]) => count > 1).length;

  /** The runs that a worker drives. */
  const runsOf = async ({ child }: WorkerProcess) =>
    (
      await query<{ runs: string[] }>(
        url,
        `SELECT array_agg(r.run_id) AS runs FROM runwire.runs r JOIN dbos.workflow_status w ON w.workflow_uuid = r.workflow_id
         JOIN runwire.executors e ON e.id = w.executor_id WHERE e.pid = $1 AND w.status = 'PENDING'`,
        [child.pid],
      )
    ).runs;

  /** Messages of a run without what differs from one to the next: ids and times. */
  async function messagesOf(runId: string): Promise<unknown> {
    const { result } = await host.request('run/messages', { runId });
    return JSON.parse(JSON.stringify((result as { messages: unknown }).messages, leaveOut));
  }

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    `continues ${runs} runs of 40 steps when a worker gets %s`,
    async (signal) => {
      const slots = Math.ceil(runs / 2);
      const victim = await worker({ slots });
      await worker({ slots });
      await enqueue(runs);
      await until(() => world.effects.times.length > (runs * turns) / 3, mostMs);
      const of = await runsOf(victim);
      victim.child.kill(signal);
      const at = Date.now();
      const open = calls('').length;
      await until(async () => (await done()) === runs, mostMs);
      if (signal === 'SIGSTOP') {
        victim.child.kill('SIGCONT');
        await until(async () => (await recorded(url)).gaps === 0);
      }
      const { steps, doubled, gaps } = await recorded(url);
      // A start, and for each turn a prepare, a request and a call; then the last prepare and request.
      expect({ doubled, gaps, steps }).toEqual({ doubled: 0, gaps: 0, steps: runs * (1 + turns * 3 + 2) });
      expect(repeated('once')).toBe(0);
      expect(repeated('read')).toBeLessThanOrEqual(slots);
      const resumed = world.effects.times.find((one) => one.at > at && of.includes(one.run));
      expect(open).toBeGreaterThan(0);
      process.stdout.write(
        `${signal}: ${runs} runs ended, ${steps} steps, ${doubled} recorded twice, ${gaps} lost; ` +
          `${repeated('read')} reads and ${repeated('once')} once effects repeated; ` +
          `first step of the ${of.length} runs it had ${resumed ? resumed.at - at : '-'} ms after the signal\n`,
      );
    },
  );

  it('a run of a dead worker goes on at once, with the messages of an undisturbed one', async () => {
    world.delayMs.model = 1000;
    const victim = await worker({ slots: 1 });
    await enqueue(1, 12);
    await until(() => world.effects.times.length > 1);
    await worker({ slots: 1 });
    // One that has worked before, as workers have.
    await host.request('run/start', world.run('warm', 1, { queue: 'q', wait: true }));
    // In a request of the model, which is made again.
    const count = world.effects.times.length;
    await until(() => world.effects.times.length > count);
    world.delayMs.model = 10;
    victim.child.kill('SIGKILL');
    const at = Date.now();
    const before = world.effects.times.length;
    await until(() => world.effects.times.length > before, 15_000);
    const tookMs = (world.effects.times[before]?.at ?? 0) - at;
    process.stdout.write(`the first step after kill -9 came after ${tookMs} ms\n`);
    // It is a look for the dead each 250 ms and a request; a machine that does other things too is slower.
    expect(tookMs).toBeLessThan(3000);
    await until(async () => (await done()) === 2);
    await host.request('run/start', world.run('calm', 12, { queue: 'q', prompt: 'run-0 12' }));
    await host.request('run/wait', { runId: 'calm' });
    const [disturbed, calm] = [await messagesOf('run-0'), await messagesOf('calm')];
    // The one call that was open, if there was one, is the model's to know of.
    const unknown = JSON.stringify(disturbed).split('The outcome of this call is unknown').length - 1;
    expect(unknown).toBeLessThanOrEqual(1);
    if (unknown === 0) expect(disturbed).toEqual(calm);
  });

  it('a worker that is stopped in order gives its runs back, and others continue them', async () => {
    world.delayMs.model = 20;
    const first = await worker({ slots: 10 });
    await enqueue(10, 10);
    await until(() => world.effects.times.length > 20);
    await worker({ slots: 10 });
    first.child.kill('SIGTERM');
    await first.exited;
    expect(first.child.exitCode).toBe(143);
    await until(async () => (await done()) === 10);
    expect((await recorded(url)).doubled).toBe(0);
    expect(repeated('once')).toBe(0);
  });

  it.each(['immediate', 'fast'] as const)(`${few} runs survive a database that stops (%s) for a while`, async (how) => {
    world.delayMs.model = 20;
    await worker({ slots: few });
    await enqueue(few, 6);
    await until(() => world.effects.times.length > few);
    await postgres.stop(how);
    expect((await host.request('run/list', {})).error?.data).toMatchObject({
      kind: 'store.unavailable',
      retryAfterMs: expect.any(Number),
    });
    expect((await host.request('health/get', {})).result).toMatchObject({ store: { available: false } });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await postgres.start();
    await until(async () => (await done().catch(() => 0)) === few, mostMs);
    expect((await host.request('health/get', {})).result).toMatchObject({ store: { available: true } });
    const { doubled, gaps } = await recorded(url);
    expect({ doubled, gaps }).toEqual({ doubled: 0, gaps: 0 });
    expect(repeated('once')).toBe(0);
  });

  it('a run that three workers die over is given up', async () => {
    world.delayMs.model = 60_000;
    await enqueue(1);
    for (let death = 1; death <= 3; death += 1) {
      const one = await worker({ slots: 1 });
      // In the same request each time: what was recorded before it would count as getting further.
      await until(() => world.effects.requests === death);
      one.child.kill('SIGKILL');
      await one.exited;
    }
    await worker({ slots: 1 });
    const { result } = await host.request('run/wait', { runId: 'run-0' });
    expect(result).toMatchObject({ outcome: 'failed', error: { data: { kind: 'run.poisoned' } } });
  });

  it('workers of two versions of the loop take their own runs only', async () => {
    await worker();
    await enqueue(2, 2);
    await until(async () => (await done()) === 2);
    await enqueueOther();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { status } = await query<{ status: string }>(
      url,
      `SELECT status FROM dbos.workflow_status WHERE application_version = 'runwire-loop-1'`,
    );
    expect(status).toBe('ENQUEUED');
  });

  /** A run as a process of another version puts it into the queue. */
  const enqueueOther = () =>
    query(
      url,
      `INSERT INTO dbos.workflow_status (workflow_uuid, status, name, class_name, config_name, queue_name, queue_partition_key, executor_id,
         application_version, application_name, created_at, updated_at, priority, serialization)
       SELECT 'other', 'ENQUEUED', name, class_name, config_name, 'q', queue_partition_key, '', 'runwire-loop-1', application_name,
         created_at, updated_at, 0, serialization
       FROM dbos.workflow_status LIMIT 1 RETURNING 1`,
    );

  it('any daemon cancels a run that a worker drives, and one that still waits', async () => {
    world.delayMs.model = 300;
    await enqueue(2, 50);
    expect((await host.request('run/cancel', { runId: 'run-1' })).result).toMatchObject({ accepted: true });
    expect((await host.request('run/wait', { runId: 'run-1' })).result).toMatchObject({ outcome: 'cancelled' });
    await worker({ slots: 1 });
    await until(() => world.effects.times.length > 1);
    const other = await startHost(url);
    expect((await other.request('run/cancel', { runId: 'run-0' })).result).toMatchObject({ accepted: true });
    expect((await other.request('run/wait', { runId: 'run-0' })).result).toMatchObject({ outcome: 'cancelled' });
    other.child.kill('SIGKILL');
  });

  it('another daemon continues the run of a host, whose callbacks it is sent', async () => {
    const tools = [{ name: 'work', inputSchema: { type: 'object' } }];
    await host.request('run/start', { runId: 'r', prompt: 'hi', model: 'host:m', stream: false, tools });
    const request = await host.waitFor(({ method }) => method === 'model/request');
    const call = { part_kind: 'tool-call', tool_name: 'work', args: {}, tool_call_id: 'c' };
    host.send({ id: request.id, result: { response: { parts: [call] } } });
    await host.waitFor(({ method }) => method === 'tool/call');
    host.child.kill('SIGKILL');
    await host.exited;
    const other = await startHost(url);
    await until(
      async () =>
        ((await other.request('run/get', { runId: 'r' })).result as { state: string }).state === 'interrupted',
    );
    expect((await other.request('run/resume', { runId: 'r' })).result).toMatchObject({ lastSeq: expect.any(Number) });
    const next = await other.waitFor(({ method }) => method === 'model/request');
    const messages = JSON.stringify(next.params?.messages);
    expect(messages).toContain('The outcome of this call is unknown');
    other.send({ id: next.id, result: { response: { parts: [{ part_kind: 'text', content: 'ok' }] } } });
    expect((await other.request('run/wait', { runId: 'r' })).result).toMatchObject({
      outcome: 'success',
      output: 'ok',
    });
    other.child.kill('SIGKILL');
  });

  it('refuses what a worker could not do, and names the callback', async () => {
    const refused = async (more: object) =>
      (await host.request('run/start', { prompt: 'hi', model: 'test', queue: 'q', ...more })).error?.message;
    expect(await refused({ model: 'host:m' })).toContain('model/request');
    expect(await refused({ tools: [{ name: 'work', inputSchema: { type: 'object' } }] })).toContain(
      "tool/call for 'work'",
    );
    expect(await refused({ instructions: [{ ref: 'r' }] })).toContain('prompt/resolve');
    expect(await refused({ outputValidators: ['v'] })).toContain('output/validate');
  });

  it('the commands that look at runs show those of a fleet, on a page too', async () => {
    await host.request('run/start', world.run('seen', 2, { wait: true }));
    const place = ['--executor', 'dbos', '--database-url', 'env:RUNWIRE_DB'];
    const env = { RUNWIRE_DB: url };
    expect((await runCommand(['runs', ...place], env)).stdout).toMatch(/\nseen +success /);
    expect((await runCommand([...place, 'show', 'seen'], env)).stdout).toContain('Run seen: success');
    const inspect = await startInspect(place, env);
    const { runs: listed } = (await (await fetch(`${inspect.address}api/runs`)).json()) as { runs: object[] };
    expect(listed).toMatchObject([{ runId: 'seen', outcome: 'success' }]);
    const shown = (await (await fetch(`${inspect.address}api/run?id=seen`)).json()) as RunData;
    expect(shown.messages.list).toHaveLength(6);
    // Of a run that goes on, driven by another process.
    await host.request('run/start', world.run('later', 3));
    const stateOf = async () =>
      ((await (await fetch(`${inspect.address}api/run?id=later`)).json()) as RunData).snapshot.state;
    await until(async () => (await stateOf()) === 'finished');
    expect(await inspect.stop()).toBe(0);
  });

  it('no key is in any table', async () => {
    await worker();
    await enqueue(2, 2);
    await until(async () => (await done()) === 2);
    const { found } = await query<{ found: string | null }>(
      url,
      `SELECT string_agg(c.t, ', ') AS found FROM (
         SELECT format('%I.%I', table_schema, table_name) AS t,
           (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I.%I x WHERE x::text LIKE %L', table_schema, table_name, $1::text), true, true, '')))[1]::text::int AS n
         FROM information_schema.tables WHERE table_schema IN ('dbos', 'runwire') AND table_type = 'BASE TABLE') c
       WHERE c.n > 0`,
      [`%${canary}%`],
    );
    expect(found).toBeNull();
  });
});

/** Ids and times differ between runs. */
function leaveOut(key: string, value: unknown): unknown {
  return /^(timestamp|run_id|conversation_id|provider_url)$/.test(key) ? undefined : value;
}
