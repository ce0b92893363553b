import { afterEach, beforeEach, expect, it } from 'vitest';
import { AcpClient, type AcpOptions, noAnswer, promptParams } from '../../support/acp/acp-client.ts';
import { call, scripted, text, thinking } from '../../support/acp/scripted-model.ts';
import { merged } from '../../support/acp/shown.ts';
import { type TempStore, tempStore } from '../../support/store.ts';
import { folderWith } from '../../support/temporary.ts';

let store: TempStore;
const open: AcpClient[] = [];

beforeEach(() => {
  store = tempStore();
});

afterEach(async () => {
  for (const client of open.splice(0)) {
    await client.close();
    expect({ faults: client.faults, bugs: client.bugs }).toEqual({ faults: [], bugs: [] });
  }
  store.remove();
});

/** Another process on the same store. */
async function start(options: AcpOptions): Promise<AcpClient> {
  const client = new AcpClient({ store, ...options });
  open.push(client);
  await client.initialize();
  client.serves['session/request_permission'] = ({ toolCall }) => {
    const isRejected = JSON.stringify(toolCall).includes('rejected.txt');
    return { outcome: { outcome: 'selected', optionId: isRejected ? 'reject' : 'allow' } };
  };
  return client;
}

const load = (client: AcpClient, sessionId: string, cwd: string) =>
  client.request('session/load', { sessionId, cwd, mcpServers: [] });

it('replays a session in another process as it was shown', async () => {
  const cwd = folderWith({ 'a.txt': 'one two' });
  const first = await start({
    model: scripted(
      [thinking('hm'), text('I look.'), call('read_file', { path: 'a.txt' })],
      [
        call('edit_file', { path: 'a.txt', old_text: 'two', new_text: '2' }),
        call('write_file', { path: 'rejected.txt', content: 'x' }),
        call('run_command', { command: 'echo hi' }),
        call('update_plan', { entries: [{ content: 'all', status: 'completed' }] }),
        call('read_file', { path: 'absent' }),
      ],
      [text('Done.')],
      [text('Bye.')],
    ),
  });
  const session = await first.newSession(cwd);
  await first.prompt(session, 'Go on\nplease');
  await first.prompt(session, 'Thanks');
  const live = merged(first.updates(session));
  const second = await start({ model: scripted([text('Yes.')]) });
  expect((await load(second, session, cwd)).error).toBeUndefined();
  const replayed = merged(
    second.updates(session).filter(({ sessionUpdate }) => sessionUpdate !== 'user_message_chunk'),
  );
  expect(replayed).toEqual(live);
  const said = second.updates(session).filter(({ sessionUpdate }) => sessionUpdate === 'user_message_chunk');
  expect(said.map(({ content }) => (content as { text: string }).text)).toEqual(['Go on\nplease', 'Thanks']);
});

it('continues a session after session/resume, which replays nothing', async () => {
  const cwd = folderWith();
  const first = await start({ model: scripted([text('Hello.')]) });
  const session = await first.newSession(cwd);
  await first.prompt(session, 'I am Ada');
  const model = scripted([text('Ada.')]);
  const second = await start({ model });
  await second.request('session/resume', { sessionId: session, cwd });
  expect(second.updates(session).filter(({ sessionUpdate }) => sessionUpdate !== 'available_commands_update')).toEqual(
    [],
  );
  await second.prompt(session, 'Who am I?');
  expect(JSON.stringify(model.requests[0]?.messages)).toContain('I am Ada');
});

it('lists sessions of a folder, the latest first, with their titles', async () => {
  const [cwd, other] = [folderWith(), folderWith()];
  const client = await start({ model: scripted([text('1')], [text('2')], [text('3')]) });
  const ids = [await client.newSession(cwd), await client.newSession(other), await client.newSession(cwd)];
  for (const [at, id] of ids.entries()) await client.prompt(id, `Prompt ${at}`);
  const { result } = await client.request('session/list', { cwd });
  const sessions = result?.sessions as { sessionId: string; title: string; cwd: string }[];
  expect(sessions.map(({ sessionId, title }) => ({ sessionId, title }))).toEqual([
    { sessionId: ids[2], title: 'Prompt 2' },
    { sessionId: ids[0], title: 'Prompt 0' },
  ]);
  expect((await client.request('session/list', {})).result?.sessions).toHaveLength(3);
});

it('refuses a session that is unknown, or of another folder', async () => {
  const cwd = folderWith();
  const client = await start({ model: scripted([text('1')]) });
  const session = await client.newSession(cwd);
  await client.prompt(session, 'go');
  expect((await load(client, 'unknown', cwd)).error?.code).toBe(-32002);
  expect((await load(client, session, folderWith())).error?.code).toBe(-32602);
});

it('deletes a session, and one that is not there', async () => {
  const cwd = folderWith();
  const client = await start({ model: scripted([text('1')]) });
  const session = await client.newSession(cwd);
  await client.prompt(session, 'go');
  for (const sessionId of [session, session, 'unknown'])
    expect((await client.request('session/delete', { sessionId })).error).toBeUndefined();
  expect((await client.request('session/list', {})).result?.sessions).toEqual([]);
  expect((await load(client, session, cwd)).error?.code).toBe(-32002);
});

it('loads a session whose process ended in the middle of a prompt, with its open calls failed', async () => {
  const cwd = folderWith();
  const first = new AcpClient({
    store,
    model: scripted([text('so'), call('write_file', { path: 'a', content: 'x' }, 'c')]),
  });
  await first.initialize();
  first.serves['session/request_permission'] = () => noAnswer;
  const session = await first.newSession(cwd);
  first.write(first.prepare('session/prompt', promptParams(session, 'go')));
  await first.waitFor(({ method }) => method === 'session/request_permission');
  // As a process that is killed leaves it: nothing is ended, and its mark of life goes.
  first.executor.abandonCallbacks();
  first.executor.close();
  const model = scripted([text('Again.')]);
  const second = await start({ model });
  expect((await load(second, session, cwd)).error).toBeUndefined();
  const states = second.updates(session).flatMap(({ status }) => (status ? [status] : []));
  expect(states.at(-1)).toBe('failed');
  const { result } = await second.prompt(session, 'go on');
  expect(result?.stopReason).toBe('end_turn');
  expect(JSON.stringify(model.requests[0]?.messages)).toContain('interrupted');
});

it('does not list or load sessions without a store', async () => {
  const client = new AcpClient({ model: scripted() });
  open.push(client);
  await client.initialize();
  expect((await client.request('session/list', {})).error?.code).toBe(-32601);
  expect((await load(client, 'x', folderWith())).error?.code).toBe(-32002);
});

it('refuses a prompt in a session that another process has continued, until it is loaded again', async () => {
  const cwd = folderWith();
  const first = await start({ model: scripted([text('1')], [text('3')]) });
  const session = await first.newSession(cwd);
  await first.prompt(session, 'one');
  const second = await start({ model: scripted([text('2')]) });
  await load(second, session, cwd);
  await second.prompt(session, 'two');
  expect((await first.prompt(session, 'stale')).error?.message).toContain('Another process has continued');
  await load(first, session, cwd);
  expect((await first.prompt(session, 'three')).result?.stopReason).toBe('end_turn');
});

it('refuses a prompt while another process is busy with the session', async () => {
  const cwd = folderWith();
  const first = await start({ model: scripted([text('1')], () => new Promise<never>(() => undefined)) });
  const session = await first.newSession(cwd);
  await first.prompt(session, 'one');
  const second = await start({ model: scripted() });
  await load(second, session, cwd);
  const running = first.prompt(session, 'two');
  await expect.poll(async () => (await first.executor.list({ state: 'running' })).runs.length).toBe(1);
  expect((await second.prompt(session, 'me too')).error?.message).toMatch(/Another process|has not ended/);
  first.write({ method: 'session/cancel', params: { sessionId: session } });
  expect((await running).result?.stopReason).toBe('cancelled');
});

it('closes a session: its prompt ends as cancelled, and it is gone', async () => {
  const client = await start({ model: scripted(() => new Promise<never>(() => undefined)) });
  const session = await client.newSession(folderWith());
  const prompt = client.prompt(session, 'go');
  await client.request('session/close', { sessionId: session });
  expect((await prompt).result?.stopReason).toBe('cancelled');
  expect((await client.prompt(session, 'more')).error?.code).toBe(-32002);
});
