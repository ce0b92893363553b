import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../server/engine/errors.ts';
import type { RunExecutor } from '../../server/executors/run-executor.ts';
import { type RawLine, readLines } from '../../server/store/line.ts';
import { schemaOf, text, toolCall } from '../support/session.ts';
import { type TempStore, tempStore } from '../support/store.ts';
import { ScriptedOwner } from './scripted-owner.ts';
import { resultOf, start, storedExecutor, traceOf } from './stored-executor.ts';

const stores: TempStore[] = [];
afterEach(() => {
  for (const store of stores.splice(0)) store.remove();
});

const stopped = new EngineError('client.gone', 'The client has gone.');
const look = { name: 'look', inputSchema: schemaOf({}) };
/** Calls the tool once. The tool is left to `pending/resolve`: the client serves the model alone. */
const owner = () =>
  new ScriptedOwner(
    (_method, { messages }) => {
      const hasResult = JSON.stringify(messages).includes('tool-return');
      return { response: hasResult ? text('done') : { parts: [toolCall('look', {}, 'c')] } };
    },
    { serves: ['model/request'] },
  );

const eventually = async (isSo: () => Promise<boolean> | boolean) => {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
};

/** Leaves runs that wait for an answer, as a daemon does whose client has gone. */
async function leaveWaiting(runIds: readonly string[]): Promise<TempStore> {
  const store = tempStore();
  stores.push(store);
  const executor = storedExecutor(store);
  const client = owner();
  for (const runId of runIds) await start(executor, client, { runId, tools: [look] });
  await eventually(async () => (await executor.pendingItems({})).pending.length === runIds.length);
  await executor.endRuns(client, stopped, 1000);
  executor.close();
  return store;
}

const daemonsOn = (store: TempStore, count: number): RunExecutor[] =>
  Array.from({ length: count }, () => storedExecutor({ ...store, open: store.another }));

function linesOf(store: TempStore): RawLine[][] {
  const folder = join(store.path, 'runs');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));
  return names.map((name) => [...readLines(readFileSync(join(folder, name))).lines]);
}

const kindOf = (error: unknown) => (error instanceof EngineError ? error.kind : String(error));

describe('what waits in an interrupted run', () => {
  it('is answered by one of several daemons, which says in the file that it had the run', async () => {
    const runIds = Array.from({ length: 6 }, (_, index) => `r${index}`);
    const store = await leaveWaiting(runIds);
    const daemons = daemonsOn(store, 4);
    const items = (await (daemons[0] as RunExecutor).pendingItems({})).pending;
    expect(items).toHaveLength(runIds.length);
    const answers = items.flatMap(({ pendingId, runId }) =>
      daemons.map(async (daemon, index) =>
        daemon.resolve(pendingId, { result: `${runId} of ${index}` }).then(
          () => ({ runId, accepted: `${runId} of ${index}` }),
          (error: unknown) => ({ runId, refused: kindOf(error) }),
        ),
      ),
    );
    const ends = await Promise.all(answers);
    const accepted = ends.flatMap((end) => ('accepted' in end ? [end] : []));
    expect(accepted.map(({ runId }) => runId).sort()).toEqual([...runIds].sort());
    expect(new Set(ends.flatMap((end) => ('refused' in end ? [end.refused] : [])))).toEqual(
      new Set(['pending.resolved']),
    );
    for (const lines of linesOf(store)) {
      const kinds = lines.map(({ k }) => k);
      expect(kinds.slice(kinds.indexOf('claim'))).toEqual(['claim', 'answer']);
      expect(kinds.filter((kind) => kind === 'answer')).toHaveLength(1);
      expect(lines.find(({ k }) => k === 'claim')).toMatchObject({ by: 'test', serves: ['model/request'] });
    }
    const [next] = daemonsOn(store, 1) as [RunExecutor];
    for (const { runId, accepted: content } of accepted) {
      await next.resume({ runId }, owner());
      expect(await resultOf(next, runId)).toMatchObject({ outcome: 'success', output: 'done' });
      expect(JSON.stringify((await traceOf(next, runId)).messages)).toContain(content);
    }
  });

  it('is answered once when another daemon continues the run at the same time', async () => {
    const runIds = Array.from({ length: 6 }, (_, index) => `r${index}`);
    const store = await leaveWaiting(runIds);
    const [answering, continuing] = daemonsOn(store, 2) as [RunExecutor, RunExecutor];
    const { pending } = await answering.pendingItems({});
    const settled = (answered: Promise<unknown>) => answered.then(() => 'accepted', kindOf);
    const ends = pending.map(({ pendingId, runId }) =>
      Promise.all([
        settled(answering.resolve(pendingId, { result: 'seen' })),
        settled(continuing.resume({ runId }, owner()).then(() => continuing.resolve(pendingId, { result: 'seen' }))),
      ]),
    );
    for (const end of await Promise.all(ends)) expect(end.sort()).toEqual(['accepted', 'pending.resolved']);
    for (const runId of runIds)
      expect(await resultOf(continuing, runId)).toMatchObject({ outcome: 'success', output: 'done' });
    for (const lines of linesOf(store)) expect(lines.filter(({ k }) => k === 'answer')).toHaveLength(1);
  });

  it('takes no answer that does not fit, and the run is not touched', async () => {
    const store = await leaveWaiting(['r']);
    const [daemon] = daemonsOn(store, 1) as [RunExecutor];
    const before = linesOf(store);
    const [{ pendingId } = { pendingId: '' }] = (await daemon.pendingItems({})).pending;
    const refused = await daemon.resolve(pendingId, { result: { content: 'a', retry: 'b' } }).catch(kindOf);
    expect(refused).toBe('callback.invalid');
    expect(linesOf(store)).toEqual(before);
  });
});

describe('a child of an interrupted run', () => {
  const cancelled = new EngineError('run.cancelled', 'The agent run was cancelled: no longer wanted.');
  const endOf = async (executor: RunExecutor, runId: string) => {
    const { outcome, error } = await resultOf(executor, runId);
    return { outcome, message: error?.message };
  };

  /** Leaves a run, one that it started, and one that this one started, all waiting. */
  async function leaveFamily(): Promise<TempStore> {
    const store = tempStore();
    stores.push(store);
    const executor = storedExecutor(store);
    const client = owner();
    const waiting = async (count: number) =>
      eventually(async () => (await executor.pendingItems({})).pending.length === count);
    await start(executor, client, { runId: 'parent', tools: [look] });
    await waiting(1);
    await start(executor, client, { runId: 'child', tools: [look], parentRunId: 'parent' });
    await waiting(2);
    await start(executor, client, { runId: 'grandchild', tools: [look], parentRunId: 'child' });
    await start(executor, client, { runId: 'stranger', tools: [look] });
    await waiting(4);
    await executor.endRuns(client, stopped, 1000);
    executor.close();
    return store;
  }

  it('is cancelled with it, and so are those below', async () => {
    const [daemon] = daemonsOn(await leaveFamily(), 1) as [RunExecutor];
    expect(await daemon.cancel('parent', cancelled)).toMatchObject({ accepted: true });
    const ended = { outcome: 'cancelled', message: cancelled.message };
    for (const runId of ['parent', 'child', 'grandchild']) expect(await endOf(daemon, runId)).toEqual(ended);
    expect((await daemon.get('stranger')).state).toBe('interrupted');
  });

  it('is cancelled with it when it was continued alone', async () => {
    const [daemon] = daemonsOn(await leaveFamily(), 1) as [RunExecutor];
    await daemon.resume({ runId: 'parent' }, owner());
    expect(await daemon.cancel('parent', cancelled)).toMatchObject({ accepted: true });
    for (const runId of ['child', 'grandchild'])
      expect(await endOf(daemon, runId)).toMatchObject({ outcome: 'cancelled' });
  });
});
