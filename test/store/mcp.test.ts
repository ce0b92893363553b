import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { McpServer } from '../../protocol/mcp/mcp-servers.ts';
import { readLines } from '../../server/store/line.ts';
import type { Daemon } from '../support/daemon.ts';
import { scripted } from '../support/mcp/servers.ts';
import { text, toolCall } from '../support/session.ts';
import { storedDaemons } from '../support/stored-daemons.ts';
import { slow } from '../support/time-limits.ts';

const stored = storedDaemons();

async function kill(daemon: Daemon): Promise<void> {
  daemon.child.kill('SIGKILL');
  await daemon.exited;
}
const start = (daemon: Daemon, server: McpServer) =>
  daemon.request('run/start', { runId: 'r', model: 'host:m', prompt: 'hi', mcpServers: { m: server } });
/** Answers the next model request, and returns what that was. */
async function answer(daemon: Daemon, response: object, seen = 0) {
  const request = await daemon.waitFor(
    ({ method }) =>
      method === 'model/request' && daemon.messages.filter((one) => one.method === 'model/request').length > seen,
  );
  const latest = daemon.messages.filter((one) => one.method === 'model/request').at(-1) ?? request;
  daemon.send({ id: latest.id, result: { response } });
  return latest.params as { tools: { name: string }[]; messages: { parts: { content?: unknown }[] }[] };
}
const call = (name: string, id = name) => ({ parts: [toolCall(name, {}, id)] });
const lines = () => {
  const runs = join(stored.store, 'runs');
  const [file = ''] = readdirSync(runs, { recursive: true, encoding: 'utf8' }).filter((name) => /jsonl$/.test(name));
  return readLines(readFileSync(join(runs, file))).lines;
};

/** A server with the tool `act`, whose first call never ends; it writes down every call. */
function stuckServer(annotations: object): McpServer {
  const program = join(stored.folder, 'server.mjs');
  writeFileSync(
    program,
    `import { appendFileSync, readFileSync } from 'node:fs';
     import { createInterface } from 'node:readline';
     const log = ${JSON.stringify(join(stored.folder, 'calls'))};
     const tool = { name: 'act', inputSchema: { type: 'object' }, annotations: ${JSON.stringify(annotations)} };
     const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
     createInterface({ input: process.stdin }).on('line', (line) => {
       const { id, method, params } = JSON.parse(line);
       const serverInfo = { name: 's', version: '1' };
       if (method === 'initialize')
         send({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo } });
       else if (method === 'tools/list') send({ id, result: { tools: [tool] } });
       else if (method === 'tools/call') {
         appendFileSync(log, 'call\\n');
         const count = readFileSync(log, 'utf8').split('\\n').length - 1;
         if (count > 1) send({ id, result: { content: [{ type: 'text', text: 'call ' + count }] } });
       } else if (id !== undefined) send({ id, error: { code: -32601, message: 'no ' + method } });
     });`,
  );
  return { command: process.execPath, args: [program], trusted: true };
}
const callsOf = () => readFileSync(join(stored.folder, 'calls'), 'utf8').trim().split('\n').length;

/** Kills the daemon in the call, goes on, and returns what the model is shown of it. */
async function killedInCall(server: McpServer): Promise<unknown> {
  const first = await stored.open();
  await start(first, server);
  await answer(first, call('m_act'));
  await expect.poll(() => readdirSync(stored.folder).includes('calls') && callsOf()).toBe(1);
  await kill(first);
  const second = await stored.open();
  expect((await second.request('run/resume', { runId: 'r' })).error).toBeUndefined();
  const { messages } = await answer(second, text('done'));
  expect(await second.request('run/wait', { runId: 'r' })).toMatchObject({ result: { output: 'done' } });
  return messages.at(-1)?.parts[0]?.content;
}

describe('an MCP call that was cut off by a kill', () => {
  it('is not made again, unless its server says that it may: the model reads that its outcome is unknown', {
    timeout: slow,
  }, async () => {
    expect(await killedInCall(stuckServer({}))).toContain('The outcome of this call is unknown');
    expect(callsOf()).toBe(1);
  });

  it.each([
    ['reads', { readOnlyHint: true }],
    ['may be repeated', { idempotentHint: true }],
  ])(
    'is made again when a trusted server says that it %s',
    async (_what, annotations) => {
      expect(await killedInCall(stuckServer(annotations))).toBe('call 2');
      expect(callsOf()).toBe(2);
    },
    slow,
  );
});

describe('the tools of MCP servers in a store', () => {
  it('are recorded by what changed, and listed anew by who continues the run', { timeout: slow }, async () => {
    const first = await stored.open();
    await start(first, scripted({}, { tools: ['grow', 'grown', 'hang'] }));
    const names = ({ tools }: { tools: { name: string }[] }) => tools.map(({ name }) => name);
    expect(names(await answer(first, call('m_grow')))).toEqual(['m_hang', 'm_grow']);
    expect(names(await answer(first, call('m_hang'), 1))).toEqual(['m_hang', 'm_grow', 'm_grown']);
    await expect.poll(() => lines().some((line) => line.k === 'try' && line.key === 't2.call.0')).toBe(true);
    await kill(first);
    const second = await stored.open();
    await second.request('run/resume', { runId: 'r' });
    // The server that was started anew has not grown yet.
    expect(names(await answer(second, text('done')))).toEqual(['m_hang', 'm_grow']);
    await second.request('run/wait', { runId: 'r' });
    const changes = lines().flatMap((line) => {
      const { toolChanges } = ((line.o ?? {}) as { value?: { toolChanges?: Changes } }).value ?? {};
      return toolChanges ? [[line.key, toolChanges.set?.map((tool) => tool.definition.name), toolChanges.removed]] : [];
    });
    expect(changes).toEqual([
      ['t1.prepare', ['m_hang', 'm_grow'], undefined],
      ['t2.prepare', ['m_grown'], undefined],
      ['t3.prepare', undefined, ['m_grown']],
    ]);
  });

  it('are not started by a daemon whose operator does not allow that', { timeout: slow }, async () => {
    const first = await stored.open();
    await start(first, scripted({}, { tools: ['hang'] }));
    await first.waitFor(({ method }) => method === 'model/request');
    await kill(first);
    const second = await stored.open('--mcp', 'off');
    expect(await second.request('run/resume', { runId: 'r' })).toMatchObject({
      error: { data: { kind: 'mcp.unavailable' } },
    });
    expect(await second.request('run/get', { runId: 'r' })).toMatchObject({ result: { state: 'interrupted' } });
  });
});

type Changes = { set?: { definition: { name: string } }[]; removed?: string[] };
