import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { AcpClient, type AcpOptions, noAnswer, promptParams } from '../../support/acp/acp-client.ts';
import { call, scripted, text, thinking, toolNames } from '../../support/acp/scripted-model.ts';
import { folderWith } from '../../support/temporary.ts';

const open: AcpClient[] = [];

async function start(options: AcpOptions, capabilities: object = {}): Promise<AcpClient> {
  const client = new AcpClient(options);
  open.push(client);
  await client.initialize(capabilities);
  return client;
}

const allow =
  (optionId = 'allow') =>
  () => ({ outcome: { outcome: 'selected', optionId } });

afterEach(async () => {
  for (const client of open.splice(0)) {
    await client.close();
    expect({ faults: client.faults, bugs: client.bugs }).toEqual({ faults: [], bugs: [] });
  }
});

it('shows thoughts, texts and calls of a prompt, and answers last', async () => {
  const cwd = folderWith({ 'a.txt': 'one\n' });
  const client = await start({
    model: scripted([thinking('hm'), text('I look.'), call('read_file', { path: 'a.txt' }, 'c')], [text('It is one.')]),
  });
  const session = await client.newSession(cwd);
  const { result } = await client.prompt(session, 'What is in a.txt?');
  expect(result).toMatchObject({
    stopReason: 'end_turn',
    usage: { inputTokens: 20, outputTokens: 10, totalTokens: 30 },
  });
  const kinds = client
    .updates(session)
    .map(({ sessionUpdate, status }) => (status ? `${sessionUpdate} ${status}` : sessionUpdate));
  expect(kinds).toEqual([
    'available_commands_update',
    'agent_thought_chunk',
    'agent_message_chunk',
    'tool_call pending',
    'usage_update',
    'tool_call_update in_progress',
    'tool_call_update completed',
    'agent_message_chunk',
    'usage_update',
    'session_info_update',
  ]);
  expect(client.frames.at(-1)?.result).toBe(result);
  const [before, after] = client
    .updates(session)
    .filter(({ sessionUpdate }) => sessionUpdate === 'agent_message_chunk');
  expect(before?.messageId).not.toBe(after?.messageId);
});

it('refuses what comes before initialize, what is not JSON and unknown methods, and goes on', async () => {
  const client = new AcpClient({ model: scripted() });
  open.push(client);
  client.write({ id: 90, method: 'session/new', params: {} }, '{', '[]');
  const { error } = await client.waitFor(({ id }) => id === 90);
  expect(error?.code).toBe(-32600);
  await client.initialize();
  expect(client.frames.filter(({ id }) => id === null).map(({ error }) => error?.code)).toEqual([-32700, -32600]);
  expect((await client.request('session/set_model', {})).error?.code).toBe(-32601);
});

it('answers every version with 1', async () => {
  const client = await start({ model: scripted() });
  expect((await client.request('initialize', { protocolVersion: 2 })).result?.protocolVersion).toBe(1);
});

it('refuses folders that are not absolute or not there', async () => {
  const client = await start({ model: scripted() });
  for (const cwd of ['.', '/does/not/exist']) {
    expect((await client.request('session/new', { cwd, mcpServers: [] })).error?.code).toBe(-32602);
  }
});

it('names the option that is missing when there is no model', async () => {
  const client = await start({ models: [] });
  const { error } = await client.request('session/new', { cwd: folderWith(), mcpServers: [] });
  expect(error?.message).toContain('--model');
});

it('edits a file after the person has seen the diff and allowed it', async () => {
  const cwd = folderWith({ 'a.txt': 'one\ntwo\n' });
  const path = join(cwd, 'a.txt');
  const model = scripted([call('edit_file', { path: 'a.txt', old_text: 'two', new_text: '2' }, 'c')], [text('Done.')]);
  const client = await start({ model });
  const shown: unknown[] = [];
  client.serves['session/request_permission'] = ({ toolCall }) => {
    shown.push((toolCall as { content: unknown }).content);
    return allow()();
  };
  await client.prompt(await client.newSession(cwd), 'go');
  const diff = { type: 'diff', path, oldText: 'one\ntwo\n', newText: 'one\n2\n' };
  expect(shown).toEqual([[diff]]);
  expect(readFileSync(path, 'utf8')).toBe('one\n2\n');
  expect(client.updates().findLast(({ status }) => status === 'completed')?.content).toEqual([diff]);
});

it('does not write a file that changed while the person decided', async () => {
  const cwd = folderWith({ 'a.txt': 'one' });
  const model = scripted([call('write_file', { path: 'a.txt', content: 'two' })], [text('Hm.')]);
  const client = await start({ model });
  client.serves['session/request_permission'] = () => {
    writeFileSync(join(cwd, 'a.txt'), 'by hand');
    return allow()();
  };
  await client.prompt(await client.newSession(cwd), 'go');
  expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('by hand');
  expect(JSON.stringify(model.requests[1])).toContain('has changed meanwhile');
});

it('records a real denial when the person rejects, and asks again the next time', async () => {
  const cwd = folderWith();
  const write = () => call('write_file', { path: 'new.txt', content: 'x' });
  const model = scripted([write()], [write()], [text('Fine.')]);
  const client = await start({ model });
  let count = 0;
  client.serves['session/request_permission'] = () => {
    count += 1;
    return allow('reject')();
  };
  await client.prompt(await client.newSession(cwd), 'go');
  expect(count).toBe(2);
  expect(existsSync(join(cwd, 'new.txt'))).toBe(false);
  expect(JSON.stringify(model.requests[1])).toContain('"outcome":"denied"');
  expect(client.updates().filter(({ status }) => status === 'failed')).toHaveLength(2);
});

it('remembers what is allowed for the session: a tool by its name, a command by its text', async () => {
  const cwd = folderWith();
  const run = (command: string) => call('run_command', { command });
  const model = scripted(
    [call('write_file', { path: 'a', content: '1' }), run('true')],
    [call('write_file', { path: 'b', content: '2' }), run('true'), run('false')],
    [text('ok')],
  );
  const client = await start({ model });
  const titles: unknown[] = [];
  client.serves['session/request_permission'] = ({ toolCall }) => {
    titles.push((toolCall as { title: unknown }).title);
    return allow('always')();
  };
  await client.prompt(await client.newSession(cwd), 'go');
  expect(titles).toEqual(['Write a', '`true`', '`false`']);
});

it('accepts edits at once in the mode for that, and offers nothing that changes anything in the plan mode', async () => {
  const cwd = folderWith();
  const model = scripted([call('write_file', { path: 'a', content: '1' })], [text('ok')], [text('a plan')]);
  const client = await start({ model, mode: 'edits' });
  const session = await client.newSession(cwd);
  await client.prompt(session, 'go');
  expect(readFileSync(join(cwd, 'a'), 'utf8')).toBe('1');
  await client.request('session/set_mode', { sessionId: session, modeId: 'plan' });
  await client.prompt(session, 'plan it');
  expect(toolNames(model.requests[2])).toEqual([
    'read_file',
    'list_directory',
    'find_files',
    'search_files',
    'update_plan',
  ]);
});

it('keeps both ways to set a mode in step, and refuses unknown values', async () => {
  const client = await start({ model: scripted(), models: ['host:script', 'host:other'] });
  const session = await client.newSession(folderWith());
  const set = (configId: string, value: string) =>
    client.request('session/set_config_option', { sessionId: session, configId, value });
  expect((await client.request('session/set_mode', { sessionId: session, modeId: 'plan' })).result).toEqual({});
  const options = (await set('mode', 'edits')).result?.configOptions as { id: string; currentValue: string }[];
  expect(options.map(({ id, currentValue }) => `${id}=${currentValue}`)).toEqual(['mode=edits', 'model=host:script']);
  expect((await set('model', 'host:other')).error).toBeUndefined();
  expect((await set('model', 'gpt')).error?.code).toBe(-32602);
  expect((await client.request('session/set_mode', { sessionId: session, modeId: 'yolo' })).error?.code).toBe(-32602);
  const kinds = client.updates(session).map(({ sessionUpdate }) => sessionUpdate);
  expect(kinds).toContain('config_option_update');
  expect(kinds).toContain('current_mode_update');
});

it('cancels a prompt in the chunk that brings it', async () => {
  const client = await start({ model: scripted([text('never')]) });
  const session = await client.newSession(folderWith());
  const prompt = client.prepare('session/prompt', promptParams(session, 'go'));
  client.write(prompt, { method: 'session/cancel', params: { sessionId: session } });
  expect((await client.response(prompt.id)).result?.stopReason).toBe('cancelled');
});

it('cancels a prompt by the id of its request, also while the person is asked', async () => {
  const cwd = folderWith();
  const client = await start({ model: scripted([call('write_file', { path: 'a', content: '1' })]) });
  const session = await client.newSession(cwd);
  const prompt = client.prepare('session/prompt', promptParams(session, 'go'));
  client.serves['session/request_permission'] = () => {
    client.write({ method: '$/cancel_request', params: { requestId: prompt.id } });
    return noAnswer;
  };
  client.write(prompt);
  expect((await client.response(prompt.id)).result?.stopReason).toBe('cancelled');
  const { id } = await client.waitFor(({ method }) => method === 'session/request_permission');
  const withdrawn = await client.waitFor(({ method }) => method === '$/cancel_request');
  expect(withdrawn.params).toEqual({ requestId: id });
  expect(client.updates(session).findLast(({ sessionUpdate }) => sessionUpdate === 'tool_call_update')?.status).toBe(
    'failed',
  );
  expect(existsSync(join(cwd, 'a'))).toBe(false);
});

it('refuses a second prompt while one runs, and lets one wait after a cancel', async () => {
  let answer: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const model = scripted(async () => {
    await held;
    return [text('late')];
  }, [text('second')]);
  const client = await start({ model });
  const session = await client.newSession(folderWith());
  const first = client.prepare('session/prompt', promptParams(session, 'one'));
  client.write(first);
  await expect.poll(() => model.requests.length).toBe(1);
  expect((await client.prompt(session, 'two')).error?.message).toBe('A prompt is already running.');
  const third = client.prepare('session/prompt', promptParams(session, 'three'));
  client.write({ method: 'session/cancel', params: { sessionId: session } }, third);
  expect((await client.response(first.id)).result?.stopReason).toBe('cancelled');
  expect((await client.response(third.id)).result?.stopReason).toBe('end_turn');
  answer();
});

it('fails a prompt with the error of its run, and goes on from its history', async () => {
  const model = scripted(() => {
    throw new Error('boom');
  }, [text('Again.')]);
  const client = await start({ model });
  const session = await client.newSession(folderWith());
  const { error } = await client.prompt(session, 'one');
  expect(error).toMatchObject({ code: -32603, data: { data: { kind: 'callback.failed' } } });
  client.bugs.splice(0);
  await client.prompt(session, 'two');
  expect(JSON.stringify(model.requests[1]?.messages)).toContain('one');
});

it('shows long texts in lines that every client can read', async () => {
  const long = 'é\n"'.repeat(70_000);
  const client = await start({ model: scripted([text(long)]) });
  const session = await client.newSession(folderWith());
  await client.prompt(session, 'go');
  const chunks = client.updates(session).filter(({ sessionUpdate }) => sessionUpdate === 'agent_message_chunk');
  expect(chunks.map(({ content }) => (content as { text: string }).text).join('')).toBe(long);
});

it('shows a plan, and a call id that a provider gives twice as two calls', async () => {
  const entries = [{ content: 'Read', status: 'completed' }];
  const model = scripted(
    [call('update_plan', { entries }, 'x')],
    [call('update_plan', { entries: [] }, 'x')],
    [text('ok')],
  );
  const client = await start({ model });
  const session = await client.newSession(folderWith());
  await client.prompt(session, 'go');
  expect(client.updates(session).find(({ sessionUpdate }) => sessionUpdate === 'plan')?.entries).toEqual([
    { content: 'Read', status: 'completed', priority: 'medium' },
  ]);
  const ids = client
    .updates(session)
    .flatMap(({ sessionUpdate, toolCallId }) => (sessionUpdate === 'tool_call' ? [toolCallId] : []));
  expect(new Set(ids).size).toBe(2);
});

it('shows that both of two calls failed that one response gives with the same id', async () => {
  const cwd = folderWith({ 'a.txt': 'one', 'b.txt': 'two' });
  const client = await start({
    model: scripted([call('read_file', { path: 'a.txt' }, 'same'), call('read_file', { path: 'b.txt' }, 'same')]),
  });
  const session = await client.newSession(cwd);
  const { error } = await client.prompt(session, 'go');
  expect(error?.message).toContain('duplicate `tool_call_id`s');
  const last = new Map<unknown, unknown>();
  for (const { toolCallId, status } of client.updates(session)) if (toolCallId && status) last.set(toolCallId, status);
  expect([...last.values()]).toEqual(['failed', 'failed']);
});

it('gives the model what is attached to a prompt', async () => {
  const model = scripted([text('ok')]);
  const client = await start({ model });
  const sessionId = await client.newSession(folderWith());
  const prompt = [
    { type: 'text', text: 'See' },
    { type: 'resource', resource: { uri: 'file:///a.ts', text: 'let a;' } },
    { type: 'resource_link', name: 'b.ts', uri: 'file:///b.ts' },
    { type: 'image', data: 'aGk=', mimeType: 'image/png' },
  ];
  await client.request('session/prompt', { sessionId, prompt });
  const { messages } = model.requests[0] as { messages: { parts: { content: unknown }[] }[] };
  expect(messages[0]?.parts[0]?.content).toMatchObject([
    'See',
    '<file uri="file:///a.ts">\nlet a;\n</file>',
    '[b.ts](file:///b.ts)',
    { kind: 'binary', media_type: 'image/png' },
  ]);
});

it('replaces the conversation by a summary on /compact, and shows usage without the model', async () => {
  const model = scripted([text('Hello.')], [text('They said hello.')], [text('Yes.')]);
  const client = await start({ model });
  const session = await client.newSession(folderWith());
  await client.prompt(session, 'A long story');
  await client.prompt(session, '/compact');
  await client.prompt(session, '/usage');
  await client.prompt(session, 'Remember?');
  const sent = JSON.stringify(model.requests[2]?.messages);
  expect(sent).toContain('They said hello.');
  expect(sent).not.toContain('A long story');
});

it('appends the AGENTS.md of the folder to the instructions', async () => {
  const model = scripted([text('ok')]);
  const client = await start({ model });
  await client.prompt(await client.newSession(folderWith({ 'AGENTS.md': 'Use tabs.' })), 'go');
  expect(JSON.stringify(model.requests[0]?.instructions)).toContain('Use tabs.');
});
