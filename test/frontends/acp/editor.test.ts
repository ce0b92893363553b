import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { AcpClient, type AcpOptions } from '../../support/acp/acp-client.ts';
import { call, scripted, text } from '../../support/acp/scripted-model.ts';
import { folderWith } from '../../support/temporary.ts';

const open: AcpClient[] = [];

async function start(options: AcpOptions, capabilities: object): Promise<AcpClient> {
  const client = new AcpClient(options);
  open.push(client);
  await client.initialize(capabilities);
  client.serves['session/request_permission'] = () => ({ outcome: { outcome: 'selected', optionId: 'allow' } });
  return client;
}

afterEach(async () => {
  for (const client of open.splice(0)) {
    await client.close();
    expect({ faults: client.faults, bugs: client.bugs }).toEqual({ faults: [], bugs: [] });
  }
});

const bothFiles = { fs: { readTextFile: true, writeTextFile: true } };
const requestsOf = (client: AcpClient, method: string) => client.frames.filter((frame) => frame.method === method);
const resultIn = (model: ReturnType<typeof scripted>, at: number) => JSON.stringify(model.requests[at]?.messages);

it('reads what is not saved yet, and writes into the editor', async () => {
  const cwd = folderWith({ 'a.txt': 'saved' });
  const model = scripted(
    [call('edit_file', { path: 'a.txt', old_text: 'not saved', new_text: 'edited' })],
    [call('read_file', { path: 'a.txt' })],
    [text('ok')],
  );
  const client = await start({ model }, bothFiles);
  let buffer = 'not saved';
  client.serves['fs/read_text_file'] = () => ({ content: buffer });
  client.serves['fs/write_text_file'] = ({ content }) => {
    buffer = String(content);
    return {};
  };
  await client.prompt(await client.newSession(cwd), 'go');
  expect(buffer).toBe('edited');
  expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('saved');
  expect(resultIn(model, 2)).toContain('"content":"edited"');
});

it('turns to the disk for an operation that the editor does not serve after all', async () => {
  const cwd = folderWith({ 'a.txt': 'saved' });
  const model = scripted([call('write_file', { path: 'a.txt', content: 'new' })], [text('ok')]);
  const client = await start({ model }, bothFiles);
  await client.prompt(await client.newSession(cwd), 'go');
  expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('new');
  // Once each: an operation that is not served is not tried again.
  expect(requestsOf(client, 'fs/read_text_file')).toHaveLength(1);
  expect(requestsOf(client, 'fs/write_text_file')).toHaveLength(1);
});

it('takes the disk after a command of its own when the buffer is as it was read before', async () => {
  const cwd = folderWith({ 'a.txt': 'old' });
  const read = () => call('read_file', { path: 'a.txt' });
  const model = scripted([read()], [call('run_command', { command: 'printf new > a.txt' })], [read()], [text('ok')]);
  const client = await start({ model }, bothFiles);
  client.serves['fs/read_text_file'] = () => ({ content: 'old' });
  await client.prompt(await client.newSession(cwd), 'go');
  expect(resultIn(model, 3)).toContain('"content":"new"');
});

it('fails a call, and goes on, when the editor reports an error', async () => {
  const cwd = folderWith({ 'a.txt': 'x' });
  const model = scripted([call('write_file', { path: 'a.txt', content: 'y' })], [text('ok')]);
  const client = await start({ model }, bothFiles);
  client.serves['fs/read_text_file'] = () => ({ content: 'x' });
  client.serves['fs/write_text_file'] = () => {
    throw new Error('the buffer is read-only');
  };
  const { result } = await client.prompt(await client.newSession(cwd), 'go');
  expect(result?.stopReason).toBe('end_turn');
  expect(resultIn(model, 1)).toContain('the buffer is read-only');
});

it.each([
  ['with ..', '../secret'],
  ['by its absolute path', '/etc/passwd'],
  ['through a link to a file', 'link'],
  ['through a link to a folder', 'folder/passwd'],
  ['through a link that leads nowhere', 'nowhere'],
])('neither reads nor writes outside of the roots %s, and does not ask the editor', async (_how, path) => {
  const cwd = folderWith();
  symlinkSync('/etc/passwd', join(cwd, 'link'));
  symlinkSync('/etc', join(cwd, 'folder'));
  symlinkSync('/tmp/runwire-does-not-exist', join(cwd, 'nowhere'));
  const model = scripted(
    [call('read_file', { path }), call('write_file', { path, content: 'x' }), call('list_directory', { path: '..' })],
    [text('ok')],
  );
  const client = await start({ model }, bothFiles);
  await client.prompt(await client.newSession(cwd), 'go');
  const requested = client.frames.filter(({ id, method }) => id !== undefined && method !== undefined);
  expect(requested).toEqual([]);
  const failed = client.updates().filter(({ status }) => status === 'failed');
  expect(failed).toHaveLength(3);
});

it('does not write through a link that was made while the person decided', async () => {
  const outside = folderWith({ 'target.txt': 'safe' });
  const cwd = folderWith();
  const model = scripted([call('write_file', { path: 'new.txt', content: 'evil' })], [text('ok')]);
  const client = await start({ model }, bothFiles);
  client.serves['fs/read_text_file'] = () => {
    throw Object.assign(new Error('not found'), { code: -32002 });
  };
  client.serves['session/request_permission'] = () => {
    symlinkSync(join(outside, 'target.txt'), join(cwd, 'new.txt'));
    return { outcome: { outcome: 'selected', optionId: 'allow' } };
  };
  await client.prompt(await client.newSession(cwd), 'go');
  expect(readFileSync(join(outside, 'target.txt'), 'utf8')).toBe('safe');
  expect(requestsOf(client, 'fs/write_text_file')).toEqual([]);
  expect(resultIn(model, 1)).toContain('outside of the workspace');
});

it('uses further folders of the editor', async () => {
  const other = folderWith({ 'b.txt': 'there' });
  const model = scripted([call('read_file', { path: join(other, 'b.txt') })], [text('ok')]);
  const client = await start({ model }, {});
  await client.prompt(await client.newSession(folderWith(), { additionalDirectories: [other] }), 'go');
  expect(resultIn(model, 1)).toContain('there');
});

it('runs a command in a terminal of the editor, which it shows at once and releases', async () => {
  const model = scripted([call('run_command', { command: 'ls' }, 'c')], [text('ok')]);
  const client = await start({ model }, { terminal: true });
  const seen: string[] = [];
  client.serves['terminal/create'] = ({ args }) => {
    seen.push(`create ${String(args)}`);
    return { terminalId: 't1' };
  };
  client.serves['terminal/wait_for_exit'] = () => {
    seen.push('wait');
    return { exitCode: 3, signal: null };
  };
  client.serves['terminal/output'] = () => {
    seen.push('output');
    return { output: 'files\n', truncated: false };
  };
  client.serves['terminal/release'] = () => {
    seen.push('release');
    return {};
  };
  await client.prompt(await client.newSession(folderWith()), 'go');
  await client.waitFor(({ method }) => method === 'terminal/release');
  expect(seen).toEqual(['create -c,ls', 'wait', 'output', 'release']);
  expect(resultIn(model, 1)).toContain('files\\n[exit code 3]');
  const contents = client.updates().flatMap(({ content, toolCallId }) => (toolCallId && content ? [content] : []));
  expect(contents).toEqual([[{ type: 'terminal', terminalId: 't1' }]]);
});

it('kills and releases a terminal when the prompt is cancelled, and when the command takes too long', async () => {
  const model = scripted(
    [call('run_command', { command: 'sleep 9', timeout_seconds: 1 })],
    [call('run_command', { command: 'sleep 9' })],
  );
  const client = await start({ model }, { terminal: true });
  const session = await client.newSession(folderWith());
  const seen: string[] = [];
  let count = 0;
  client.serves['terminal/create'] = () => {
    count += 1;
    return { terminalId: `t${count}` };
  };
  client.serves['terminal/wait_for_exit'] = ({ terminalId }) => {
    if (terminalId === 't2') client.write({ method: 'session/cancel', params: { sessionId: session } });
    return new Promise(() => undefined);
  };
  for (const method of ['kill', 'output', 'release']) {
    client.serves[`terminal/${method}`] = ({ terminalId }) => {
      seen.push(`${method} ${terminalId}`);
      return method === 'output' ? { output: '', truncated: false } : {};
    };
  }
  const { result } = await client.prompt(session, 'go');
  expect(result?.stopReason).toBe('cancelled');
  expect(resultIn(model, 1)).toContain('timed out after 1 s');
  await expect.poll(() => seen).toEqual(['kill t1', 'output t1', 'release t1', 'kill t2', 'release t2']);
});

it('ends a command that ignores SIGTERM, with what it has started, after a cancel', async () => {
  const cwd = folderWith();
  const command = "trap '' TERM; sleep 300 & echo $! > pid; wait; sleep 300";
  const model = scripted([call('run_command', { command })]);
  const client = await start({ model }, {});
  const session = await client.newSession(cwd);
  const prompt = client.prompt(session, 'go');
  const pid = await expect
    .poll(() => Number(readFileSync(join(cwd, 'pid'), 'utf8')))
    .toBeGreaterThan(0)
    .then(() => Number(readFileSync(join(cwd, 'pid'), 'utf8')));
  client.write({ method: 'session/cancel', params: { sessionId: session } });
  expect((await prompt).result?.stopReason).toBe('cancelled');
  await expect.poll(() => stateOf(pid)).toBe('gone');
});

/** A zombie is gone: nobody may wait for it here. */
function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2)) ? 'gone' : 'alive';
  } catch {
    return 'gone';
  }
}

it('starts the MCP servers of the editor, asks before each call, and says which is not there', async () => {
  const server = new URL('../../support/mcp/stdio-server.mjs', import.meta.url).pathname;
  const script = join(folderWith(), 'script.json');
  writeFileSync(script, JSON.stringify({}));
  const mcpServers = [
    { name: 'my tools', command: process.execPath, args: [server, script], env: [] },
    { name: 'gone', command: '/does/not/exist', args: [], env: [] },
  ];
  const model = scripted([text('ok')]);
  const client = await start({ model }, { session: { notices: {} } });
  const session = await client.newSession(folderWith(), { mcpServers });
  await client.prompt(session, 'go');
  const notices = client.updates(session).filter(({ sessionUpdate }) => sessionUpdate === 'notice');
  expect(notices.map(({ title }) => title).join()).toContain("'gone'");
});
