import { expect, it } from 'vitest';
import type { RunData } from '../../server/inspector/view/run-data.ts';
import { runCommand, startInspect } from '../inspector/command.ts';
import type { Daemon } from '../support/daemon.ts';
import { named, onStage } from './stage.ts';
import { canary, query, until } from './world.ts';

onStage('hosts of a fleet', 2, (stage) => {
  it('any daemon cancels a run that a worker drives, and one that still waits', async () => {
    const { host, world } = stage();
    world.delayMs.model = 300;
    await stage().start(named(2), 50);
    expect((await host.request('run/cancel', { runId: 'run-1' })).result).toMatchObject({ accepted: true });
    expect((await host.request('run/wait', { runId: 'run-1' })).result).toMatchObject({ outcome: 'cancelled' });
    await stage().worker({ slots: 1 });
    await until(() => world.effects.times.length > 1);
    const other = await stage().daemon();
    expect((await other.request('run/cancel', { runId: 'run-0' })).result).toMatchObject({ accepted: true });
    expect((await other.request('run/wait', { runId: 'run-0' })).result).toMatchObject({ outcome: 'cancelled' });
  });

  it.each(['model/request', 'tool/call'] as const)(
    'a daemon killed in a %s: another one continues the run, with the messages of an undisturbed one',
    async (method) => {
      const { host, postgres } = stage();
      // The same run where nothing happens: on a database of its own, since its ids are those of the run.
      const calm = await stage().daemon({ url: await postgres.database() });
      await calm.request('run/start', conversation);
      await serve(calm);
      await host.request('run/start', conversation);
      const served = await serve(host, { until: method, times: 3 });
      host.child.kill('SIGKILL');
      await host.exited;
      const other = await stage().daemon();
      await interrupted(other, conversation.runId);
      expect((await other.request('run/resume', { runId: conversation.runId })).error).toBeUndefined();
      const [first, ...rest] = await serve(other);
      // What was open is sent to the new host first, with the same key; nothing that was answered is.
      expect(first).toEqual(served.at(-1));
      expect(rest.filter((one) => served.includes(one))).toEqual([]);
      expect([...served.slice(0, -1), first, ...rest]).toHaveLength(2 * turns + 1);
      expect(await messagesOf(other)).toBe(await messagesOf(calm));
    },
  );

  it('a call that may not be repeated is not sent to the new host, and the model reads that its outcome is unknown', async () => {
    const { host } = stage();
    const tools = [{ name: 'work', inputSchema: { type: 'object' } }];
    await host.request('run/start', { ...conversation, tools });
    await serve(host, { until: 'tool/call', times: 1 });
    host.child.kill('SIGKILL');
    await host.exited;
    const other = await stage().daemon();
    await interrupted(other, conversation.runId);
    expect((await other.request('run/resume', { runId: conversation.runId })).result).toMatchObject({
      lastSeq: expect.any(Number),
    });
    const [first] = await serve(other);
    expect(first).toMatch(/^model\/request/);
    expect(await messagesOf(other)).toContain('The outcome of this call is unknown');
  });

  it('refuses what a worker could not do, and names the callback', async () => {
    const { host } = stage();
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
    const { url } = stage();
    await stage().start(['seen'], 2, { more: { wait: true } });
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
    await stage().start(['later'], 3, { more: {} });
    const stateOf = async () =>
      ((await (await fetch(`${inspect.address}api/run?id=later`)).json()) as RunData).snapshot.state;
    await until(async () => (await stateOf()) === 'finished');
    expect(await inspect.stop()).toBe(0);
  });

  it('no key is in any table', async () => {
    await stage().worker();
    await stage().start(named(2), 2);
    await until(async () => (await stage().ended()) === 2);
    const { found } = await query<{ found: string | null }>(
      stage().url,
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

/** Turns of the conversation, each with a call; then the last request. */
const turns = 4;
const conversation = {
  runId: 'r',
  conversationId: 'c',
  prompt: 'hi',
  model: 'host:m',
  stream: false,
  tools: [{ name: 'work', inputSchema: { type: 'object' }, effect: 'idempotent' }],
};

/**
 * Plays the host of the conversation until it ends, or up to a callback that is left open, the so-manieth of its method. Returns what was
 * requested: the method, and the step and key of it.
 */
async function serve(
  daemon: Daemon,
  left?: { until: 'model/request' | 'tool/call'; times: number },
): Promise<string[]> {
  const seen: string[] = [];
  const answered = new Set<unknown>();
  const isRequest = ({ id, method }: { id?: unknown; method?: string }) =>
    (method === 'model/request' || method === 'tool/call') && !answered.has(id);
  const isEnd = ({ method, params }: { method?: string; params?: Record<string, unknown> }) =>
    method === 'run/event' && (params?.event as { event_kind?: string } | undefined)?.event_kind === 'run_finished';
  for (;;) {
    const message = await daemon.waitFor((one) => isRequest(one) || isEnd(one));
    const { id, method = '', params = {} } = message;
    if (id === undefined) return seen;
    seen.push(`${method} ${String(params.runStep)} ${String(params.idempotencyKey ?? '')}`);
    if (method === left?.until && seen.filter((one) => one.startsWith(method)).length === left.times) return seen;
    answered.add(id);
    daemon.send({ id, result: method === 'tool/call' ? resultOf(params) : responseTo(params) });
  }
}

const resultOf = ({ args }: Record<string, unknown>) => ({ content: `did ${(args as { turn: number }).turn}` });

function responseTo({ messages }: Record<string, unknown>): object {
  const turn = (messages as { kind: string }[]).filter(({ kind }) => kind === 'response').length;
  const call = { part_kind: 'tool-call', tool_name: 'work', args: { turn }, tool_call_id: `call-${turn}` };
  const text = { part_kind: 'text', content: 'done' };
  return { response: { parts: [turn < turns ? call : text] } };
}

/** Resolves when a daemon knows that nobody drives a run any more. */
const interrupted = (daemon: Daemon, runId: string) =>
  until(async () => ((await daemon.request('run/get', { runId })).result as { state: string }).state === 'interrupted');

/** The messages of the conversation as they are sent, without times. */
async function messagesOf(daemon: Daemon): Promise<string> {
  const { result } = await daemon.request('run/messages', { runId: conversation.runId, format: 'json' });
  return (result as { json: string }).json.replace(/"\d{4}-\d\d-\d\dT[^"]+Z"/g, '"time"');
}
