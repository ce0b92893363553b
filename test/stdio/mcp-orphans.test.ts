import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { identityOf } from '../../server/process-watch.ts';
import { codeCache, Daemon, daemonPath } from '../support/daemon.ts';
import { byEffort } from '../support/effort.ts';
import { scripted } from '../support/mcp/servers.ts';
import { slow } from '../support/time-limits.ts';

/** How often each way to end is tried. */
const times = byEffort({ quick: 1, thorough: 20 });

/** A server that ignores the end of its input and SIGTERM, and has a child that does so, too. */
const stubborn = scripted({ stubborn: true }, { tools: ['children'] });
const run = { model: 'test', prompt: 'hi', wait: true };

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** The processes that a run found: its server, and the child of that. */
function pidsIn(result: unknown): number[] {
  const { output } = result as { output: string };
  const pids = String(JSON.parse(output).a_children).split(' ').map(Number);
  expect(pids).toHaveLength(2);
  return pids;
}

async function expectGone(pids: readonly number[]): Promise<void> {
  for (const pid of pids) await expect.poll(() => identityOf(pid), { timeout: slow, interval: 20 }).toBeUndefined();
}

async function daemonWithServer(): Promise<{ daemon: Daemon; pids: number[] }> {
  const daemon = new Daemon();
  children.push(daemon.child);
  await daemon.initialize();
  await daemon.request('agent/register', { name: 'x', mcpServers: { a: stubborn } });
  const { result } = await daemon.request('run/start', { ...run, agent: 'x' });
  const pids = pidsIn(result);
  for (const pid of pids) expect(identityOf(pid)).toBeDefined();
  return { daemon, pids };
}

const report = (way: string) =>
  process.stdout.write(`no process of an MCP server is left in ${times} of ${times} when ${way}\n`);

const ways: Record<string, (daemon: Daemon) => unknown> = {
  'its agent is unregistered': (daemon) => daemon.request('agent/unregister', { name: 'x' }),
  'the daemon is shut down': (daemon) => daemon.stop(),
  'the input of the daemon ends': (daemon) => daemon.child.stdin.end(),
  'the daemon gets SIGTERM': (daemon) => daemon.child.kill('SIGTERM'),
  'the daemon gets SIGKILL': (daemon) => daemon.child.kill('SIGKILL'),
};

const hostScript = `
const { spawn } = require('node:child_process');
const daemon = spawn(process.execPath, [process.argv[1]], { stdio: ['pipe', 'pipe', 'inherit'] });
const send = (message) => daemon.stdin.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
send({ id: 1, method: 'initialize', params: {} });
send({ id: 2, method: 'agent/register', params: { name: 'x', mcpServers: JSON.parse(process.argv[2]) } });
send({ id: 3, method: 'run/start', params: JSON.parse(process.argv[3]) });
let seen = '';
daemon.stdout.on('data', (chunk) => {
  seen += chunk;
  const line = seen.split('\\n').slice(0, -1).find((one) => one.includes('"id":3'));
  if (line) console.log(line);
});
`;

describe('a stubborn MCP server with a child', () => {
  it.each(Object.entries(ways))(
    'is gone with it when %s',
    async (what, end) => {
      for (let i = 0; i < times; i += 1) {
        const { daemon, pids } = await daemonWithServer();
        await end(daemon);
        await expectGone(pids);
        daemon.child.kill('SIGKILL');
      }
      report(what);
    },
    600_000,
  );

  it('is gone with it when its run ends', async () => {
    const daemon = new Daemon();
    children.push(daemon.child);
    await daemon.initialize();
    for (let i = 0; i < times; i += 1) {
      const { result } = await daemon.request('run/start', { ...run, mcpServers: { a: stubborn } });
      await expectGone(pidsIn(result));
    }
    report('its run ends');
    await daemon.stop();
  }, 600_000);

  it('is gone with it when the host of the daemon gets SIGKILL', async () => {
    for (let i = 0; i < times; i += 1) {
      const args = [daemonPath, JSON.stringify({ a: stubborn }), JSON.stringify({ ...run, agent: 'x' })];
      const host = spawn(process.execPath, ['-e', hostScript, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...codeCache },
      });
      children.push(host);
      const [line] = await once(createInterface({ input: host.stdout }), 'line');
      const pids = pidsIn(JSON.parse(line).result);
      host.kill('SIGKILL');
      await expectGone(pids);
    }
    report('the host of the daemon gets SIGKILL');
  }, 600_000);
});

it('no canary of the environment or of the host is in a server, a message, the log or the store', async () => {
  const [ours, hosts] = ['sk-canary-of-the-environment-0123', 'canary-that-the-host-gave-4567'];
  const store = mkdtempSync(join(tmpdir(), 'runwire-canary-store-'));
  const args = ['--log-level', 'debug', '--store', store];
  const daemon = new Daemon({ env: { OPENAI_API_KEY: ours }, args });
  children.push(daemon.child);
  await daemon.initialize();
  const server = scripted(
    { noise: 'hello', instructions: 'x' },
    { tools: ['env'], env: { TOKEN: { secret: 'TOKEN' } } },
  );
  const answered = daemon.waitFor(({ method }) => method === 'secret/get');
  const ended = daemon.request('run/start', {
    ...run,
    mcpServers: { a: server, b: { command: 'no-such', optional: true } },
  });
  const { id = null } = await answered;
  daemon.send({ id, result: { value: hosts } });
  const { result } = await ended;
  expect(result).toMatchObject({ outcome: 'success' });
  expect(JSON.stringify(result)).toContain('[redacted]');
  expect(await daemon.stop()).toBe(0);
  const files = readdirSync(store, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));
  const journal = files.map((name) => readFileSync(join(store, name), 'utf8')).join('');
  rmSync(store, { recursive: true });
  expect(journal).toContain('"k":"end"');
  const everything = daemon.texts.join('\n') + daemon.stderr + journal;
  expect(everything).not.toContain(ours);
  expect(everything).not.toContain(hosts);
  expect(daemon.stderr).toContain("MCP server 'a'");
});
