import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type RunOptions, type Runwire, startRunwire, tool } from '../../protocol/node/index.ts';
import { daemonCommand } from '../support/daemon.ts';
import { calls, text, toolCall } from '../support/session.ts';

let folder: string;
const opened: Runwire[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runwire-resume-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
  rmSync(folder, { recursive: true, force: true });
});

const open = async () => {
  const runwire = await startRunwire({ command: daemonCommand, store: join(folder, 'store') });
  opened.push(runwire);
  return runwire;
};
async function kill(runwire: Runwire): Promise<void> {
  process.kill(runwire.pid ?? 0, 'SIGKILL');
  await runwire.exited;
}

/** Everything a run may need of its program; `heard` gets the name of what was called. */
function everything(heard: string[], { stuck = false } = {}) {
  const note = <T>(name: string, value: T): T => {
    heard.push(name);
    return value;
  };
  const look = tool({
    name: 'look',
    inputSchema: z.object({}),
    effect: 'read',
    execute: () => (stuck ? new Promise<never>(() => note('stuck', null)) : note('tool', 'seen')),
  });
  const send = tool({
    name: 'send',
    inputSchema: z.object({}),
    needsApproval: true,
    execute: () => note('approved tool', 'sent'),
  });
  const model = ({ messages }: { messages: { kind: string }[] }) => {
    const turn = messages.filter(({ kind }) => kind === 'response').length;
    const replies = [calls(toolCall('look', {}, 'c1')), calls(toolCall('send', {}, 'c2')), text('{"answer": 42}')];
    return note('model', (replies[turn] ?? text('too much')) as ReturnType<typeof text>);
  };
  return {
    model: 'host:script',
    prompt: 'hi',
    tools: [look, send],
    prepareTools: true,
    instructions: [{ ref: 'rules' }],
    historyProcessors: ['all'],
    outputValidators: ['check'],
    output: { schema: z.object({ answer: z.number() }), mode: 'prompted' as const },
    onApproval: () => note('approval', true),
    handlers: {
      models: { script: model },
      prompts: { rules: () => note('prompt', 'Follow the rules.') },
      prepareTools: (tools) => note('tools', tools),
      historyProcessors: { all: (messages) => note('history', messages) },
      validators: { check: (output) => note('validator', output) },
    },
  } satisfies RunOptions<z.ZodType<{ answer: number }>>;
}

/** Starts a run whose tool is under way, and kills the daemon. */
async function leaveOne(more: { runId?: string; conversationId?: string } = {}): Promise<void> {
  const first = await open();
  const heard: string[] = [];
  const run = await first.startRun({ ...everything(heard, { stuck: true }), runId: 'r', ...more });
  run.result.catch(() => undefined);
  while (!heard.includes('stuck')) await new Promise((resolve) => setImmediate(resolve));
  await kill(first);
}

describe('a run that is continued', () => {
  it('calls the functions of who continues it, and gives its output', async () => {
    await leaveOne();
    const heard: string[] = [];
    const { tools, output, onApproval, handlers } = everything(heard);
    const run = await (await open()).resume('r', { tools, output, onApproval, handlers });
    expect(await run.output).toEqual({ answer: 42 });
    const all = ['tool', 'tools', 'prompt', 'history', 'model', 'approval', 'approved tool', 'validator'];
    expect([...new Set(heard)].sort()).toEqual(all.sort());
    expect(heard.filter((name) => name === 'model')).toHaveLength(2);
  });

  it('shows its events after those that were told before', async () => {
    await leaveOne();
    const runwire = await open();
    const { tools, output, onApproval, handlers } = everything([]);
    const run = await runwire.resume('r', { tools, output, onApproval, handlers });
    const seqs: number[] = [];
    for await (const { seq } of run) seqs.push(seq);
    expect(run.lastSeq).toBeGreaterThan(0);
    const { lastSeq } = await run.result;
    expect(seqs).toEqual(Array.from({ length: lastSeq - run.lastSeq }, (_, index) => run.lastSeq + 1 + index));
    const { events } = await runwire.request('run/events', { runId: 'r', afterSeq: 0 });
    expect(events).toHaveLength(lastSeq);
  });

  it('is there with its result when it has ended', async () => {
    await leaveOne();
    const { tools, output, onApproval, handlers } = everything([]);
    const first = await open();
    await (await first.resume('r', { tools, output, onApproval, handlers })).output;
    await first.close();
    const again = await (await open()).resume('r', { output });
    expect(await again.output).toEqual({ answer: 42 });
    const events: unknown[] = [];
    for await (const event of again) events.push(event);
    expect(events).toEqual([]);
    expect((await again.messages()).messages).toHaveLength(6);
  });

  it('moves from one client to another while it is live', async () => {
    const runwire = await open();
    const stuck: string[] = [];
    const first = await runwire.startRun({ ...everything(stuck, { stuck: true }), runId: 'r' });
    while (!stuck.includes('stuck')) await new Promise((resolve) => setImmediate(resolve));
    const heard: string[] = [];
    const { tools, output, onApproval, handlers } = everything(heard);
    const second = await runwire.resume('r', { tools, output, onApproval, handlers });
    expect(await second.output).toEqual({ answer: 42 });
    expect((await first.result).outcome).toBe('success');
    expect(heard).toContain('tool');
  });
});

describe('a conversation of the store', () => {
  it('goes on by its id in another program, with its messages', async () => {
    const first = await open();
    const talk = first.conversation('talk', { model: 'test' });
    await (await talk.send('One.')).output;
    await (await talk.send('Two.')).output;
    expect(await talk.messages()).toHaveLength(4);
    await first.close();
    const again = (await open()).conversation('talk', { model: 'test' });
    expect(await again.messages()).toHaveLength(4);
    await (await again.send('Three.')).output;
    expect(await again.messages()).toHaveLength(6);
  });

  it('has no messages before its first run', async () => {
    expect(await (await open()).conversation('new one').messages()).toEqual([]);
  });

  it('names the run that it waits for when that was interrupted', async () => {
    await leaveOne({ conversationId: 'talk' });
    const talk = (await open()).conversation('talk', { model: 'test' });
    await expect(talk.send('Two.')).rejects.toMatchObject({ data: { kind: 'conversation.busy', runId: 'r' } });
  });
});
