import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Daemon } from '../support/daemon.ts';
import { byEffort } from '../support/effort.ts';
import { Random } from '../support/random.ts';
import { schemaOf, text, toolCall } from '../support/session.ts';
import { storedDaemons } from '../support/stored-daemons.ts';
import { slow } from '../support/time-limits.ts';

const kills = Number(process.env.RUNWIRE_KILLS ?? byEffort({ quick: 3, ci: 6, thorough: 300 }));
/** Runs of one daemon. */
const atOnce = 8;
const turns = 5;

const stored = storedDaemons();

type Message = Daemon['messages'][number];
type Event = { seq: number; event: { event_kind: string } };

const tool = (name: string, effect: string) => ({ name, inputSchema: schemaOf({}), effect });
const params = (runId: string) => ({
  runId,
  model: 'host:script',
  prompt: 'hi',
  tools: [tool('look', 'read'), tool('send', 'once')],
  instructions: [{ ref: 'rules' }],
});

function answerOf({ method, params: fields = {} }: Message): unknown {
  if (method === 'prompt/resolve') return { text: 'Follow the rules.' };
  if (method === 'tool/call') return { content: `result of ${String(fields.toolCallId)}` };
  const turn = (fields.messages as { kind: string }[]).filter(({ kind }) => kind === 'response').length;
  if (turn >= turns) return { response: text('done') };
  return { response: { parts: [toolCall('look', {}, `look-${turn}`), toolCall('send', {}, `send-${turn}`)] } };
}

/** What hosts heard of the runs, over all their daemons. */
class Heard {
  /** The text of each event that was reported, by run and number. */
  readonly reported = new Map<string, string>();
  readonly sent = new Map<string, number>();
  changed = 0;
  /** Events that were reported and are not there any more. */
  lost = 0;

  /** Calls that must not be made twice, and were. */
  get doubled(): number {
    return [...this.sent.values()].filter((count) => count > 1).length;
  }

  compare(runId: string, kept: readonly Event[]): void {
    const byKey = new Map(kept.map(({ seq, event }) => [`${runId}#${seq}`, JSON.stringify(event)]));
    for (const [key, reported] of this.reported) {
      if (!key.startsWith(`${runId}#`)) continue;
      const now = byKey.get(key);
      if (now === undefined) this.lost += 1;
      else if (now !== reported) this.changed += 1;
    }
  }

  take({ method, params: fields = {} }: Message): void {
    if (method === 'tool/call' && fields.name === 'send') {
      const key = String(fields.idempotencyKey);
      this.sent.set(key, (this.sent.get(key) ?? 0) + 1);
    }
    if (method !== 'run/event') return;
    const { runId, seq, event } = fields as { runId: string } & Event;
    const key = `${runId}#${seq}`;
    const reported = JSON.stringify(event);
    if (this.reported.has(key) && this.reported.get(key) !== reported) this.changed += 1;
    this.reported.set(key, reported);
  }
}

/**
 * Serves a daemon until it has sent so many messages more, and kills it in the middle of whatever it does then; or until all runs
 * have ended.
 */
async function serveUntil(daemon: Daemon, heard: Heard, runIds: ReadonlySet<string>, most: number): Promise<boolean> {
  const ended = new Set<string>();
  for (let count = 0; ; count += 1) {
    await daemon.waitFor(() => daemon.messages.length > count);
    const message = daemon.messages[count] as Message;
    if (count >= most) return false;
    heard.take(message);
    const { event, runId } = (message.params ?? {}) as { event?: Event['event']; runId?: string };
    if (event?.event_kind === 'run_finished') ended.add(runId ?? '');
    const { result } = message as { result?: { outcome?: string; runId?: string; state?: string } };
    if (message.method === undefined && result?.state === 'finished') ended.add(result.runId ?? '');
    if (ended.size === runIds.size) return true;
    if (message.method && message.id !== undefined) daemon.send({ id: message.id, result: answerOf(message) });
  }
}

const gone = async (daemon: Daemon) => {
  daemon.child.kill('SIGKILL');
  await daemon.exited;
  stored.forget(daemon);
};

/** Starts the runs on another daemon, or continues them; false when it was killed before all had ended. */
async function playOn(daemon: Daemon, heard: Heard, runIds: ReadonlySet<string>, most: number): Promise<boolean> {
  daemon.messages.length = 0;
  // A start that was not answered may have come to nothing: it is requested again, and continues what is there.
  for (const runId of runIds) daemon.send({ id: runId, method: 'run/start', params: params(runId) });
  return serveUntil(daemon, heard, runIds, most);
}

/** Holds what is kept of a run against what was reported, and returns how many events it has and how many outcomes are unknown. */
async function checkRun(daemon: Daemon, heard: Heard, runId: string): Promise<{ events: number; unknown: number }> {
  const { result: page } = await daemon.request('run/events', { runId, afterSeq: 0 });
  const { events } = page as { events: Event[] };
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  heard.compare(runId, events);
  const { result } = await daemon.request('run/wait', { runId, include: ['messages'] });
  expect(result).toMatchObject({ outcome: 'success', output: 'done', messages: { length: 2 * turns + 2 } });
  return {
    events: events.length,
    unknown: JSON.stringify(result).split('is unknown: the process stopped').length - 1,
  };
}

describe('daemons that are killed at random', () => {
  it(`lose and double nothing (${kills} kills, ${atOnce} runs at once)`, async () => {
    const random = new Random(Number(process.env.RUNWIRE_SEED ?? 1));
    const heard = new Heard();
    const sums = { runs: 0, events: 0, unknown: 0 };
    let killed = 0;
    for (let batch = 0; killed < kills; batch += 1) {
      const runIds = new Set(Array.from({ length: atOnce }, (_, index) => `${batch}-${index}`));
      for (let isOver = false; !isOver; ) {
        const daemon = await stored.open();
        const most = killed < kills ? 1 + random.upTo(160) : Number.POSITIVE_INFINITY;
        isOver = await playOn(daemon, heard, runIds, most);
        if (!isOver) killed += 1;
        for (const runId of isOver ? runIds : []) {
          const { events, unknown } = await checkRun(daemon, heard, runId);
          sums.runs += 1;
          sums.events += events;
          sums.unknown += unknown;
        }
        await gone(daemon);
      }
    }
    const { runs, events, unknown } = sums;
    process.stdout.write(
      `${killed} kills, ${runs} runs, ${events} events: ${heard.lost} lost, ${heard.doubled} doubled, ${heard.changed} events changed; ${unknown} outcomes unknown\n`,
    );
    expect([heard.lost, heard.doubled, heard.changed]).toEqual([0, 0, 0]);
  }, 1_800_000);
});

describe('four daemons on one store', () => {
  const count = 40;
  const files = () => {
    const runs = join(stored.store, 'runs');
    const names = readdirSync(runs, { recursive: true, encoding: 'utf8' }).filter((name) => /jsonl$/.test(name));
    return names.map((name) => readFileSync(join(runs, name), 'utf8'));
  };

  it('start one run for one id, and one of them continues each', { timeout: slow }, async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => stored.open()));
    const ids = Array.from({ length: count }, (_, index) => `r${index}`);
    const started = await Promise.all(
      all.flatMap((daemon) => ids.map((runId) => daemon.request('run/start', params(runId)))),
    );
    for (const { result, error } of started) expect(error ?? result).toMatchObject({ runId: expect.any(String) });
    expect(files()).toHaveLength(count);
    const models = () => all.flatMap(({ messages }) => messages.filter(({ method }) => method === 'prompt/resolve'));
    for (const { params: fields } of models()) expect(ids).toContain(fields?.runId);
    for (const daemon of all) await gone(daemon);
    const next = await Promise.all(Array.from({ length: 4 }, () => stored.open()));
    const resumed = await Promise.all(
      next.flatMap((daemon) => ids.map((runId) => daemon.request('run/resume', { runId }))),
    );
    expect(resumed.filter(({ result }) => result !== undefined)).toHaveLength(count);
    const kinds = new Set(resumed.flatMap(({ error }) => (error ? [error.data?.kind] : [])));
    expect([...kinds]).toEqual(['run.owned']);
    for (const content of files()) expect(content.split('"k":"claim"')).toHaveLength(2);
    process.stdout.write(`4 daemons, ${count} ids: ${count} runs, each taken over by one\n`);
  });
});
