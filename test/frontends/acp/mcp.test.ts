import { afterEach, expect, it } from 'vitest';
import { AcpClient, type AcpOptions } from '../../support/acp/acp-client.ts';
import { call, scripted, text, toolNames } from '../../support/acp/scripted-model.ts';
import { byEffort } from '../../support/effort.ts';
import { folderWith } from '../../support/temporary.ts';
import { slow } from '../../support/time-limits.ts';

const server = new URL('../../support/mcp/stdio-server.mjs', import.meta.url).pathname;
const open: AcpClient[] = [];

/** A client whose session has the scripted server, in a folder of its own. */
async function start(options: AcpOptions, capabilities: object = {}, scripts: object = {}) {
  const client = new AcpClient(options);
  open.push(client);
  await client.initialize(capabilities);
  const titles: unknown[] = [];
  client.serves['session/request_permission'] = ({ toolCall }) => {
    titles.push((toolCall as { title: unknown }).title);
    return { outcome: { outcome: 'selected', optionId: 'allow' } };
  };
  const mcpServers = [
    { name: 'my tools', command: process.execPath, args: [server, JSON.stringify(scripts)], env: [] },
  ];
  const session = await client.newSession(folderWith(), { mcpServers });
  return { client, session, titles };
}

afterEach(async () => {
  for (const client of open.splice(0)) {
    await client.close();
    expect({ faults: client.faults, bugs: client.bugs }).toEqual({ faults: [], bugs: [] });
  }
});

it('calls tools of a server of the editor after an approval, under a safe name', async () => {
  const model = scripted([call('my_tools_say', { text: 'hello' })], [text('ok')]);
  const { client, session, titles } = await start({ model });
  await client.prompt(session, 'go');
  expect(titles).toEqual(['my_tools_say']);
  expect(JSON.stringify(model.requests[1]?.messages)).toContain('"content":"hello"');
  const states = client.updates(session).flatMap(({ status }) => (status ? [status] : []));
  expect(states).toEqual(['pending', 'in_progress', 'completed']);
});

it('keeps a server for all prompts of its session, and ends it with the session', async () => {
  const pid = () => call('my_tools_pid', {});
  const model = scripted([pid()], [text('1')], [pid()], [text('2')]);
  const { client, session } = await start({ model });
  await client.prompt(session, 'one');
  await client.prompt(session, 'two');
  const [first, second] = client
    .updates(session)
    .flatMap(({ status, rawOutput }) => (status === 'completed' ? [rawOutput] : []));
  expect(first).toBe(second);
  await client.request('session/close', { sessionId: session });
  await expect.poll(() => isAlive(Number(first))).toBe(false);
});

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('offers no tools of a server in the plan mode', async () => {
  const model = scripted([text('ok')]);
  const { client, session } = await start({ model, mode: 'plan' });
  await client.prompt(session, 'go');
  expect(toolNames(model.requests[0]).filter((name) => name.startsWith('my_tools'))).toEqual([]);
});

it('shows what a server wants to know as a form of the editor', async () => {
  const model = scripted([call('my_tools_elicit', { message: 'Your name?' }, 'c')], [text('ok')]);
  const { client, session } = await start({ model }, { elicitation: { form: {} } });
  const requested: Record<string, unknown>[] = [];
  client.serves['elicitation/create'] = (params) => {
    requested.push(params);
    return { action: 'accept', content: { name: 'Ada' } };
  };
  await client.prompt(session, 'go');
  expect(requested[0]).toMatchObject({ mode: 'form', message: 'my_tools: Your name?', sessionId: session });
  expect(JSON.stringify(model.requests[1]?.messages)).toContain('Ada');
});

it('starts servers with the session, and waits no longer than three seconds for them', { timeout: slow }, async () => {
  const model = scripted([call('my_tools_say', { text: 'late' })], [text('ok')]);
  const startMs = byEffort({ quick: 6000, ci: 20_000, thorough: 4000 });
  const startedAt = performance.now();
  const { client, session } = await start({ model }, {}, { startMs });
  expect(performance.now() - startedAt).toBeLessThan(startMs - 100);
  await client.prompt(session, 'go');
  expect(JSON.stringify(model.requests[1]?.messages)).toContain('"content":"late"');
});

it('reports a server that is not there once, after the answer that names the session', async () => {
  const client = new AcpClient({ model: scripted([text('1')], [text('2')]) });
  open.push(client);
  await client.initialize();
  const gone = { name: 'gone', command: '/does/not/exist', args: [], env: [] };
  const session = await client.newSession(folderWith(), { mcpServers: [gone] });
  await client.prompt(session, 'one');
  await client.prompt(session, 'two');
  const answeredAt = client.frames.findIndex(({ result }) => result?.sessionId === session);
  const warnings = client.frames.flatMap((frame, at) => (JSON.stringify(frame).includes('Warning: ') ? [at] : []));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toBeGreaterThan(answeredAt);
});

it('refuses servers that speak SSE, and those that name neither a program nor an address', async () => {
  const client = new AcpClient({ model: scripted() });
  open.push(client);
  await client.initialize();
  for (const one of [{ type: 'sse', name: 'old', url: 'http://x', headers: [] }, { name: 'none' }]) {
    const { error } = await client.request('session/new', { cwd: folderWith(), mcpServers: [one] });
    expect(error?.code).toBe(-32602);
    expect(error?.message).toContain(one.name);
  }
});
