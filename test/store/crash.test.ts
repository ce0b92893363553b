import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DurableEvent } from '../../protocol/events.ts';
import type { ModelMessage } from '../../protocol/messages/messages.ts';
import { byEffort } from '../support/effort.ts';
import { Random } from '../support/random.ts';
import { schemaOf, text, toolCall } from '../support/session.ts';
import { type TempStore, testStores } from '../support/store.ts';
import { slow } from '../support/time-limits.ts';
import { ScriptedOwner } from './scripted-owner.ts';
import { resultOf, start, storedExecutor, traceOf } from './stored-executor.ts';

// A run is killed at every place of its file: what is on disk then is a prefix of its lines, and perhaps a part of the next.

/** Places inside of each line at which the file is cut. */
const cutsPerLine = Number(process.env.RUNWIRE_CUTS ?? byEffort({ quick: 1, ci: 2, thorough: 64 }));
const newStore = testStores();

const tool = (name: string, effect: 'read' | 'once') => ({ name, inputSchema: schemaOf({}), effect });
const params = {
  runId: 'r',
  tools: [tool('look', 'read'), tool('send', 'once'), { ...tool('ask', 'read'), requiresApproval: true }],
  deferred: 'wait' as const,
  instructions: [{ ref: 'rules' }],
  outputValidators: ['check'],
  deltas: 'none' as const,
};

/** A host whose answers follow from what it receives, as those of a real one nearly do. */
function hostAnswer(method: string, fields: Record<string, unknown>): unknown {
  if (method === 'prompt/resolve') return { text: 'Follow the rules.' };
  if (method === 'output/validate') return { output: fields.output };
  if (method === 'tool/call') return { content: `result of ${String(fields.toolCallId)}` };
  if (method !== 'model/request') return undefined;
  const turn = (fields.messages as { kind: string }[]).filter(({ kind }) => kind === 'response').length;
  if (turn < 4) {
    const id = (name: string) => `${name}-${turn}`;
    return { response: { parts: [toolCall('look', {}, id('look')), toolCall('send', {}, id('send'))] } };
  }
  if (turn === 4) return { response: { parts: [toolCall('ask', {}, 'ask-4'), toolCall('look', {}, 'look-4')] } };
  return { response: text('done') };
}

const runFiles = (path: string) =>
  readdirSync(join(path, 'runs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));

/** Approves what waits until the run has ended, and returns its result. */
async function toTheEnd(executor: ReturnType<typeof storedExecutor>) {
  const ended = resultOf(executor, 'r');
  let isOver = false;
  void ended.then(
    () => {
      isOver = true;
    },
    () => {
      isOver = true;
    },
  );
  while (!isOver) {
    for (const { pendingId, params: of } of (await executor.pendingItems({})).pending) {
      const { approvals = [] } = of as { approvals?: { tool_call_id: string }[] };
      const [approval] = approvals;
      if (approval)
        await executor
          .resolve(pendingId, { result: { approvals: { [approval.tool_call_id]: true } } })
          .catch(() => undefined);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return ended;
}

/** What an event or a message says apart from when it happened. */
const timeless = (value: DurableEvent | ModelMessage): string =>
  JSON.stringify(value)
    .replace(/"\d{4}-\d\d-\d\dT[^"]*"/g, '"T"')
    .replace(/"durationMs":[\d.]+/g, '"durationMs":0');

describe('a run that is killed', () => {
  let whole: Awaited<ReturnType<typeof traceOf>>;
  let name: string;
  let bytes: Buffer;
  let lines: Buffer[];

  beforeEach(async () => {
    if (lines) return;
    const store = newStore();
    const executor = storedExecutor(store);
    const owner = new ScriptedOwner(hostAnswer);
    await start(executor, owner, params);
    expect(await toTheEnd(executor)).toMatchObject({ outcome: 'success', output: 'done' });
    whole = await traceOf(executor, 'r');
    expect(owner.events).toEqual(whole.events);
    [name = ''] = runFiles(store.path);
    bytes = readFileSync(join(store.path, 'runs', name));
    lines = [];
    for (let from = 0; from < bytes.length; ) {
      const end = bytes.indexOf(0x0a, from) + 1;
      lines.push(bytes.subarray(from, end));
      from = end;
    }
    expect(lines.filter((line) => line.includes('"k":"step"')).length).toBeGreaterThanOrEqual(12);
  });

  /** A store in which the file of the run ends like this; the daemon in its name is gone. */
  function storeWith(content: Buffer): TempStore {
    const store = newStore();
    store.open().close();
    const path = join(store.path, 'runs', name.replace(/\.\w+\.jsonl$/, `.live-${'0'.repeat(16)}.jsonl`));
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, content, { mode: 0o600 });
    return store;
  }

  /** Resumes it on another host and holds its end against that of the run that was not killed. */
  async function resumeAt(count: number, torn: Buffer = Buffer.alloc(0)) {
    const kept = lines.slice(0, count);
    const store = storeWith(Buffer.concat([...kept, torn]));
    const executor = storedExecutor(store);
    const standing = await traceOf(executor, 'r');
    // What was emitted before stays, byte for byte.
    const emitted = whole.events.slice(0, standing.events.length);
    expect(standing.events.map((event) => JSON.stringify(event))).toEqual(
      emitted.map((event) => JSON.stringify(event)),
    );
    const owner = new ScriptedOwner(hostAnswer);
    const { lastSeq } = await executor.resume({ runId: 'r' }, owner);
    expect(lastSeq).toBeGreaterThanOrEqual(standing.events.length);
    expect(await toTheEnd(executor)).toMatchObject({ outcome: 'success', output: 'done' });
    const after = await traceOf(executor, 'r');
    expect(after.events.map(({ seq }) => seq)).toEqual(after.events.map((_, index) => index + 1));
    expect(after.events.slice(0, emitted.length)).toEqual(emitted);
    expect(owner.events).toEqual(after.events.slice(lastSeq));
    // A call that must not be made twice was begun before or is made now, never both.
    const begun = kept.flatMap((line) => /"k":"try","key":"(t\d+\.call\.\d+)"/.exec(line.toString())?.[1] ?? []);
    expect(owner.called.filter((key) => begun.some((of) => key === `r/${of}`))).toEqual([]);
    expect(new Set(owner.called).size).toBe(owner.called.length);
    const unknown = JSON.stringify(after.messages).split('is unknown: the process stopped').length - 1;
    expect(after.messages.length).toBe(whole.messages.length);
    expect(after.usage.requests).toBe(whole.usage.requests);
    const added = after.events.filter(
      ({ event }) => event.event_kind === 'model_request_started' && event.attempt > 1,
    ).length;
    expect(after.events.length - added).toBe(whole.events.length);
    if (unknown === 0) {
      const others = after.events.filter(
        ({ event }) => !(event.event_kind === 'model_request_started' && event.attempt > 1),
      );
      const without = (event: DurableEvent) =>
        event.event_kind === 'run_finished' ? event.event_kind : timeless(event);
      expect(others.map(({ event }) => without(event)).sort()).toEqual(
        whole.events.map(({ event }) => without(event)).sort(),
      );
      expect(after.messages.map(timeless)).toEqual(whole.messages.map(timeless));
      expect(after.usage).toEqual(whole.usage);
    }
    // The file stands alone: a third daemon reads the same.
    executor.close();
    const later = storedExecutor({ ...store, open: store.another });
    expect(await traceOf(later, 'r')).toEqual(after);
    store.remove();
    return { unknown, added };
  }

  it('goes on from every line of its file', { timeout: slow }, async () => {
    let unknown = 0;
    let added = 0;
    for (let count = 1; count < lines.length; count += 1) {
      const one = await resumeAt(count);
      unknown += one.unknown;
      added += one.added;
    }
    process.stdout.write(
      `${lines.length - 1} points, 0 lost, 0 doubled, 0 events changed; ${unknown} outcomes unknown\n`,
    );
    expect(unknown).toBeGreaterThan(0);
    expect(added).toBeGreaterThan(0);
  });

  it('goes on when its last line was written in part, or as NULs', async () => {
    const random = new Random(Number(process.env.RUNWIRE_SEED ?? 1));
    let points = 0;
    for (let count = 1; count < lines.length; count += 1) {
      const next = lines[count] ?? Buffer.alloc(0);
      for (let cut = 0; cut < cutsPerLine; cut += 1) {
        const at = 1 + random.upTo(Math.max(1, next.length - 2));
        const torn = next.subarray(0, Math.min(at, next.length - 1));
        await resumeAt(count, cut % 2 === 0 ? torn : Buffer.concat([torn, Buffer.alloc(next.length - torn.length)]));
        points += 1;
      }
    }
    process.stdout.write(`${points} torn tails, 0 lost, 0 doubled, 0 events changed\n`);
  }, 600_000);
});
