import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Allowance } from '../../../server/toolsets/workspace/opened-workspace.ts';
import { scripted } from '../../support/mcp/servers.ts';
import { calls, openSession, type RunParams, type TestSession, text, toolCall } from '../../support/session.ts';
import { folderWith } from '../../support/temporary.ts';

let session: TestSession;
afterEach(() => session.close());

/** A daemon that was started with `--workspace`, or without. */
async function start(path?: string, allowance: Allowance = 'read', serve = {}): Promise<void> {
  session = await openSession({ deps: path === undefined ? {} : { workspace: { path, allowance } }, serve });
}

/** Runs one response of a model, and then "done."; returns what was offered, and what came of the calls. */
async function play(params: RunParams, ...parts: ReturnType<typeof toolCall>[]) {
  const offered: string[][] = [];
  session.pair.client.onRequest('model/request', ({ tools }: { tools: { name: string }[] }) => {
    offered.push(tools.map(({ name }) => name));
    return { response: offered.length === 1 ? calls(...parts) : text('done') };
  });
  const result = await session.run({ prompt: 'go', ...params });
  const { messages = [] } = await session.request('run/newMessages', { runId: result.runId });
  const returns = messages.flatMap((message) =>
    message.parts.flatMap((part) =>
      part.part_kind === 'tool-return' ? [{ outcome: part.outcome, content: JSON.stringify(part.content) }] : [],
    ),
  );
  return { result, offered: offered[0], returns };
}

const reading = ['read_file', 'list_directory', 'find_files', 'search_files'];

it('gives a run that names it the files of the folder, to read alone unless it says more', async () => {
  await start(folderWith({ 'a.txt': 'seven' }), 'all');
  const { offered, returns } = await play({ workspace: {} }, toolCall('read_file', { path: 'a.txt' }));
  expect(offered).toEqual(reading);
  expect(returns).toEqual([{ outcome: 'success', content: '"seven"' }]);
  expect((await play({}, toolCall('read_file', { path: 'a.txt' }))).offered).toEqual([]);
});

it('writes files and runs commands where operator and specification allow it', async () => {
  const cwd = folderWith();
  await start(cwd, 'all');
  const write = toolCall('write_file', { path: 'a.txt', content: 'hi' });
  expect((await play({ workspace: { allow: 'edits' } }, write)).offered).toEqual([
    ...reading,
    'write_file',
    'edit_file',
  ]);
  expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('hi');
  const { returns } = await play({ workspace: { allow: 'all' } }, toolCall('run_command', { command: 'cat a.txt' }));
  expect(returns[0]?.content).toContain('hi\\n[exit code 0]');
});

it.each(['run/start', 'agent/register'])('is refused by %s where no operator has opened one', async (method) => {
  await start();
  const error = await session.refusal(method, { name: 'a', workspace: {} });
  expect(error.data.kind).toBe('run.invalid');
  expect(error.message).toBe(
    'The run has a `workspace`, but the operator of the daemon has opened none: start the daemon with `--workspace DIR`, or leave `workspace` out.',
  );
});

it('is refused when a specification wants more than the operator allows, or has a server of its name', async () => {
  await start(folderWith(), 'edits');
  expect((await session.refusal('run/start', { workspace: { allow: 'all' } })).message).toContain(
    "The run wants `workspace.allow` 'all', and the operator of the daemon allows 'edits'",
  );
  const taken = { workspace: {}, mcpServers: { workspace: scripted() } };
  expect((await session.refusal('run/start', taken)).message).toContain('give the server another name');
});

it.each([
  ['with ..', '../secret'],
  ['by an absolute path', '/etc/passwd'],
  ['through a link to a file', 'link'],
  ['through a link to a folder', 'folder/passwd'],
  ['through a link that leads nowhere', 'nowhere'],
  ['by its own path in capitals', 'CAPITALS'],
])('neither reads nor writes outside of the folder %s', async (_how, given) => {
  const cwd = folderWith();
  symlinkSync('/etc/passwd', join(cwd, 'link'));
  symlinkSync('/etc', join(cwd, 'folder'));
  symlinkSync('/tmp/runwire-does-not-exist', join(cwd, 'nowhere'));
  await start(cwd, 'edits');
  const path = given === 'CAPITALS' ? join(cwd, 'a.txt').toUpperCase() : given;
  const { returns } = await play(
    { workspace: { allow: 'edits' } },
    toolCall('read_file', { path }, '1'),
    toolCall('write_file', { path, content: 'x' }, '2'),
    toolCall('edit_file', { path, old_text: 'root', new_text: 'x' }, '3'),
    toolCall('search_files', { pattern: 'root', path }, '4'),
  );
  for (const { outcome, content } of returns) {
    expect(outcome).toBe('failed');
    expect(content).toMatch(/outside of the workspace|leads nowhere/);
  }
  expect(returns).toHaveLength(4);
  expect(existsSync('/tmp/runwire-does-not-exist')).toBe(false);
});

it('waits for an approval of edits when the specification wants one, and refuses a run that can get none', async () => {
  const cwd = folderWith();
  const approved: unknown[] = [];
  await start(cwd, 'edits', {
    'deferred/handle': ({ approvals }: { approvals: { tool_call_id: string; tool_name: string }[] }) => {
      approved.push(...approvals.map(({ tool_name }) => tool_name));
      return { approvals: Object.fromEntries(approvals.map(({ tool_call_id: id }) => [id, id === 'yes'])) };
    },
  });
  const workspace = { allow: 'edits', requiresApproval: true } as const;
  expect((await session.refusal('run/start', { workspace })).message).toContain('need an approval');
  await play(
    { workspace, deferred: 'handle' },
    toolCall('write_file', { path: 'yes', content: '1' }, 'yes'),
    toolCall('write_file', { path: 'no', content: '1' }, 'no'),
    toolCall('list_directory', {}, 'list'),
  );
  expect(approved).toEqual(['write_file', 'write_file']);
  expect([existsSync(join(cwd, 'yes')), existsSync(join(cwd, 'no'))]).toEqual([true, false]);
});

it('has the model try again with arguments that the schema does not allow', async () => {
  await start(folderWith({ a: '' }));
  const { returns } = await play(
    { workspace: {}, retries: 5 },
    toolCall('read_file', {}, '1'),
    toolCall('read_file', { path: 7 }, '2'),
    toolCall('read_file', { path: 'a', limit: 0 }, '3'),
    toolCall('read_file', { path: 'a', lines: 3 }, '4'),
  );
  expect(returns.map(({ outcome }) => outcome)).toEqual(['retried', 'retried', 'retried', 'retried']);
  expect(returns.map(({ content }) => content)).toEqual([
    '"`path` is missing."',
    '"`path` has to be a text."',
    '"`limit` has to be a whole number from 1."',
    '"`lines` is not an argument of this tool; it takes `path`, `offset`, `limit`."',
  ]);
});

it('stands beside tools of the host and of MCP servers, under a prefix and without what is left out', async () => {
  await start(folderWith({ 'a.txt': 'seven' }));
  const { offered, returns } = await play(
    {
      workspace: { prefix: 'ws', excludeTools: ['find_files'] },
      mcpServers: { git: scripted({}, { tools: ['echo'] }) },
      tools: [{ name: 'read_file', inputSchema: { type: 'object' } }],
    },
    toolCall('ws_read_file', { path: 'a.txt' }),
    toolCall('git_echo', { n: 1 }),
  );
  expect(offered).toEqual(['read_file', 'ws_read_file', 'ws_list_directory', 'ws_search_files', 'git_echo']);
  expect(returns).toEqual([
    { outcome: 'success', content: '"seven"' },
    { outcome: 'success', content: '{"n":1}' },
  ]);
});

it('refuses a run whose host has a tool of the same name', async () => {
  await start(folderWith());
  const tools = [{ name: 'read_file', inputSchema: { type: 'object' } }];
  const result = await session.run({ prompt: 'go', workspace: {}, tools });
  expect(result.error?.data.kind).toBe('tool.conflict');
  expect(result.error?.message).toContain("The tool 'read_file' of 'workspace' has the name of a tool of the host");
});

it('ends a command with the run that is cancelled', async () => {
  const cwd = folderWith();
  await start(cwd, 'all');
  session.pair.client.onRequest('model/request', () => ({
    response: calls(toolCall('run_command', { command: 'echo $$ > pid; sleep 300' })),
  }));
  const params = { model: 'host:script', prompt: 'go', workspace: { allow: 'all' as const } };
  const { runId } = await session.request('run/start', params);
  const pidFile = join(cwd, 'pid');
  await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8').trim() !== '').toBe(true);
  await session.request('run/cancel', { runId });
  await expect.poll(() => existsSync(`/proc/${readFileSync(pidFile, 'utf8').trim()}`)).toBe(false);
});
