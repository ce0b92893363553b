import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Daemon, daemonPath } from '../support/daemon.ts';

let daemon: Daemon;
afterEach(() => {
  daemon?.child.kill('SIGKILL');
});

const tool = { name: 't', inputSchema: { type: 'object' } };
const text = { part_kind: 'text', content: 'end' };
const calls = Array.from({ length: 40 }, (_, at) => ({
  part_kind: 'tool-call',
  tool_name: 't',
  args: '{}',
  tool_call_id: `c${at}`,
}));

/** A run with 40 calls that are open at once: each listens to the end of the run. */
async function manyCalls(): Promise<void> {
  daemon.send({ id: 'run', method: 'run/start', params: { model: 'host:m', prompt: 'x', tools: [tool], wait: true } });
  const requests = new Set<unknown>();
  const next = async (method: string) => {
    const request = await daemon.waitFor((message) => message.method === method && !requests.has(message.id));
    requests.add(request.id);
    return request.id as number;
  };
  daemon.send({ id: await next('model/request'), result: { response: { parts: calls } } });
  const open = [];
  while (open.length < calls.length && open.length < 32) open.push(await next('tool/call'));
  for (const id of open) daemon.send({ id, result: { content: 1 } });
  for (let left = calls.length - open.length; left > 0; left -= 1) {
    daemon.send({ id: await next('tool/call'), result: { content: 1 } });
  }
  daemon.send({ id: await next('model/request'), result: { response: { parts: [text] } } });
  expect(await daemon.waitFor(({ id }) => id === 'run')).toMatchObject({ result: { outcome: 'success' } });
}

describe('a daemon whose stderr was closed', () => {
  it.each<[string, string[], () => Promise<unknown> | undefined]>([
    [
      'a line of the log',
      ['--log-level', 'debug'],
      async () => daemon.send('{"jsonrpc":"2.0","method":"x","params":5}'),
    ],
    [
      'many lines',
      ['--log-level', 'debug'],
      async () => {
        for (let n = 0; n < 500; n += 1) daemon.send('{"jsonrpc":"2.0","method":"x","params":5}');
      },
    ],
    ['a warning of Node', [], manyCalls],
    ['a warning of Node that the log shows', ['--log-level', 'debug'], manyCalls],
  ])('goes on after %s', async (_what, args, act) => {
    daemon = new Daemon({ args });
    await daemon.initialize();
    daemon.child.stderr.destroy();
    await act();
    for (let n = 0; n < 3; n += 1) expect(await daemon.request('health/get')).toHaveProperty('result');
    expect(await daemon.stop()).toBe(0);
  });
});

describe('stderr', () => {
  it('does not get the warnings of Node', async () => {
    daemon = new Daemon();
    await daemon.initialize();
    await manyCalls();
    expect(await daemon.stop()).toBe(0);
    expect(daemon.stderr).toBe('');
  });

  it.each(['--help', '--version', '--wrong', 'schema'])(
    'and stdout may be closed before %s is answered',
    async (arg) => {
      const child = spawn(process.execPath, [daemonPath, arg], { stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout.destroy();
      child.stderr.destroy();
      const [code, signal] = await once(child, 'exit');
      expect({ code, signal }).toEqual({ code: arg === '--wrong' ? 2 : 0, signal: null });
    },
  );
});

describe('--log-file', () => {
  it.each(['/dev/full', '/dev/null', '/proc/self/comm', '/none/log'])(
    '%s is refused, and stderr is used',
    async (file) => {
      daemon = new Daemon({ args: ['--log-file', file] });
      await daemon.initialize();
      expect(await daemon.stop()).toBe(0);
      expect(daemon.stderr).toMatch(`runwire error: the log cannot go to '${file}' and goes to stderr: `);
    },
  );

  it('has one line for what quotes line ends', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'runwire-'));
    const file = join(folder, 'log');
    daemon = new Daemon({ args: ['--log-level', 'debug', '--log-file', file] });
    await daemon.initialize();
    daemon.send({ method: '$/x\n2026-01-01T00:00:00Z error [1] forged', params: 5 });
    daemon.send({ method: 'x\r\u2028\u0085\u001b[2Jrunwire error: forged', params: 5 });
    expect(await daemon.stop()).toBe(0);
    const lines = readFileSync(file, 'utf8').split('\n');
    rmSync(folder, { recursive: true });
    expect(lines.pop()).toBe('');
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines)
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z (?:debug|info|warn|error) \[\d+\] [\x20-\x7e]*$/);
  });
});
