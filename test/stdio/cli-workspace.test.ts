import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { daemonPath } from '../support/daemon.ts';
import { type PromptProvider, promptProvider } from '../support/provider/provider.ts';
import { folderWith } from '../support/temporary.ts';

let provider: PromptProvider;
beforeAll(async () => {
  provider = await promptProvider();
});
afterAll(() => provider.stop());

async function runwire(...args: string[]): Promise<string> {
  const model = ['--model', 'openai-compatible:script', '--base-url', provider.url];
  const ended = promisify(execFile)(process.execPath, [daemonPath, 'run', ...model, ...args]);
  ended.child.stdin?.end();
  const { stdout, stderr } = await ended.catch((error: { stdout: string; stderr: string }) => error);
  return stdout + stderr;
}

it('reads the files of the folder, and nothing outside of it', async () => {
  const cwd = folderWith({ 'a.txt': 'seven' });
  expect(await runwire('--workspace', cwd, 'read a.txt')).toContain('Done. seven');
  expect(await runwire('--workspace', cwd, 'read /etc/passwd')).toContain('outside of the workspace');
});

it('writes and runs only what it is allowed to', async () => {
  const cwd = folderWith();
  expect(await runwire('--workspace', cwd, 'write a.txt hello')).toContain('Unknown tool name');
  expect(existsSync(join(cwd, 'a.txt'))).toBe(false);
  await runwire('--workspace', cwd, '--allow', 'edits', 'write a.txt hello');
  expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('hello');
  expect(await runwire('--workspace', cwd, '--allow', 'edits', 'run true')).toContain('Unknown tool name');
  expect(await runwire('--workspace', cwd, '--allow', 'all', 'run cat a.txt')).toContain('Done. hello');
});

it('refuses a workspace that is not there', async () => {
  expect(await runwire('--workspace', '/does/not/exist', 'hi')).toContain(
    "--workspace '/does/not/exist' is not a folder",
  );
  expect(await runwire('--allow', 'all', 'hi')).toContain('--allow belongs to --workspace');
});
