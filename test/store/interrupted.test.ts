import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../server/engine/errors.ts';
import type { RunExecutor } from '../../server/executors/run-executor.ts';
import { encodeLine, type RawLine, readLines } from '../../server/store/line.ts';
import { Toolsets } from '../../server/toolsets/toolsets.ts';
import { schemaOf, text, toolCall } from '../support/session.ts';
import { type TempStore, testStores } from '../support/store.ts';
import { ScriptedOwner } from './scripted-owner.ts';
import { resultOf, start, storedExecutor, traceOf } from './stored-executor.ts';

const newStore = testStores();

const stopped = new EngineError('client.gone', 'The client has gone.');
const look = { name: 'look', inputSchema: schemaOf({}), effect: 'read' as const };
/** Requests one call after the other, then says that it is done; the last call stays open unless it is answered. */
const script =
  ({ answersLast = true }: { answersLast?: boolean } = {}) =>
  (method: string, { messages, toolCallId }: Record<string, unknown>): unknown => {
    if (method === 'tool/call') return answersLast || toolCallId !== 'c2' ? 'seen' : undefined;
    if (method !== 'model/request') return undefined;
    const latest = JSON.stringify((messages as object[]).slice(-2));
    const id = latest.includes('"c2"') ? null : latest.includes('"c1"') ? 'c2' : 'c1';
    return { response: id ? { parts: [toolCall('look', {}, id)] } : text('done') };
  };

/** Leaves a run that waits for its tool, as a daemon does whose client has gone. */
async function leaveOne(store: TempStore, params: Parameters<typeof start>[2] = {}): Promise<void> {
  const executor = storedExecutor(store);
  const owner = new ScriptedOwner(script({ answersLast: false }));
  await start(executor, owner, { runId: 'r', tools: [look], ...params });
  while (owner.called.length < 2) await new Promise((resolve) => setImmediate(resolve));
  await executor.endRuns(owner, stopped, 1000);
  executor.close();
}

/** Another daemon on the same folder. */
const another = (store: TempStore, more: Parameters<typeof storedExecutor>[1] = {}): RunExecutor =>
  storedExecutor({ ...store, open: store.another }, more);

/** Rewrites the lines of the only run. */
function rewrite(store: TempStore, change: (line: RawLine) => RawLine): void {
  const folder = join(store.path, 'runs');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));
  expect(names).toHaveLength(1);
  const path = join(folder, names[0] ?? '');
  const { lines } = readLines(readFileSync(path));
  const without = ({ c: _, ...line }: RawLine) => line as RawLine;
  writeFileSync(path, lines.map((line) => encodeLine(change(without(line)))).join(''));
}

const kindOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof EngineError ? error.kind : String(error)),
  );

describe('an interrupted run', () => {
  it('goes on when its start is requested again', async () => {
    const store = newStore();
    await leaveOne(store);
    const executor = another(store);
    const owner = new ScriptedOwner(script());
    const run = await start(executor, owner, { runId: 'r', tools: [look] });
    expect(run.runId).toBe('r');
    expect(await resultOf(executor, 'r')).toMatchObject({ outcome: 'success', output: 'done' });
    expect(owner.called).toEqual(['r/t2.call.0']);
  });

  it('is refused to a start with its id and other parameters', async () => {
    const store = newStore();
    await leaveOne(store);
    const executor = another(store);
    expect(await kindOf(start(executor, new ScriptedOwner(script()), { runId: 'r', prompt: 'other' }))).toBe(
      'run.idConflict',
    );
  });

  it('is cancelled without the model that it had', async () => {
    const store = newStore();
    await leaveOne(store);
    rewrite(store, (line) => {
      if (line.k !== 'run') return line;
      return { ...line, spec: { ...(line.spec as object), model: 'anthropic:claude-sonnet-4-5' } };
    });
    const executor = another(store);
    expect(await kindOf(executor.resume({ runId: 'r' }, new ScriptedOwner(script(), { serves: [] })))).toBe(
      'auth.missing',
    );
    const cancelled = new EngineError('run.cancelled', 'The agent run was cancelled.');
    expect(await executor.cancel('r', cancelled)).toMatchObject({ accepted: true });
    expect(await resultOf(executor, 'r')).toMatchObject({ outcome: 'cancelled' });
    const { messages } = await traceOf(executor, 'r');
    expect(JSON.stringify(messages)).toContain('interrupted');
  });

  it('of another version of the loop shows its messages, and does not keep its conversation from going on', async () => {
    const store = newStore();
    await leaveOne(store, { conversationId: 'c' });
    rewrite(store, (line) => (line.k === 'run' ? { ...line, loop: 3, by: '0.0.1' } : line));
    const executor = another(store);
    const owner = new ScriptedOwner(script());
    expect(await kindOf(executor.resume({ runId: 'r' }, owner))).toBe('run.incompatible');
    const run = await executor.get('r');
    expect(run.state).toBe('interrupted');
    expect((await run.messages({})).messages).toHaveLength(4);
    expect((await run.usage({})).usage).toMatchObject({ requests: 2 });
    expect(await run.snapshot()).toMatchObject({ state: 'interrupted', messageCount: 4 });
    await start(executor, owner, { runId: 's', tools: [look], messageHistory: { runId: 'r' } });
    expect(await resultOf(executor, 's')).toMatchObject({ outcome: 'success', conversationId: 'c' });
    expect(JSON.stringify((await traceOf(executor, 's')).messages)).toContain('interrupted');
  });

  it('that is damaged shows what stands before the damage, is not resumed, and does not block its conversation', async () => {
    const store = newStore();
    await leaveOne(store, { conversationId: 'c' });
    const folder = join(store.path, 'runs');
    const [name = ''] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) => /jsonl$/.test(one));
    const bytes = readFileSync(join(folder, name));
    const damaged = Buffer.from(bytes);
    damaged[bytes.lastIndexOf('"k":"try"') + 6] = 0x58;
    // Something good stands after it.
    expect(bytes.indexOf('"key":"t2.model"', bytes.lastIndexOf('"k":"try"') + 40)).toBeGreaterThan(0);
    writeFileSync(join(folder, name), damaged);
    const executor = another(store);
    const owner = new ScriptedOwner(script());
    expect(await kindOf(executor.resume({ runId: 'r' }, owner))).toBe('run.unreadable');
    expect((await (await executor.get('r')).messages({})).messages).toHaveLength(2);
    await start(executor, owner, { runId: 's', tools: [look], messageHistory: { runId: 'r' } });
    expect(await resultOf(executor, 's')).toMatchObject({ outcome: 'success', conversationId: 'c' });
    expect(readFileSync(join(folder, name))).toEqual(damaged);
  });

  it('with MCP servers is refused to a daemon whose operator does not allow them, and stays interrupted', async () => {
    const store = newStore();
    await leaveOne(store);
    rewrite(store, (line) => {
      if (line.k !== 'run') return line;
      const { agent, ...spec } = line.spec as { agent: object };
      return { ...line, spec: { ...spec, agent: { ...agent, mcpServers: { files: { command: 'true' } } } } };
    });
    const executor = another(store, { toolsets: new Toolsets('off') });
    expect(await kindOf(executor.resume({ runId: 'r' }, new ScriptedOwner(script())))).toBe('mcp.unavailable');
    expect((await executor.get('r')).state).toBe('interrupted');
  });
});

it.each([3, 99])('an ended run that another version of the loop (%d) recorded is read as it is', async (loop) => {
  const store = newStore();
  const before = storedExecutor(store);
  await start(before, new ScriptedOwner(script()), { runId: 'r', tools: [look], conversationId: 'c' });
  const result = await resultOf(before, 'r');
  const lived = await traceOf(before, 'r');
  const fresh = await (await before.get('r')).newMessages({});
  before.close();
  rewrite(store, (line) => (line.k === 'run' ? { ...line, loop, by: '0.0.1' } : line));
  const executor = another(store);
  const run = await executor.get('r');
  expect(await resultOf(executor, 'r')).toEqual(result);
  expect(await run.newMessages({})).toEqual(fresh);
  const { messages, usage, events } = await traceOf(executor, 'r');
  expect({ messages, usage }).toEqual({ messages: lived.messages, usage: lived.usage });
  expect(events).toEqual([]);
  expect((await run.events({ afterSeq: 0 }, new AbortController().signal)).snapshot).toMatchObject({ result });
  expect((await executor.list({})).runs).toMatchObject([{ runId: 'r', outcome: 'success' }]);
  await start(executor, new ScriptedOwner(script()), { runId: 's', tools: [look], conversationId: 'c' });
  expect((await traceOf(executor, 's')).messages.slice(0, lived.messages.length)).toEqual(lived.messages);
});

describe('a conversation', () => {
  it('goes on from its latest run although the clock was set back', async () => {
    const store = newStore();
    const say = async (runId: string, epochMs: number) => {
      const executor = another(store, { epochMs: () => epochMs });
      await start(executor, new ScriptedOwner(script()), { runId, tools: [look], conversationId: 'c', prompt: runId });
      await resultOf(executor, runId);
      executor.close();
    };
    const now = Date.now();
    await say('first', now);
    await say('second', now - 86_400_000);
    await say('third', now - 2 * 86_400_000);
    const { messages } = await traceOf(another(store), 'third');
    const prompts = messages.flatMap(({ parts }) =>
      parts.flatMap((part) => (part.part_kind === 'user-prompt' ? [part.content] : [])),
    );
    expect(prompts).toEqual(['first', 'second', 'third']);
  });

  it('is not deleted while another daemon continues a run of it', async () => {
    const store = newStore();
    await leaveOne(store, { conversationId: 'c' });
    const looking = another(store);
    const conversations = looking.conversations();
    const working = another(store);
    await working.resume({ runId: 'r' }, new ScriptedOwner(script({ answersLast: false })));
    await expect(conversations.delete('c')).rejects.toMatchObject({ kind: 'conversation.busy' });
  });
});
