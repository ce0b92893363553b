import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { daemonPath } from '../support/daemon.ts';
import { byEffort } from '../support/effort.ts';
import { type PromptProvider, promptProvider } from '../support/provider/provider.ts';
import { folderWith } from '../support/temporary.ts';

const times = byEffort({ quick: 1, thorough: 20 });
let provider: PromptProvider;
beforeAll(async () => {
  provider = await promptProvider();
});
afterAll(() => provider.stop());

type Send = (message: object) => void;

/** An agent with a command that ignores SIGTERM and has a child, and an MCP server that ignores the end of its input. */
async function busyAgent(): Promise<{ child: ChildProcess; send: Send; session: string; pids: number[] }> {
  const cwd = folderWith();
  const args = [daemonPath, 'acp', '--agent', provider.agentFile(folderWith())];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const send: Send = (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const script = new URL('../support/mcp/stdio-server.mjs', import.meta.url).pathname;
  const server = { name: 'stubborn', command: process.execPath, args: [script, '{"stubborn":true}'], env: [] };
  const command = `trap '' TERM; sleep 300 & echo $$ $! > pids; wait; sleep 300`;
  send({ id: 1, method: 'initialize', params: { protocolVersion: 1 } });
  send({ id: 2, method: 'session/new', params: { cwd, mcpServers: [server] } });
  for await (const line of createInterface({ input: child.stdout })) {
    const { id, method, result, params } = JSON.parse(line);
    if (id === 2) {
      const prompt = [{ type: 'text', text: `tool stubborn_children {}\nrun ${command}` }];
      send({ id: 3, method: 'session/prompt', params: { sessionId: result.sessionId, prompt } });
    }
    if (method === 'session/request_permission')
      send({ id, result: { outcome: { outcome: 'selected', optionId: 'allow' } } });
    const { rawOutput } = params?.update ?? {};
    if (typeof rawOutput !== 'number' && !/^\d+ \d+$/.test(String(rawOutput ?? ''))) continue;
    await expect.poll(() => pidsIn(cwd), { timeout: 20_000 }).toHaveLength(2);
    const [shell = 0, sleep = 0] = pidsIn(cwd);
    child.stdout.resume();
    return {
      child,
      send,
      session: params.sessionId,
      pids: [shell, sleep, ...String(rawOutput).split(' ').map(Number)],
    };
  }
  throw new Error('the agent ended');
}

function pidsIn(cwd: string): number[] {
  try {
    return readFileSync(join(cwd, 'pids'), 'utf8').trim().split(' ').map(Number);
  } catch {
    return [];
  }
}

const isAlive = (pid: number) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
};

it.skipIf(process.platform !== 'linux').each([
  ['the end of its input', ({ child }: { child: ChildProcess }) => child.stdin?.end()],
  ['SIGTERM', ({ child }: { child: ChildProcess }) => child.kill('SIGTERM')],
  ['SIGKILL', ({ child }: { child: ChildProcess }) => child.kill('SIGKILL')],
])(
  'leaves no command and no MCP server after %s',
  async (_how, end) => {
    for (let left = times; left > 0; left -= 1) {
      const agent = await busyAgent();
      expect(agent.pids.filter(isAlive)).toEqual(agent.pids);
      const exited = once(agent.child, 'exit');
      end(agent);
      await exited;
      await expect.poll(() => agent.pids.filter(isAlive), { timeout: 20_000 }).toEqual([]);
    }
  },
  600_000,
);

it.skipIf(process.platform !== 'linux')(
  'leaves neither after a session is closed, and goes on',
  async () => {
    const { child, send, session, pids } = await busyAgent();
    send({ id: 9, method: 'session/close', params: { sessionId: session } });
    await expect.poll(() => pids.filter(isAlive), { timeout: 20_000 }).toEqual([]);
    expect(child.exitCode).toBe(null);
    child.stdin?.end();
    await once(child, 'exit');
  },
  60_000,
);
