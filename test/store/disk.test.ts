import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../server/engine/errors.ts';
import type { RunExecutor } from '../../server/executors/run-executor.ts';
import { RunStore } from '../../server/store/run-store.ts';
import { schemaOf, text, toolCall } from '../support/session.ts';
import { ScriptedOwner } from './scripted-owner.ts';
import { never, resultOf, start, storedExecutor, traceOf } from './stored-executor.ts';

let folder: string;
let opened: RunStore[];
const undo: (() => void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runwire-disk-'));
  opened = [];
});
afterEach(() => {
  for (const store of opened) store.close();
  for (const one of undo.splice(0).reverse()) one();
  rmSync(folder, { recursive: true, force: true });
});

const elapsed = () => performance.now();
function daemonOn(path: string): RunExecutor {
  const open = () => {
    const store = new RunStore({ path, durability: 'normal', by: 'test', elapsed });
    opened.push(store);
    return store;
  };
  return storedExecutor({ by: 'test', open });
}

const tool = { name: 'look', inputSchema: schemaOf({}), effect: 'read' as const };
/** Calls its tool once; what that returns is given. */
const calling = (content: unknown) => (method: string, params: Record<string, unknown>) => {
  if (method === 'tool/call') return { content };
  if (method !== 'model/request') return undefined;
  return { response: (params.messages as object[]).length < 2 ? { parts: [toolCall('look', {}, 'c')] } : text('done') };
};
const say = async (executor: RunExecutor, runId: string, more: object = {}) => {
  await start(executor, new ScriptedOwner(calling('seen')), { runId, tools: [tool], ...more });
  return resultOf(executor, runId);
};
const refusal = (promise: Promise<unknown>): Promise<{ kind: string; details: unknown }> =>
  promise.then(
    () => ({ kind: 'no error', details: {} }),
    (error: unknown) => {
      if (!(error instanceof EngineError)) throw error;
      return { kind: error.kind, details: error.details };
    },
  );

/** Everything in a folder: names, modes and contents. */
function everythingIn(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const at = join(path, name);
      const stats = statSync(at);
      const content = stats.isFile() ? createHash('sha256').update(readFileSync(at)).digest('hex') : 'folder';
      return `${name} ${stats.mode.toString(8)} ${content}`;
    });
}

const run = (...command: [string, ...string[]]) => spawnSync(command[0], command.slice(1), { encoding: 'utf8' });
/** Mounts a file system of so many bytes; false where that is not allowed. */
function mountTmpfs(at: string, size: string): boolean {
  const { status } = run('mount', '-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', at);
  if (status === 0) undo.push(() => run('umount', '-l', at));
  return status === 0;
}
const canMount = (() => {
  const at = mkdtempSync(join(tmpdir(), 'runwire-mount-'));
  const isMounted = mountTmpfs(at, '64k');
  for (const one of undo.splice(0)) one();
  rmSync(at, { recursive: true });
  return isMounted;
})();
const isRoot = process.getuid?.() === 0;

describe.skipIf(!canMount)('a disk (needs to be allowed to mount a tmpfs)', () => {
  it('that is full parks the run and refuses others, and lets both go on once there is room', async () => {
    expect(mountTmpfs(folder, '1m')).toBe(true);
    const ballast = join(folder, 'ballast');
    const executor = daemonOn(join(folder, 'store'));
    expect(await say(executor, 'before')).toMatchObject({ outcome: 'success' });
    writeFileSync(ballast, Buffer.alloc(600 * 1024));
    const owner = new ScriptedOwner(calling('x'.repeat(500 * 1024)));
    await start(executor, owner, { runId: 'r', tools: [tool] });
    const { kind, details } = await refusal(resultOf(executor, 'r'));
    expect({ kind, details }).toMatchObject({
      kind: 'run.interrupted',
      details: { runId: 'r', cause: { kind: 'store.unavailable', message: expect.stringContaining('ENOSPC') } },
    });
    // What could not be written was not reported.
    expect(owner.events.at(-1)?.event.event_kind).toBe('function_tool_call');
    const big = start(executor, owner, { runId: 's', prompt: 'y'.repeat(500 * 1024) });
    expect(await refusal(big)).toMatchObject({
      kind: 'store.unavailable',
      details: { reason: 'full', path: expect.stringContaining(join(folder, 'store')) },
    });
    expect((await traceOf(executor, 'before')).messages).toHaveLength(4);
    expect((await executor.get('r')).state).toBe('interrupted');
    rmSync(ballast);
    await executor.resume({ runId: 'r' }, new ScriptedOwner(calling('small')));
    expect(await resultOf(executor, 'r')).toMatchObject({ outcome: 'success', output: 'done' });
    expect(await say(executor, 's')).toMatchObject({ outcome: 'success' });
  });

  it('that is read-only shows what is there and changes nothing', async () => {
    expect(mountTmpfs(folder, '1m')).toBe(true);
    const path = join(folder, 'store');
    const before = daemonOn(path);
    await say(before, 'ended', { conversationId: 'c' });
    const owner = new ScriptedOwner((method, params) =>
      method === 'tool/call' ? undefined : calling('')(method, params),
    );
    await start(before, owner, { runId: 'open', tools: [tool] });
    while (owner.called.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await before.endRuns(owner, new EngineError('client.gone', 'gone'), 1000);
    before.close();
    const tree = everythingIn(path);
    expect(run('mount', '-o', 'remount,ro', folder).status).toBe(0);
    const executor = daemonOn(path);
    expect((await executor.list({})).runs.map(({ state }) => state)).toEqual(['interrupted', 'finished']);
    expect((await traceOf(executor, 'ended')).messages).toHaveLength(4);
    expect(await executor.conversations().get({ conversationId: 'c' })).toMatchObject({ total: 4 });
    const readOnly = { kind: 'store.unavailable', details: { reason: 'readOnly', path } };
    const other = new ScriptedOwner(calling(''));
    expect(await refusal(start(executor, other, { runId: 'new' }))).toMatchObject(readOnly);
    expect(await refusal(executor.resume({ runId: 'open' }, other))).toMatchObject(readOnly);
    expect(await refusal(executor.conversations().delete('c'))).toMatchObject(readOnly);
    expect(run('mount', '-o', 'remount,rw', folder).status).toBe(0);
    expect(everythingIn(path)).toEqual(tree);
  });
});

/** Mounts a file system that ignores case and refuses the names that Windows reserves; false where that cannot be had. */
function mountIgnoringCase(at: string, image: string): boolean {
  writeFileSync(image, Buffer.alloc(4 * 1024 * 1024));
  if (run('mkfs.ntfs', '-q', '-F', '-f', image).status !== 0) return false;
  if (run('lowntfs-3g', '-o', 'ignore_case,windows_names,umask=077', image, at).status !== 0) return false;
  undo.push(() => run('umount', '-l', at));
  writeFileSync(join(at, 'Probe'), '');
  return existsSync(join(at, 'pROBE'));
}
const canIgnoreCase = (() => {
  const at = mkdtempSync(join(tmpdir(), 'runwire-mount-'));
  const image = `${at}.ntfs`;
  const isMounted = mountIgnoringCase(at, image);
  for (const one of undo.splice(0)) one();
  for (const path of [at, image]) rmSync(path, { recursive: true, force: true });
  return isMounted;
})();

describe.skipIf(!canIgnoreCase)('a disk that ignores case (needs lowntfs-3g, and to be allowed to mount)', () => {
  it('keeps runs and conversations apart that differ in case alone, and gives them to another daemon', async () => {
    const [at, image] = [join(folder, 'disk'), join(folder, 'image')];
    mkdirSync(at);
    expect(mountIgnoringCase(at, image)).toBe(true);
    const path = join(at, 'store');
    const before = daemonOn(path);
    const ids = ['run', 'RUN', 'CON', 'con', 'nul', '..', 'a.', 'a'];
    for (const id of ids)
      expect(await say(before, id, { conversationId: `of ${id}` })).toMatchObject({ output: 'done' });
    const owner = new ScriptedOwner((method, params) =>
      method === 'tool/call' ? undefined : calling('')(method, params),
    );
    for (const runId of ['open', 'OPEN']) await start(before, owner, { runId, tools: [tool] });
    while (owner.called.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await before.endRuns(owner, new EngineError('client.gone', 'gone'), 1000);
    before.close();
    const executor = daemonOn(path);
    expect((await executor.list({})).runs.map(({ runId }) => runId).reverse()).toEqual([...ids, 'open', 'OPEN']);
    for (const id of ids)
      expect(await executor.conversations().get({ conversationId: `of ${id}` })).toMatchObject({
        runIds: [id],
        total: 4,
      });
    await executor.resume({ runId: 'OPEN' }, new ScriptedOwner(calling('seen')));
    expect(await resultOf(executor, 'OPEN')).toMatchObject({ outcome: 'success', output: 'done' });
    expect((await executor.get('open')).state).toBe('interrupted');
    await executor.conversations().delete('of run');
    expect(await refusal(executor.get('run'))).toMatchObject({ kind: 'run.notFound' });
    expect((await executor.get('RUN')).state).toBe('finished');
  });
});

it('waits for the head of a run whose owner has made its file and not written it yet', async () => {
  await say(daemonOn(join(folder, 'store')), 'begun');
  const [store] = opened;
  const [ended] = (await store?.refs()) ?? [];
  if (!store || !ended) throw new Error('the run is not there');
  const begun = { ...ended, tag: `live-${store.epoch}` as const };
  const content = readFileSync(store.pathOf(ended));
  renameSync(store.pathOf(ended), store.pathOf(begun));
  writeFileSync(store.pathOf(begun), '');
  const loading = store.load(begun);
  for (let turns = 0; turns < 20; turns += 1) await new Promise(setImmediate);
  writeFileSync(store.pathOf(begun), content);
  expect((await loading)?.head.runId).toBe('begun');
});

describe('a folder that cannot be a store is refused, and nothing in it is touched:', () => {
  const reasonOf = (path: string) => refusal(start(daemonOn(path), new ScriptedOwner(calling('')), {}));
  async function expectRefused(path: string, reason: string) {
    const before = everythingIn(folder);
    expect(await reasonOf(path)).toMatchObject({ kind: 'store.unavailable', details: { reason } });
    expect(everythingIn(folder)).toEqual(before);
  }

  it.skipIf(!isRoot)('one of another user (needs root)', async () => {
    const path = join(folder, 'store');
    mkdirSync(path, { mode: 0o700 });
    chownSync(path, 65534, 65534);
    await expectRefused(path, 'unsafe');
  });

  it('one that others may write to', async () => {
    const path = join(folder, 'store');
    mkdirSync(path);
    chmodSync(path, 0o770);
    await expectRefused(path, 'unsafe');
  });

  it('a link to a folder', async () => {
    mkdirSync(join(folder, 'real'), { mode: 0o700 });
    symlinkSync(join(folder, 'real'), join(folder, 'store'));
    await expectRefused(join(folder, 'store'), 'unsafe');
  });

  it('one whose runs are a link', async () => {
    mkdirSync(join(folder, 'store'), { mode: 0o700 });
    mkdirSync(join(folder, 'real'), { mode: 0o700 });
    daemonOn(join(folder, 'store'));
    await say(daemonOn(join(folder, 'store')), 'r');
    renameSync(join(folder, 'store', 'runs'), join(folder, 'moved'));
    symlinkSync(join(folder, 'moved'), join(folder, 'store', 'runs'));
    await expectRefused(join(folder, 'store'), 'unsafe');
  });

  it('a file', async () => {
    writeFileSync(join(folder, 'store'), 'mine');
    await expectRefused(join(folder, 'store'), 'io');
  });

  it('one of a later format', async () => {
    const path = join(folder, 'store');
    mkdirSync(path, { mode: 0o700 });
    writeFileSync(join(path, 'store.json'), '{"format":2,"id":"x"}\n');
    await expectRefused(path, 'newer');
  });

  it('one whose format cannot be read', async () => {
    const path = join(folder, 'store');
    mkdirSync(path, { mode: 0o700 });
    writeFileSync(join(path, 'store.json'), '\0\0\0\0');
    await expectRefused(path, 'io');
  });
});

describe('a store', () => {
  const path = () => join(folder, 'store');
  const names = () =>
    readdirSync(join(path(), 'runs'), { recursive: true, encoding: 'utf8' }).filter((name) => /jsonl$/.test(name));

  it('takes any ids, and no name of a file depends on letter case', async () => {
    const executor = daemonOn(path());
    const ids = ['', '../../up', 'a/b', '/etc/passwd', 'Ä', 'A', 'a', '\u2028', '\ud800', 'CON', '.', 'x'.repeat(5000)];
    for (const id of ids) await say(executor, id, { conversationId: `of ${id}` });
    const { runs } = await executor.list({});
    expect(runs.map(({ runId }) => runId).reverse()).toEqual(ids);
    for (const id of ids) expect((await executor.get(id)).state).toBe('finished');
    expect(names()).toHaveLength(ids.length);
    for (const name of names()) expect(name).toMatch(/^\d{4}-\d\d-\d\d[/\\][0-9a-z.-]+\.jsonl$/);
    expect(readdirSync(folder)).toEqual(['store']);
  });

  it('passes over what is no run of its own', async () => {
    await say(daemonOn(path()), 'r');
    const day = join(path(), 'runs', readdirSync(join(path(), 'runs'))[0] ?? '');
    const [file = ''] = readdirSync(day);
    writeFileSync(join(day, 'notes.txt'), 'mine');
    mkdirSync(join(day, file.replace(/^.{12}/, '000000000001')));
    symlinkSync('/etc/passwd', join(day, file.replace(/^.{12}/, '000000000002')));
    symlinkSync('/etc', join(path(), 'runs', '2020-01-01'));
    writeFileSync(join(day, file.replace(/^.{12}/, '000000000003')), '');
    const executor = daemonOn(path());
    expect((await executor.list({})).runs.map(({ runId }) => runId)).toEqual(['r']);
    expect((await executor.get('r')).state).toBe('finished');
    expect(await say(executor, 's')).toMatchObject({ outcome: 'success' });
  });

  it('shows nothing of a run that a later version wrote, and leaves it alone', async () => {
    await say(daemonOn(path()), 'r');
    const [name = ''] = names();
    const file = join(path(), 'runs', name);
    const newer = readFileSync(file, 'utf8').replace('"v":1', '"v":2');
    const { crc32 } = await import('node:zlib');
    const [head = '', ...others] = newer.split('\n');
    const open = head.slice(0, head.lastIndexOf(',"c":'));
    const line = `${open},"c":"${crc32(open).toString(16).padStart(8, '0')}"}`;
    writeFileSync(file, [line, ...others].join('\n'));
    const executor = daemonOn(path());
    const before = readFileSync(file);
    expect(await refusal(executor.get('r').then((view) => view.messages({})))).toMatchObject({
      kind: 'run.unreadable',
      details: { reason: 'newer', version: 2 },
    });
    expect(await refusal(executor.resume({ runId: 'r' }, new ScriptedOwner(calling(''))))).toMatchObject({
      kind: 'run.unreadable',
    });
    expect(readFileSync(file)).toEqual(before);
  });

  it('keeps its files from other users, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      await say(daemonOn(path()), 'r');
    } finally {
      process.umask(before);
    }
    for (const name of ['', ...readdirSync(path(), { recursive: true, encoding: 'utf8' })]) {
      const stats = statSync(join(path(), name));
      expect([name, (stats.mode & 0o777).toString(8)]).toEqual([name, stats.isDirectory() ? '700' : '600']);
    }
    expect((await (await daemonOn(path()).get('r')).result({}, never())).outcome).toBe('success');
  });
});
