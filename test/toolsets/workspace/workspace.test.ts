import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { WorkspaceTool } from '../../../server/toolsets/workspace/tool-specs.ts';
import { Workspace } from '../../../server/toolsets/workspace/workspace.ts';
import { folderWith } from '../../support/temporary.ts';

/** Calls a tool in a folder; a failure is the text of its reason. */
async function use(cwd: string, name: WorkspaceTool, args: Record<string, unknown>): Promise<string> {
  const call = { name, args, toolCallId: 'c', signal: new AbortController().signal };
  return new Workspace({ cwd }).call(call).catch((error: Error) => `${error.name}: ${error.message}`);
}

it('reads a file as it is, and a part of it with a note', async () => {
  const cwd = folderWith({ 'a.txt': 'zero\none\ntwo\n' });
  expect(await use(cwd, 'read_file', { path: 'a.txt' })).toBe('zero\none\ntwo\n');
  expect(await use(cwd, 'read_file', { path: 'a.txt', offset: 1, limit: 1 })).toBe('one\n[lines 1 to 1 of 3]');
});

it.each([
  ['a binary file', Buffer.from([0, 1, 2]), 'is a binary file of 3 bytes'],
  ['text of another encoding', Buffer.from([0xff, 0xfe, 0x41]), 'is a binary file of 3 bytes'],
  ['a long file', 'x'.repeat(2 * 1024 * 1024 + 1), 'has 2097153 bytes'],
])('describes %s instead of reading it, and does not write it', async (_what, content, description) => {
  const cwd = folderWith({ file: content });
  expect(await use(cwd, 'read_file', { path: 'file' })).toContain(description);
  expect(await use(cwd, 'write_file', { path: 'file', content: '' })).toContain(description);
  expect(readFileSync(join(cwd, 'file')).equals(Buffer.from(content))).toBe(true);
});

it('says what is wrong with a path', async () => {
  const cwd = folderWith({ 'a.txt': '' });
  expect(await use(cwd, 'read_file', { path: 'no.txt' })).toBe("ToolFailure: 'no.txt' does not exist.");
  expect(await use(cwd, 'read_file', { path: '.' })).toContain('is a folder; use list_directory');
  expect(await use(cwd, 'read_file', { path: 'a.txt/b' })).toContain('not a folder');
  expect(await use(cwd, 'read_file', { path: 'a\0b' })).toContain('zero byte');
});

it('writes a new file with its folders, but nothing of git', async () => {
  const cwd = folderWith({ '.git/config': '' });
  expect(await use(cwd, 'write_file', { path: 'x/y/z.txt', content: 'hi' })).toBe("Made 'x/y/z.txt'.");
  expect(readFileSync(join(cwd, 'x/y/z.txt'), 'utf8')).toBe('hi');
  expect(await use(cwd, 'write_file', { path: '.git/hooks/pre-commit', content: '' })).toContain('belongs to git');
  expect(existsSync(join(cwd, '.git/hooks'))).toBe(false);
});

it('edits a text that occurs exactly once', async () => {
  const cwd = folderWith({ 'a.txt': 'aXbXc', 'crlf.txt': 'one\r\ntwo\r\n' });
  const edit = (path: string, old_text: string, new_text: string) =>
    use(cwd, 'edit_file', { path, old_text, new_text });
  expect(await edit('a.txt', 'X', 'Y')).toContain('occurs 2 times');
  expect(await edit('a.txt', 'Z', 'Y')).toContain('does not occur');
  expect(await edit('a.txt', 'bX', 'b$&')).toBe("Wrote 'a.txt'.");
  expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('aXb$&c');
  await edit('crlf.txt', 'one\ntwo', '1\n2');
  expect(readFileSync(join(cwd, 'crlf.txt'), 'utf8')).toBe('1\r\n2\r\n');
});

it('makes edits of one response one after the other', async () => {
  const cwd = folderWith({ 'a.txt': '123456789' });
  const workspace = new Workspace({ cwd });
  const { signal } = new AbortController();
  const edits = [...'123456789'].map((digit) => {
    const args = { path: 'a.txt', old_text: digit, new_text: `${digit}.` };
    return workspace.call({ name: 'edit_file', args, toolCallId: digit, signal });
  });
  await Promise.all(edits);
  expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('1.2.3.4.5.6.7.8.9.');
});

const tree = {
  '.git/HEAD': 'ref',
  '.gitignore': '*.log\n/build\n!keep.log\n# comment\ndeep/**/skip.txt\n',
  'a.log': 'needle',
  'keep.log': 'needle',
  'build/out.txt': 'needle',
  'src/build/in.txt': 'needle',
  'src/.gitignore': 'local.txt\n',
  'src/local.txt': 'needle',
  'deep/x/y/skip.txt': 'needle',
  'deep/x/y/take.txt': 'one\nneedle 42\n',
};

it('lists, finds and searches without what git ignores, and through no links', async () => {
  const cwd = folderWith(tree);
  symlinkSync('/etc', join(cwd, 'link'));
  expect(await use(cwd, 'list_directory', { path: 'src' })).toBe('.gitignore\nbuild/\nlocal.txt');
  expect(await use(cwd, 'find_files', { pattern: '*.txt' })).toBe('deep/x/y/take.txt\nsrc/build/in.txt');
  expect(await use(cwd, 'find_files', { pattern: 'src/**/*.{txt,md}' })).toBe('src/build/in.txt');
  expect(await use(cwd, 'search_files', { pattern: 'needle' })).toBe(
    'deep/x/y/take.txt:2: needle 42\nkeep.log:1: needle\nsrc/build/in.txt:1: needle',
  );
  expect(await use(cwd, 'search_files', { pattern: 'need.e \\d+', include_glob: '*.txt' })).toBe(
    'deep/x/y/take.txt:2: needle 42',
  );
  // From a folder below, the rules of those above it still count.
  expect(await use(cwd, 'find_files', { pattern: '*', path: 'deep' })).toBe('deep/x/y/take.txt');
});

it('matches patterns that would take others for ever', async () => {
  const cwd = folderWith({ 'a.txt': `${'a'.repeat(5000)}!` });
  expect(await use(cwd, 'search_files', { pattern: '(a+)+$' })).toBe('No line matches.');
  expect(await use(cwd, 'search_files', { pattern: '(?<=x)(\\1)' })).toContain('The pattern');
});

it('returns output and exit code of a command, its last 64 KiB, and what ended it', async () => {
  const cwd = folderWith();
  const run = (command: string, timeout_seconds?: number) => use(cwd, 'run_command', { command, timeout_seconds });
  expect(await run('echo out; echo err >&2; exit 3')).toMatch(/^(out\nerr|err\nout)\n\[exit code 3\]$/);
  expect(await run('kill -9 $$')).toBe('[ended by SIGKILL]');
  expect(await run('echo begun; sleep 60', 0.2)).toBe('begun\n[timed out after 0.2 s and was ended]');
  expect(await run('pwd')).toContain(cwd);
  const long = await run('yes 0123456789 | head -c 100000; echo end');
  expect(long.length).toBeLessThan(66_000);
  expect(long).toContain('end\n[exit code 0]');
});

it('gives a command none of our variables but those that every program needs', async () => {
  process.env.CANARY_API_KEY = 'sk-canary';
  try {
    expect(await use(folderWith(), 'run_command', { command: 'env' })).not.toContain('canary');
  } finally {
    delete process.env.CANARY_API_KEY;
  }
});
