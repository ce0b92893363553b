import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EngineError } from '../../server/engine/errors.ts';
import type { RunExecutor } from '../../server/executors/run-executor.ts';
import { schemaOf, text, toolCall } from '../support/session.ts';
import { type TempStore, testStores } from '../support/store.ts';
import { ScriptedOwner } from './scripted-owner.ts';
import { resultOf, start, storedExecutor, traceOf } from './stored-executor.ts';

// What comes to a run from outside stands in its file as well: the run is rebuilt from every line of it, and goes on.

const newStore = testStores();
let points = 0;
afterAll(() => {
  process.stdout.write(
    `${points} points of runs that are stopped, steered or sent elsewhere: 0 lost, 0 events changed\n`,
  );
});

const cancelled = new EngineError('run.cancelled', 'The agent run was cancelled.');
const params = { runId: 'r', tools: [{ name: 'look', inputSchema: schemaOf({}), effect: 'read' as const }] };
const daemonOn = (store: TempStore) => storedExecutor({ ...store, open: store.another });

/** Calls its tool once, which `onCall` answers, then says that it is done. */
const host =
  (onCall: () => unknown = () => 'seen') =>
  (method: string, { messages }: Record<string, unknown>): unknown => {
    if (method === 'tool/call') return onCall();
    const hasCalled = JSON.stringify(messages).includes('tool-return');
    return { response: hasCalled ? text('done') : { parts: [toolCall('look', {}, 'c')] } };
  };

/** How a run comes to its end. */
const plays: Record<string, (store: TempStore) => Promise<RunExecutor>> = {
  'is steered': async (store) => {
    const executor = daemonOn(store);
    const steered = () => {
      void executor.steer({ runId: 'r', content: 'Hurry.', when: 'asap' });
      return 'seen';
    };
    await start(executor, new ScriptedOwner(host(steered)), params);
    return executor;
  },
  'is stopped': async (store) => {
    const executor = daemonOn(store);
    await start(executor, new ScriptedOwner(host(() => void executor.cancel('r', cancelled))), params);
    return executor;
  },
  'goes on with another client, which is sent less': async (store) => {
    const before = daemonOn(store);
    const owner = new ScriptedOwner(host(() => undefined));
    await start(before, owner, params);
    while (owner.called.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await before.endRuns(owner, new EngineError('client.gone', 'The client has gone.'), 1000);
    before.close();
    const executor = daemonOn(store);
    await executor.resume({ runId: 'r' }, new ScriptedOwner(host(), { serves: ['model/request'] }));
    for (;;) {
      const [item] = (await executor.pendingItems({})).pending;
      if (item) await executor.resolve(item.pendingId, { result: 'seen' });
      if (item) return executor;
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
};

const textsOf = (events: readonly object[]) => events.map((event) => JSON.stringify(event));
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from) + 1;
    lines.push(bytes.subarray(from, end));
    from = end;
  }
  return lines;
}

describe.each(Object.entries(plays))('a run that %s', (_what, play) => {
  it('is as it was after every line of its file, and goes on from there', async () => {
    const lived = newStore();
    const executor = await play(lived);
    const { outcome } = await resultOf(executor, 'r');
    const whole = await traceOf(executor, 'r');
    executor.close();
    const runs = join(lived.path, 'runs');
    const [name = ''] = readdirSync(runs, { recursive: true, encoding: 'utf8' }).filter((one) => /jsonl$/.test(one));
    const lines = linesOf(readFileSync(join(runs, name)));
    for (let count = 1; count < lines.length; count += 1) {
      const store = newStore();
      store.open().close();
      const path = join(store.path, 'runs', name.replace(/\.\w+\.jsonl$/, `.live-${'0'.repeat(16)}.jsonl`));
      mkdirSync(dirname(path), { mode: 0o700 });
      const kept = Buffer.concat(lines.slice(0, count));
      writeFileSync(path, kept, { mode: 0o600 });
      const next = daemonOn(store);
      const standing = textsOf((await traceOf(next, 'r')).events);
      expect(standing).toEqual(textsOf(whole.events).slice(0, standing.length));
      const owner = new ScriptedOwner(host());
      const { lastSeq } = await next.resume({ runId: 'r' }, owner);
      const isStopped = kept.includes('"k":"stop"');
      expect(await resultOf(next, 'r')).toMatchObject({ outcome: isStopped ? outcome : 'success' });
      const after = await traceOf(next, 'r');
      expect(textsOf(after.events).slice(0, standing.length)).toEqual(standing);
      expect(after.events.map(({ seq }) => seq)).toEqual(after.events.map((_, index) => index + 1));
      expect(owner.events).toEqual(after.events.slice(lastSeq));
      expect(JSON.stringify(after.messages).includes('Hurry.')).toBe(kept.includes('"k":"steer"'));
      next.close();
      expect(await traceOf(daemonOn(store), 'r')).toEqual(after);
      points += 1;
    }
  });
});
