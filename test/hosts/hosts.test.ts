import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { daemonPath } from '../support/daemon.ts';
import { slow } from '../support/time-limits.ts';
import { expectAsPublished, overheard } from './overheard.ts';

const folder = fileURLToPath(new URL('../../client-sample/hosts', import.meta.url));
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

let temporary: string;
beforeAll(() => {
  temporary = mkdtempSync(join(tmpdir(), 'runwire-hosts-'));
});
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** Runs sample hosts as a user does. */
function runAll(args: string[], env: Record<string, string> = { RUNWIRE: daemonPath }) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'run-all.mjs'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, RUNWIRE_NO_CODE_CACHE: '1', ...env },
  });
  return { status, stdout, stderr };
}

for (const name of names) {
  // Go compiles the host first.
  it(`${name}: runs an agent, goes on from its history, stops a run and shuts down, all as published`, {
    timeout: slow,
  }, (context) => {
    const bytes = join(temporary, `${name}.jsonl`);
    const { status, stdout } = runAll([name], overheard(bytes));
    if (stdout.startsWith('skipped')) context.skip(stdout.trim());
    expect(stdout).toBe(`ok ${name}\n`);
    expect(status).toBe(0);
    const { client, daemon } = expectAsPublished(bytes);
    expect(client).toBeGreaterThan(10);
    expect(daemon).toBeGreaterThan(20);
  });
}

it('Emacs is not left waiting when it starts a run with a synchronous request', { timeout: slow }, (context) => {
  const script = fileURLToPath(new URL('ack-form.el', import.meta.url));
  const { error, stdout, stderr } = spawnSync('emacs', ['-Q', '--batch', '-l', script], {
    encoding: 'utf8',
    env: { ...process.env, NODE: process.execPath, RUNWIRE: daemonPath, RUNWIRE_NO_CODE_CACHE: '1' },
  });
  if (error) context.skip('needs emacs');
  expect(stdout, stderr).toBe('20 runs ended\n');
});

it('a run is one shell pipe: the end of the input is no hurry', (context) => {
  const { error, status, stdout, stderr } = spawnSync('bash', [join(folder, 'shell/pipe.sh'), 'Say', 'something.'], {
    encoding: 'utf8',
    env: { ...process.env, NODE: process.execPath, RUNWIRE: daemonPath, RUNWIRE_NO_CODE_CACHE: '1' },
  });
  if (error || spawnSync('jq', ['--version']).error) context.skip('needs bash and jq');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({
    output: 'success (no tool calls)',
    newMessages: [{ parts: [{ content: 'Say something.' }] }, { parts: [{ content: 'success (no tool calls)' }] }],
    usage: { requests: 1 },
  });
});

it('every host is in the table', () => {
  const table = readFileSync(join(folder, 'README.md'), 'utf8');
  for (const name of names) expect(table).toContain(`| [${name}](${name}/)`);
});

it('a host fails when the daemon does not end well, and its transcript is shown', (context) => {
  if (spawnSync('python3', ['--version']).status !== 0) context.skip('needs python3');
  const daemon = join(temporary, 'ending-badly.cjs');
  writeFileSync(daemon, `process.on('exit', () => process.reallyExit(3)); require(${JSON.stringify(daemonPath)});`);
  const { status, stdout } = runAll(['python'], { RUNWIRE: daemon });
  expect(stdout).toMatch(/^failed python: exit code 1\n( {4}.*\n)*/);
  expect(stdout).toContain('    host: the daemon ended with exit code 3\n');
  expect(status).toBe(1);
});

it.each([['--nope'], ['nope']])('refuses %s', (argument) => {
  const { status, stderr } = runAll([argument]);
  expect(stderr).toMatch(/^usage: run-all.mjs /);
  expect(status).toBe(2);
});
