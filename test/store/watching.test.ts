import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../server/engine/errors.ts';
import type { RunExecutor } from '../../server/executors/run-executor.ts';
import { schemaOf, text, toolCall } from '../support/session.ts';
import { type TempStore, tempStore } from '../support/store.ts';
import { ScriptedOwner } from './scripted-owner.ts';
import { never, resultOf, start, storedExecutor } from './stored-executor.ts';

let store: TempStore;
let working: RunExecutor;
let looking: RunExecutor;
beforeEach(() => {
  store = tempStore();
  working = storedExecutor(store);
  looking = storedExecutor({ ...store, open: store.another });
});
afterEach(() => store.remove());

const tool = { name: 'look', inputSchema: schemaOf({}), effect: 'read' as const };
const stopped = new EngineError('client.gone', 'The client has gone.');
/** Calls a tool so many times. */
const calling = (times: number) => (method: string, params: Record<string, unknown>) => {
  if (method === 'tool/call') return 'seen';
  if (method !== 'model/request') return undefined;
  const calls = (params.messages as { kind: string }[]).filter(({ kind }) => kind === 'response').length;
  return { response: calls < times ? { parts: [toolCall('look', {}, `c${calls}`)] } : text('done') };
};
/** Its tool is answered when the test does. */
const slow = (method: string, params: Record<string, unknown>) =>
  method === 'tool/call' ? undefined : calling(1)(method, params);
const opened = async ({ called }: ScriptedOwner) => {
  while (called.length === 0) await new Promise((resolve) => setImmediate(resolve));
};

describe('a run that another daemon drives', () => {
  it('is followed by its events and awaited', async () => {
    const owner = new ScriptedOwner(slow);
    await start(working, owner, { runId: 'r', tools: [tool] });
    await opened(owner);
    const run = await looking.get('r');
    expect(run.state).toBe('running');
    const { lastSeq } = await run.events({ afterSeq: 0 }, never());
    const next = run.events({ afterSeq: lastSeq, waitMs: 10_000 }, never());
    const ended = resultOf(looking, 'r');
    const [item] = (await working.pendingItems({})).pending;
    await working.resolve(item?.pendingId ?? '', { result: 'seen' });
    expect((await next).events[0]).toMatchObject({ seq: lastSeq + 1, event: { event_kind: 'function_tool_result' } });
    expect(await ended).toMatchObject({ outcome: 'success', output: 'done' });
  });

  it('is not awaited longer than was requested', async () => {
    const owner = new ScriptedOwner(slow);
    await start(working, owner, { runId: 'r', tools: [tool] });
    await opened(owner);
    await expect((await looking.get('r')).result({ timeoutMs: 10 }, never())).rejects.toMatchObject({
      kind: 'run.notFinished',
    });
  });

  it('tells who waits that it was interrupted when its daemon parks it', async () => {
    const owner = new ScriptedOwner(slow);
    await start(working, owner, { runId: 'r', tools: [tool] });
    await opened(owner);
    const ended = expect(resultOf(looking, 'r')).rejects.toMatchObject({ kind: 'run.interrupted' });
    await working.endRuns(owner, stopped, 1000);
    await ended;
  });
});

it('gives the events of a run that memory has no more room for', async () => {
  const owner = new ScriptedOwner(calling(12), { eventsKept: 8 });
  await start(working, owner, { runId: 'r', tools: [tool], deltas: 'none' });
  await resultOf(working, 'r');
  const { events, snapshot } = await (await working.get('r')).events({ afterSeq: 0 }, never());
  expect(snapshot).toBeUndefined();
  expect(events).toEqual(owner.events);
  const { events: page } = await (await working.get('r')).events({ afterSeq: 3, limit: 2 }, never());
  expect(page.map(({ seq }) => seq)).toEqual([4, 5]);
});
