import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Where `install.sh` put the environments. */
const environments = process.env.PYTHON_DIR ?? '';
const client = fileURLToPath(new URL('../../protocol/python', import.meta.url));
const manifest = fileURLToPath(new URL('../../package.json', import.meta.url));
const timeout = 300_000;

describe.skipIf(!environments)('the Python client (needs PYTHON_DIR, see test/python/install.sh)', () => {
  let work: string;
  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'runwire-python-'));
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  /** Runs a program of an environment; what it printed is the failure. */
  const run = (environment: 'tools' | 'fresh', [program = '', ...args]: string[], options: SpawnSyncOptions = {}) => {
    const path = join(environments, environment, 'bin', program);
    const done = spawnSync(path, args, { cwd: client, maxBuffer: 2 ** 26, ...options, encoding: 'utf8' });
    if (done.error) throw done.error;
    if (done.status !== 0)
      throw new Error(`${program} ${args.join(' ')}: exit code ${done.status}\n${done.stdout}\n${done.stderr}`);
    return done.stdout;
  };
  const withSource = { env: { ...process.env, PYTHONPATH: join(client, 'src'), PYTHONDONTWRITEBYTECODE: '1' } };

  it('has models that were made from docs/schema.json', { timeout }, () => {
    const fresh = join(work, 'protocol.py');
    run('tools', ['python', 'generate.py', fresh]);
    const committed = readFileSync(join(client, 'src/runwire/protocol.py'), 'utf8');
    expect(readFileSync(fresh, 'utf8') === committed, 'run `python protocol/python/generate.py`').toBe(true);
    expect(committed.match(/^class \w*\d\b.*/gm) ?? []).toEqual([]);
  });

  it('is formatted, linted and typed, and so is the program of a user', { timeout }, () => {
    run('tools', ['ruff', 'format', '--no-cache', '--check', '.']);
    run('tools', ['ruff', 'check', '--no-cache', '.']);
    run('tools', ['mypy', '--cache-dir', join(work, 'mypy')]);
    run('tools', ['pyright', '--pythonpath', join(environments, 'tools/bin/python')]);
  });

  it('passes its tests, Pydantic AI reading its messages', { timeout }, () => {
    const report = run('tools', ['python', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-rs'], withSource);
    expect(report).toMatch(/\d+ passed/);
    expect(report).not.toContain('skipped');
  });

  it('is a wheel of any platform with the daemon and its licences inside', { timeout }, () => {
    const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
    run('tools', ['python', '-m', 'build', '--wheel', '--no-isolation', '--outdir', work]);
    expect(readdirSync(work).filter((name) => name.endsWith('.whl'))).toEqual([`runwire-${version}-py3-none-any.whl`]);
    const files = run('tools', [
      'python',
      '-m',
      'zipfile',
      '--list',
      join(work, `runwire-${version}-py3-none-any.whl`),
    ]);
    for (const name of [
      'LICENSE',
      'py.typed',
      'daemon/runwire.cjs',
      'daemon/server.cjs',
      'daemon/THIRD-PARTY-LICENSES.txt',
    ])
      expect(files).toContain(`runwire/${name}`);
  });

  it('serves a program from the wheel alone, with an empty PATH', { timeout }, () => {
    const wheel = readdirSync(work).find((name) => name.endsWith('.whl')) ?? 'there is no wheel';
    run('fresh', ['pip', 'install', '--quiet', '--force-reinstall', '--no-deps', join(work, wheel)]);
    const tests = join(work, 'tests');
    cpSync(join(client, 'tests'), tests, { recursive: true });
    cpSync(join(client, 'pyproject.toml'), join(work, 'pyproject.toml'));
    const alone = { cwd: work, env: { PATH: '' } };
    expect(run('fresh', ['python', join(tests, 'user_program.py')], alone)).toBe('ok weather deleted a\n');
    expect(run('fresh', ['python', '-m', 'pytest', '-q', 'tests'], alone)).toMatch(/\d+ passed/);
    expect(run('fresh', ['runwire', '--version'], alone)).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
