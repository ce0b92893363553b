import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeCache, daemonCommand } from '../support/daemon.ts';
import { schemaOf, text, toolCall } from '../support/session.ts';
import { storedDaemons } from '../support/stored-daemons.ts';
import { slow } from '../support/time-limits.ts';

const stored = storedDaemons();

/** Runs the command line and returns what it printed. */
function runwire(args: string[], { code = 0 }: { code?: number } = {}): string {
  const [program, ...first] = daemonCommand;
  const env = { ...process.env, ...codeCache };
  const done = spawnSync(program, [...first, ...args], { encoding: 'utf8', env, input: '' });
  expect([args, done.stderr, done.status]).toEqual([args, code === 0 ? done.stderr : expect.any(String), code]);
  return done.stdout + (code === 0 ? '' : done.stderr);
}
const say = (prompt: string, ...more: string[]) =>
  runwire(['run', '--model', 'test', '--store', stored.store, ...more, prompt]);
const ofStore = (...args: string[]) => runwire(['store', ...args, '--store', stored.store]);
const json = (...args: string[]) => JSON.parse(ofStore(...args, '--json'));
const files = () =>
  readdirSync(join(stored.store, 'runs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /jsonl$/.test(name))
    .map((name) => join(stored.store, 'runs', name));

/** Starts a run whose tool is open, and kills its daemon. */
async function leaveOne(params: object = {}): Promise<void> {
  const daemon = await stored.open();
  const tools = [{ name: 'look', inputSchema: schemaOf({}), effect: 'read' }];
  await daemon.request('run/start', { runId: 'r', model: 'host:script', prompt: 'Look.', tools, ...params });
  const request = await daemon.waitFor(({ method }) => method === 'model/request');
  daemon.send({ id: request.id, result: { response: { parts: [toolCall('look', {}, 'c')] } } });
  await daemon.waitFor(({ method }) => method === 'tool/call');
  daemon.child.kill('SIGKILL');
  await daemon.exited;
}

describe('runwire run --store', () => {
  it('keeps a conversation and goes on in the latest one, or in that of an id', { timeout: slow }, () => {
    say('What is a daemon?');
    say('What is a store?');
    say('And what is it for?', '--continue');
    const { conversations } = json('ls');
    expect(conversations).toMatchObject([
      { runs: 2, state: 'success', prompt: 'What is a store?' },
      { runs: 1, state: 'success', prompt: 'What is a daemon?' },
    ]);
    const [, other] = conversations;
    say('Go on.', `--continue=${other.id}`);
    const { messages, runs } = json('show', other.id);
    expect({ runs, prompts: JSON.stringify(messages).match(/What is a \w+\?|Go on\./g) }).toEqual({
      runs: 2,
      prompts: ['What is a daemon?', 'Go on.'],
    });
  });

  it('says what is missing to go on', { timeout: slow }, () => {
    mkdirSync(stored.store, { mode: 0o700 });
    const refused = (...args: string[]) => runwire(['run', '--model', 'test', ...args, 'hi'], { code: 2 });
    expect(refused('--continue')).toContain('--store DIR');
    expect(refused('--store', stored.store, '--continue')).toContain('no conversation yet');
    expect(refused('--store', stored.store, '--continue=nothing')).toContain("no conversation 'nothing'");
  });

  it('ends a run of the conversation that was interrupted', { timeout: slow }, async () => {
    await leaveOne({ conversationId: 'talk' });
    say('Never mind.', '--continue=talk');
    const { messages } = json('show', 'talk');
    expect(JSON.stringify(messages)).toContain('Never mind.');
    expect(json('ls', '--runs').runs.map(({ state }: { state: string }) => state)).toEqual(['success', 'cancelled']);
  });
});

describe('runwire store', () => {
  it('shows, searches, exports and deletes', { timeout: slow }, () => {
    say('Why is the sky blue?');
    say('Why is grass green?');
    const [{ id }] = json('ls').conversations;
    expect(ofStore('ls')).toMatch(/^CONVERSATION +RUNS {2}LATEST START +STATE +BEGINS\n/);
    expect(ofStore('show', id.slice(0, 23))).toMatch(
      /^[0-9a-f-]{36}: 1 runs, success\n\nuser> Why is grass green\?\n\n/,
    );
    expect(ofStore('grep', 'why IS', '--ignore-case').trim().split('\n')).toHaveLength(2);
    runwire(['store', 'grep', 'why IS', '--store', stored.store], { code: 1 });
    const history = join(stored.folder, 'history.json');
    writeFileSync(history, ofStore('export', id));
    expect(say('And moss?', '--history', history)).not.toBe('');
    expect(ofStore('rm', id)).toBe('2 runs were deleted\n');
    expect(json('ls').conversations).toMatchObject([{ prompt: 'Why is the sky blue?' }]);
  });

  it('finds what is damaged and leaves it as it is', { timeout: slow }, () => {
    say('One.');
    say('Two.');
    expect(ofStore('verify')).toBe('2 runs were read, 0 of them are damaged\n');
    const [file = ''] = files();
    const bytes = readFileSync(file);
    bytes[bytes.indexOf('"k":"try"') + 6] = 0x58;
    writeFileSync(file, bytes);
    expect(runwire(['store', 'verify', '--store', stored.store], { code: 1 })).toContain('is damaged');
    expect(readFileSync(file)).toEqual(bytes);
    expect(json('ls').conversations).toHaveLength(2);
  });

  it('parks the runs of a copied store, and names ended ones by their end', { timeout: slow }, async () => {
    await leaveOne();
    say('Ended.');
    const ended = files().find((name) => /\.ok\./.test(name)) ?? '';
    renameSync(ended, ended.replace('.ok.', `.live-${'0'.repeat(16)}.`));
    expect(json('adopt')).toEqual({ parked: 1, ended: 1, driven: 0 });
    expect(
      files()
        .map((name) => /\.(\w+)\.jsonl$/.exec(name)?.[1])
        .sort(),
    ).toEqual(['ok', 'park']);
    const working = await stored.open();
    await working.request('run/resume', { runId: 'r' });
    expect(json('adopt')).toEqual({ parked: 0, ended: 0, driven: 1 });
    expect(runwire(['store', 'rm', 'r', '--store', stored.store], { code: 2 })).toContain('a daemon works on');
  });

  it('takes the events out of old runs and deletes what is not kept, the oldest first', { timeout: slow }, () => {
    for (const prompt of ['One.', 'Two.', 'Three.']) say(prompt);
    say('Go on.', '--continue');
    const before = json('ls').conversations.map(({ id }: { id: string }) => json('show', id));
    // As if a month had gone by.
    const age = (name: string) => {
      const [, start = ''] = /(\w{12})-[^/]*$/.exec(name) ?? [];
      const then = Number.parseInt(start, 16) - 30 * 86_400_000;
      const older = name.replace(start, then.toString(16).padStart(12, '0'));
      renameSync(name, older);
      utimesSync(older, then / 1000, then / 1000);
    };
    for (const name of files()) age(name);
    expect(json('compact')).toMatchObject({ deletedConversations: 0, compactedRuns: 4 });
    expect(json('compact')).toMatchObject({ compactedRuns: 0 });
    for (const name of files()) expect(readFileSync(name, 'utf8').split('\n')).toHaveLength(3);
    expect(before.map(({ conversationId }: { conversationId: string }) => json('show', conversationId))).toEqual(
      before,
    );
    say('New.');
    const size = files().reduce((sum, name) => sum + statSync(name).size, 0);
    const max = ['--store', stored.store, '--store-max', String(size - 10)];
    expect(runwire([...max, 'store', 'compact'])).toMatch(/^1 conversations were deleted/);
    expect(json('ls').conversations.map(({ prompt }: { prompt: string }) => prompt)).toEqual([
      'New.',
      'Three.',
      'Two.',
    ]);
    expect(runwire(['--store', stored.store, '--store-days', '7', 'store', 'compact'])).toMatch(
      /^2 conversations were/,
    );
    expect(json('ls').conversations.map(({ prompt }: { prompt: string }) => prompt)).toEqual(['New.']);
  });

  it('makes no folder by looking for one', () => {
    expect(runwire(['store', 'ls', '--store', stored.store], { code: 2 })).toContain('there is no store');
    expect(readdirSync(stored.folder)).toEqual([]);
  });
});

describe('a daemon with --resume', () => {
  it('continues interrupted runs as far as they need no host, which takes them over where they wait', {
    timeout: slow,
  }, async () => {
    await leaveOne();
    const daemon = await stored.open('--resume');
    const waiting = async () => {
      for (;;) {
        const { result } = await daemon.request('pending/list', { runId: 'r' });
        const [item] = (result as { pending: { pendingId: string; method: string }[] }).pending;
        if (item) return item;
      }
    };
    expect(await waiting()).toMatchObject({ method: 'tool/call' });
    expect(daemon.messages.filter(({ method }) => method === 'run/event' || method === 'tool/call')).toEqual([]);
    expect(await daemon.request('run/resume', { runId: 'r' })).toMatchObject({ result: { runId: 'r' } });
    const call = await daemon.waitFor(({ method }) => method === 'tool/call');
    daemon.send({ id: call.id, result: { content: 'seen' } });
    const request = await daemon.waitFor(({ method }) => method === 'model/request');
    daemon.send({ id: request.id, result: { response: text('done') } });
    expect(await daemon.request('run/wait', { runId: 'r' })).toMatchObject({ result: { output: 'done' } });
  });

  it('parks them again when it stops', { timeout: slow }, async () => {
    await leaveOne();
    const daemon = await stored.open('--resume');
    let found: { state?: string } = {};
    while (found.state !== 'running') {
      const { result } = await daemon.request('run/get', { runId: 'r' });
      found = result as { state?: string };
    }
    await daemon.stop();
    expect(files().map((name) => /\.(\w+)\.jsonl$/.exec(name)?.[1])).toEqual(['park']);
  });
});
