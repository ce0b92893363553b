import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '../../protocol/lifecycle.ts';
import { REFERENCE_VERSION } from '../../protocol/reference.ts';
import { Daemon, daemonPath } from '../support/daemon.ts';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
const longAgo = new Date(1_000_000_000_000);

let home: string;
let folder: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'runwire-'));
  folder = join(home, 'runwire');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const envOf = (env: NodeJS.ProcessEnv = {}) => ({
  XDG_CACHE_HOME: home,
  LOCALAPPDATA: home,
  RUNWIRE_NO_CODE_CACHE: '',
  ...env,
});
const cachesIn = (path: string) => (existsSync(path) ? readdirSync(path) : []);

/** A whole session, with a run or without one; when it has ended, the caches were written if they ever are. */
async function session(env?: NodeJS.ProcessEnv, { runs = false } = {}): Promise<void> {
  const daemon = new Daemon({ env: envOf(env) });
  const answer = await daemon.initialize();
  expect(answer).toMatchObject({ result: { serverInfo: { name: 'runwire', version, pydanticAi: REFERENCE_VERSION } } });
  if (runs) await daemon.request('run/start', { model: 'test', prompt: 'hi', wait: true });
  expect(await daemon.stop()).toBe(0);
  expect({ stderr: daemon.stderr, junk: daemon.junk }).toEqual({ stderr: '', junk: '' });
}

/** The cache files of the scripts, after a first session. */
async function firstCaches(): Promise<{ engine: string; server: string }> {
  await session();
  const [engine = '', server = '', ...others] = cachesIn(folder).sort();
  expect({ engine, server, others }).toEqual({
    engine: expect.stringContaining('-engine-'),
    server: expect.stringContaining('-server-'),
    others: [],
  });
  return { engine: join(folder, engine), server: join(folder, server) };
}

describe.skipIf(process.platform === 'win32')('the folder of the code cache', () => {
  it('is made for its owner alone, and so is the file in it', async () => {
    const { engine, server } = await firstCaches();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect([engine, server].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  it.each([
    ['others', 0o777],
    ['the group', 0o770],
  ])('is not used when %s may write into it', async (_who, mode) => {
    mkdirSync(folder);
    chmodSync(folder, mode);
    await session();
    expect(cachesIn(folder)).toEqual([]);
  });

  it('is not used when it is a symbolic link', async () => {
    const elsewhere = join(home, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    symlinkSync(elsewhere, folder);
    await session();
    expect(cachesIn(elsewhere)).toEqual([]);
  });

  it('may be impossible to make', async () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    await session({ XDG_CACHE_HOME: file });
    await session({ XDG_CACHE_HOME: 'relative' });
    await session({ XDG_CACHE_HOME: '', HOME: '' });
  });

  it.skipIf(process.platform !== 'linux')('is not waited for where no folder can be made', async () => {
    await session({ XDG_CACHE_HOME: '/proc' });
    await session({ XDG_CACHE_HOME: '/proc/self/fd' });
    await session({ XDG_CACHE_HOME: join(home, 'deeper', 'than', 'there', 'is') });
    await session({ XDG_CACHE_HOME: '/dev/null' });
  });

  it('is .cache/runwire of the home when no other is named', async () => {
    await session({ XDG_CACHE_HOME: '', HOME: home });
    expect(cachesIn(join(home, '.cache', 'runwire'))).toHaveLength(2);
  });

  it('is left alone with RUNWIRE_NO_CODE_CACHE', async () => {
    await session({ RUNWIRE_NO_CODE_CACHE: '1' });
    expect(existsSync(folder)).toBe(false);
  });

  it('keeps no more than sixteen files', async () => {
    mkdirSync(folder, { mode: 0o700 });
    for (let i = 0; i < 20; i += 1) {
      const old = join(folder, `old-${i}`);
      writeFileSync(old, '');
      utimesSync(old, longAgo, longAgo);
    }
    await session();
    const left = cachesIn(folder);
    expect(left).toHaveLength(16);
    expect(left.filter((name) => name.startsWith('runwire-'))).toHaveLength(2);
  });
});

describe('the code cache', () => {
  it('is named by what it was made with', async () => {
    const { server: file } = await firstCaches();
    for (const part of [version, process.version, process.arch]) expect(file).toContain(part);
  });

  it('is written while the daemon is idle, not only when it ends', async () => {
    mkdirSync(folder, { mode: 0o700 });
    const written = new Promise<void>((resolve) => {
      const watcher = watch(folder, (_event, name) => {
        if (!name?.endsWith('.cache')) return;
        watcher.close();
        resolve();
      });
    });
    const daemon = new Daemon({ env: envOf() });
    await daemon.initialize();
    await written;
    expect(await daemon.stop()).toBe(0);
  });

  it('is used as it is from the second start on', async () => {
    const files = Object.values(await firstCaches());
    for (const file of files) utimesSync(file, longAgo, longAgo);
    await session();
    expect(files.map((file) => statSync(file).mtimeMs)).toEqual([longAgo.getTime(), longAgo.getTime()]);
  });

  it('is written anew at the end of the first daemon that had a run, and never after that', async () => {
    const files = Object.values(await firstCaches());
    const sizes = files.map((file) => statSync(file).size);
    await session({}, { runs: true });
    const grown = files.map((file) => statSync(file).size);
    expect(grown.map((size, index) => size > (sizes[index] ?? 0))).toEqual([true, true]);
    for (const file of files) utimesSync(file, longAgo, longAgo);
    await session({}, { runs: true });
    await session();
    expect(files.map((file) => statSync(file).mtimeMs)).toEqual([longAgo.getTime(), longAgo.getTime()]);
  });

  it.each([
    ['server', 'cut short', (content: Buffer) => content.subarray(0, content.length / 2)],
    ['engine', 'empty', () => Buffer.alloc(0)],
    [
      'server',
      'damaged in the middle',
      (content: Buffer) => content.fill(0x5a, content.length >> 1, (content.length >> 1) + 64),
    ],
    ['engine', 'damaged near its end', (content: Buffer) => content.fill(0x5a, content.length - 64)],
    ['server', 'of something else', () => Buffer.from('not a cache at all, but long enough to hold a header')],
  ] as const)('of the %s is replaced when it is %s', async (script, _how, damage) => {
    const { [script]: file } = await firstCaches();
    const whole = readFileSync(file);
    writeFileSync(file, damage(Buffer.from(whole)));
    await session();
    // What is written need not be the same code to the byte; that it is used shows that it is whole.
    utimesSync(file, longAgo, longAgo);
    await session();
    expect(statSync(file).mtimeMs).toBe(longAgo.getTime());
    expect(cachesIn(folder)).toHaveLength(2);
  });

  it('is replaced when V8 refuses it', async () => {
    const { server: file } = await firstCaches();
    const content = readFileSync(file);
    const length = content.readUInt32LE(0);
    // Where V8 writes which V8 it was, in both copies of the code.
    content.fill(0, 8, 16).fill(0, 8 + length, 16 + length);
    writeFileSync(file, content);
    await session();
    expect(readFileSync(file).subarray(8, 16)).not.toEqual(Buffer.alloc(8));
  });

  it('is another one under other flags', async () => {
    const { server: file } = await firstCaches();
    utimesSync(file, longAgo, longAgo);
    await session({ NODE_OPTIONS: '--stack-trace-limit=11' });
    expect(statSync(file).mtimeMs).toBe(longAgo.getTime());
    expect(cachesIn(folder)).toHaveLength(4);
  });

  it('serves parts that are loaded later', async () => {
    await firstCaches();
    const daemon = new Daemon({ args: ['--allow-env', 'SOME_KEY'], env: envOf({ SOME_KEY: 'none' }) });
    await daemon.initialize();
    const model = { model: 'openai-chat:gpt-5', baseUrl: 'http://127.0.0.1:1/v1', apiKeyEnv: 'SOME_KEY' };
    expect(await daemon.request('run/start', { model, prompt: 'hi' })).toMatchObject({ result: { state: 'running' } });
    daemon.child.kill('SIGKILL');
  });

  it('is not made by a start that answers nothing', () => {
    for (const args of [['--help'], ['--version'], ['--wrong']]) {
      spawnSync(process.execPath, [daemonPath, ...args], { env: { ...process.env, ...envOf() } });
    }
    expect(cachesIn(folder)).toEqual([]);
  });
});

describe('--version', () => {
  it.each([[['--version']], [['--stdio', '--version']]])('is printed for %j', (args) => {
    const { stdout, status } = spawnSync(process.execPath, [daemonPath, ...args], {
      env: { ...process.env, ...envOf() },
      encoding: 'utf8',
    });
    expect({ stdout, status }).toEqual({ stdout: `${version}\n`, status: 0 });
  });

  it('says with --json what else has a version', () => {
    const { stdout, status } = spawnSync(process.execPath, [daemonPath, '--version', '--json'], { encoding: 'utf8' });
    expect({ ...JSON.parse(stdout), status }).toEqual({
      name: 'runwire',
      version,
      protocolVersion: PROTOCOL_VERSION,
      pydanticAi: REFERENCE_VERSION,
      node: process.version,
      status: 0,
    });
  });
});
