import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { codeCache } from '../support/daemon.ts';
import { slow } from '../support/time-limits.ts';

export const guide = fileURLToPath(new URL('../../docs/guide', import.meta.url));
const root = join(guide, '../..');
const daemon = join(root, 'dist/daemon/runwire.cjs');

/** Where `test/python/install.sh` put the environments of the Python client. */
export const pythonEnvironments = process.env.PYTHON_DIR ?? '';

/** Runs a program of the guides as a reader would, in a folder of its own and without any key; returns what it printed. */
export function runProgram(file: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'runwire-guide-'));
  try {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    symlinkSync(daemon, join(bin, 'runwire'));
    const [command = '', ...args] = commandOf(file);
    const PATH = [bin, dirname(process.execPath), process.env.PATH].join(delimiter);
    const done = spawnSync(command, args, {
      cwd: folder,
      env: {
        PATH,
        HOME: folder,
        ...codeCache,
        PYTHONPATH: join(root, 'protocol/python/src'),
        PYTHONDONTWRITEBYTECODE: '1',
      },
      encoding: 'utf8',
      timeout: slow,
    });
    if (done.error) throw done.error;
    if (done.status !== 0) throw new Error(`${file}: exit code ${done.status}\n${done.stdout}\n${done.stderr}`);
    return done.stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Checks the types of a program in Python as strictly as the client's own. */
export function checkTypes(file: string): void {
  const program = join(pythonEnvironments, 'tools/bin/mypy');
  const args = ['--strict', '--cache-dir', join(tmpdir(), 'runwire-guide-mypy'), join(guide, file)];
  const { status, stdout } = spawnSync(program, args, { cwd: join(root, 'protocol/python'), encoding: 'utf8' });
  if (status !== 0) throw new Error(stdout);
}

function commandOf(file: string): string[] {
  const path = join(guide, file);
  if (extname(file) === '.ts') return [process.execPath, compiled(path)];
  if (extname(file) === '.py') return [join(pythonEnvironments, 'tools/bin/python'), path];
  return ['bash', '-euo', 'pipefail', path];
}

/** The program as JavaScript, in a place from where it finds the package as it ships. */
function compiled(path: string): string {
  const output = join(root, 'dist/guide', `${basename(path, '.ts')}.mjs`);
  mkdirSync(dirname(output), { recursive: true });
  const { code } = transformSync(readFileSync(path, 'utf8'), { loader: 'ts', format: 'esm', target: 'node20' });
  writeFileSync(output, code);
  return output;
}
