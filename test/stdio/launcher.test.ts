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
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
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

/** A whole session; when it has ended, the cache was written if it ever is. */
async function session(env?: NodeJS.ProcessEnv): Promise<void> {
  const daemon = new Daemon({ env: envOf(env) });
  const answer = await daemon.initialize();
  expect(answer).toMatchObject({ result: { serverInfo: { name: 'runwire', version, pydanticAi: REFERENCE_VERSION } } });
  expect(await daemon.stop()).toBe(0);
  expect({ stderr: daemon.stderr, junk: daemon.junk }).toEqual({ stderr: '', junk: '' });
}

/** The only cache file, after a first session. */
async function firstCache(): Promise<string> {
  await session();
  const [name, ...others] = cachesIn(folder);
  expect(others).toEqual([]);
  return join(folder, name ?? 'no cache was written');
}

describe.skipIf(process.platform === 'win32')('the folder of the code cache', () => {
  it('is made for its owner alone, and so is the file in it', async () => {
    const file = await firstCache();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(file).mode & 0o777).toBe(0o600);
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
    expect(cachesIn(join(home, '.cache', 'runwire'))).toHaveLength(1);
  });

  it('is left alone with RUNWIRE_NO_CODE_CACHE', async () => {
    await session({ RUNWIRE_NO_CODE_CACHE: '1' });
    expect(existsSync(folder)).toBe(false);
  });

  it('keeps no more than eight files', async () => {
    mkdirSync(folder, { mode: 0o700 });
    for (let i = 0; i < 12; i += 1) {
      const old = join(folder, `old-${i}`);
      writeFileSync(old, '');
      utimesSync(old, longAgo, longAgo);
    }
    await session();
    const left = cachesIn(folder);
    expect(left).toHaveLength(8);
    expect(left.filter((name) => name.startsWith('runwire-'))).toHaveLength(1);
  });
});

describe('the code cache', () => {
  it('is named by what it was made with', async () => {
    const file = await firstCache();
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
    const file = await firstCache();
    utimesSync(file, longAgo, longAgo);
    await session();
    expect(statSync(file).mtimeMs).toBe(longAgo.getTime());
  });

  it.each([
    ['cut short', (content: Buffer) => content.subarray(0, content.length / 2)],
    ['empty', () => Buffer.alloc(0)],
    ['damaged in the middle', (content: Buffer) => content.fill(0x5a, content.length / 2, content.length / 2 + 64)],
    ['of something else', () => Buffer.from('not a cache at all, but long enough to hold a header')],
  ])('is replaced when it is %s', async (_how, damage) => {
    const file = await firstCache();
    const whole = readFileSync(file);
    writeFileSync(file, damage(Buffer.from(whole)));
    await session();
    // What is written need not be the same code to the byte; that it is used shows that it is whole.
    utimesSync(file, longAgo, longAgo);
    await session();
    expect(statSync(file).mtimeMs).toBe(longAgo.getTime());
    expect(cachesIn(folder)).toHaveLength(1);
  });

  it('is replaced when V8 refuses it', async () => {
    const file = await firstCache();
    const code = readFileSync(file).subarray(8);
    code.fill(0, 0, 8); // where V8 writes which V8 it was
    const header = Buffer.alloc(8);
    header.writeUInt32LE(crc32(code, crc32(readFileSync(join(dirname(daemonPath), 'server.cjs')))));
    header.writeUInt32LE(code.length, 4);
    writeFileSync(file, Buffer.concat([header, code]));
    await session();
    expect(readFileSync(file).subarray(8, 16)).not.toEqual(Buffer.alloc(8));
  });

  it('is another one under other flags', async () => {
    const file = await firstCache();
    utimesSync(file, longAgo, longAgo);
    await session({ NODE_OPTIONS: '--stack-trace-limit=11' });
    expect(statSync(file).mtimeMs).toBe(longAgo.getTime());
    expect(cachesIn(folder)).toHaveLength(2);
  });

  it('serves parts that are loaded later', async () => {
    await firstCache();
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
