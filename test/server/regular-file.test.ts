import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFileUpTo } from '../../server/cli/input.ts';
import { parseCommandLine } from '../../server/command-line.ts';
import { fileSink } from '../../server/log-file.ts';
import { openToAppend, openToRead } from '../../server/regular-file.ts';

let folder: string;
const sockets = createServer();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'runwire-'));
  const at = (name: string) => join(folder, name);
  writeFileSync(at('file'), 'content');
  writeFileSync(at('named twice'), 'content');
  linkSync(at('named twice'), at('hard link'));
  mkdirSync(at('folder'));
  symlinkSync('file', at('link to a file'));
  symlinkSync('fifo', at('link to a FIFO'));
  symlinkSync('absent', at('link to nothing'));
  spawnSync('mkfifo', [at('fifo')]);
  await new Promise<void>((resolve) => sockets.listen(at('socket'), resolve));
});
afterAll(() => {
  sockets.close();
  rmSync(folder, { recursive: true });
});

const pathOf = (name: string) => (name.startsWith('/') ? name : join(folder, name));

/** Fails, rather than hangs, when opening waits: nothing here opens the other end. */
const refused: [name: string, toRead: RegExp | null, toAppend: RegExp | null][] = [
  ['file', null, null],
  ['link to a file', null, /a symbolic link/],
  ['hard link', null, /another name/],
  ['folder', /a folder/, /a folder/],
  ['fifo', /a FIFO/, /a FIFO/],
  ['link to a FIFO', /a FIFO/, /a symbolic link/],
  ['link to nothing', /ENOENT/, /a symbolic link/],
  ['socket', /a socket/, /a socket/],
  ['/dev/null', /a device/, /a device/],
  ['/dev/full', /a device/, /a device/],
  ['/proc/self/environ', /made up by the kernel/, /EACCES|made up by the kernel/],
  ['/proc/self/comm', /made up by the kernel/, /made up by the kernel/],
  ['/sys/kernel/notes', /made up by the kernel/, /EACCES|EROFS|made up by the kernel/],
  ['/proc/none', /ENOENT/, /ENOENT/],
  ['folder/absent/file', /ENOENT/, /ENOENT/],
];

const opened = (open: (path: string) => number, path: string) => {
  try {
    closeSync(open(path));
    return 'opened';
  } catch (error) {
    return (error as Error).message;
  }
};

describe.skipIf(process.platform !== 'linux')('a file argument', () => {
  it.each(refused)('%s is opened only when it is a regular file', (name, toRead, toAppend) => {
    expect(opened(openToRead, pathOf(name))).toMatch(toRead ?? /^opened$/);
    expect(opened(openToAppend, pathOf(name))).toMatch(toAppend ?? /^opened$/);
  });

  it.each(refused.filter(([, toRead]) => toRead))(
    '%s is refused as an attachment and as a configuration',
    async (name) => {
      const path = pathOf(name);
      const read = readFileUpTo(path, { name: 'it', limit: 1024 });
      await expect(read).rejects.toThrow(/^it cannot be read: /);
      const command = parseCommandLine(['--config', path]);
      expect(command).toMatchObject({ kind: 'text', exitCode: 2 });
      expect(command).toMatchObject({ text: expect.stringContaining(`cannot read the configuration ${path}: `) });
    },
  );

  it('is refused as a configuration when it is larger than one can be', () => {
    const path = join(folder, 'large');
    writeFileSync(path, ' '.repeat(1024 * 1024 + 1));
    const text = `cannot read the configuration ${path}: it has 1048577 bytes; the limit is 1048576`;
    expect(parseCommandLine(['--config', path])).toMatchObject({ text: expect.stringContaining(text) });
  });
});

describe.skipIf(process.platform === 'win32')('a log file', () => {
  const write = (name: string, options = {}) => fileSink(join(folder, name), { now: () => 'T', ...options });

  it('is readable for its user alone, also when others could read it before', () => {
    writeFileSync(join(folder, 'old.log'), '');
    chmodSync(join(folder, 'old.log'), 0o666);
    for (const name of ['old.log', 'new.log']) {
      write(name)('info', 'x');
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('does not follow a link that appears in its place', () => {
    writeFileSync(join(folder, 'victim'), 'keep');
    const line = write('rotated.log', { maxBytes: 10, kept: 1 });
    line('info', 'this line fills the file');
    rmSync(join(folder, 'rotated.log'));
    symlinkSync('victim', join(folder, 'rotated.log'));
    line('info', 'this line fills the file');
    line('info', 'and so does this one');
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('keep');
  });
});
