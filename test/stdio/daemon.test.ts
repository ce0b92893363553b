import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { Daemon, daemonPath } from '../support/daemon.ts';
import { schemaOf } from '../support/session.ts';
import { within } from '../support/time-limits.ts';

let daemon: Daemon;
afterEach(() => {
  daemon?.child.kill('SIGKILL');
});

const tool = { name: 'ask', inputSchema: schemaOf({ topic: { type: 'string' } }) };
const isToolCall = ({ method }: { method?: string }) => method === 'tool/call';
const eventKind = ({ params }: { params?: Record<string, unknown> }) =>
  (params?.event as { event_kind: string } | undefined)?.event_kind;
const finished = (message: { params?: Record<string, unknown> }) => eventKind(message) === 'run_finished';

describe('the daemon as a process', () => {
  it('runs an agent with a tool of the host and ends with 0', async () => {
    daemon = new Daemon();
    expect(await daemon.initialize()).toMatchObject({
      result: { protocolVersion: 1, serverInfo: { name: 'runwire' }, capabilities: {} },
    });
    expect(await daemon.request('run/start', { runId: 'r', prompt: 'hi', tools: [tool] })).toMatchObject({
      result: { runId: 'r', state: 'running' },
    });
    const call = await daemon.waitFor(isToolCall);
    expect(call.params).toMatchObject({
      runId: 'r',
      runStep: 1,
      name: 'ask',
      args: { topic: 'a' },
      idempotencyKey: 'r/t1.call.0',
    });
    daemon.send({ id: call.id, result: { content: 'yes' } });
    await daemon.waitFor(finished);
    expect(await daemon.request('run/messages', { runId: 'r' })).toMatchObject({
      result: { total: 4, complete: true, newMessageIndex: 0 },
    });
    expect(await daemon.request('run/newMessages', { runId: 'r' })).toMatchObject({ result: { total: 4 } });
    expect(await daemon.request('run/usage', { runId: 'r' })).toMatchObject({
      result: { usage: { requests: 2, tool_calls: 1 } },
    });
    expect(await daemon.stop()).toBe(0);
    expect({ stderr: daemon.stderr, junk: daemon.junk }).toEqual({ stderr: '', junk: '' });
  });

  it('counts its own requests from 1,000,000,000', async () => {
    daemon = new Daemon();
    await daemon.initialize();
    daemon.send({ id: 2, method: 'run/start', params: { prompt: 'hi', tools: [tool] } });
    expect((await daemon.waitFor(isToolCall)).id).toBe(1_000_000_000);
  });

  it.each([
    ['absent', []],
    ['null', [null]],
    ['an empty list', [[]]],
    ['an empty object', [{}]],
  ])('takes parameters that are %s for {}', async (_name, params) => {
    daemon = new Daemon();
    await daemon.initialize();
    expect(await daemon.request('health/get', ...params)).toMatchObject({ result: { agents: 0 } });
  });

  it('answers the ack before the first event, and what waits after run_finished', async () => {
    daemon = new Daemon();
    await daemon.initialize();
    daemon.send({ id: 'start', method: 'run/start', params: { runId: 'r', prompt: 'hi', deltas: 'none' } });
    daemon.send({ id: 'wait', method: 'run/wait', params: { runId: 'r' } });
    await daemon.waitFor(({ id }) => id === 'wait');
    const order = daemon.messages.slice(1).map((message) => message.id ?? eventKind(message));
    expect(order).toEqual([
      'start',
      'run_started',
      'warning',
      'model_request_started',
      'model_response',
      'run_finished',
      'wait',
    ]);
  });

  it('ends with 1 when exit comes without shutdown', async () => {
    daemon = new Daemon();
    await daemon.initialize();
    daemon.send({ method: 'exit' });
    expect(await daemon.exited).toBe(1);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('ends on %s', async (signal, code) => {
    daemon = new Daemon();
    await daemon.initialize();
    daemon.child.kill(signal);
    expect(await daemon.exited).toBe(code);
  });
});

describe('a client that has gone', () => {
  it('takes the daemon with it, in the middle of a run and with its callback open', async () => {
    daemon = new Daemon();
    await daemon.initialize();
    daemon.send({ id: 2, method: 'run/start', params: { prompt: 'hi', tools: [tool] } });
    await daemon.waitFor(isToolCall);
    const began = performance.now();
    daemon.child.stdin.end();
    expect(await daemon.exited).toBe(1);
    expect(performance.now() - began).toBeLessThan(within(2000));
  });

  it('takes the daemon with it when it was killed', async () => {
    // The host is a process of its own that starts the daemon, reports its pid once a run waits for a tool, and is killed.
    const host = spawn(process.execPath, ['-e', hostScript, daemonPath, JSON.stringify(tool)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) =>
      host.stdout.once('data', (text: Buffer) => resolve(Number(text.toString()))),
    );
    const began = performance.now();
    host.kill('SIGKILL');
    while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
    expect(performance.now() - began).toBeLessThan(within(2000));
  });
});

const hostScript = `
const { spawn } = require('node:child_process');
const daemon = spawn(process.execPath, [process.argv[1]], { stdio: ['pipe', 'pipe', 'inherit'] });
const send = (message) => {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  daemon.stdin.write('Content-Length: ' + Buffer.byteLength(body) + '\\r\\n\\r\\n' + body);
};
send({ id: 1, method: 'initialize', params: {} });
send({ id: 2, method: 'run/start', params: { prompt: 'hi', tools: [JSON.parse(process.argv[2])] } });
let seen = '';
daemon.stdout.on('data', (chunk) => {
  seen += chunk;
  if (seen.includes('"tool/call"')) process.stdout.write(String(daemon.pid));
});
`;

/** A killed process may stay as a zombie under a lazy parent: its state shows it. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('the command line', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [daemonPath, ...args], { encoding: 'utf8', input: '' });

  it('prints its version and its help on stdout', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(run('--version')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
    expect(run('--help')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('Usage: runwire') });
  });

  it.each([
    [['--nope'], "unknown option '--nope'"],
    [['--log-level', 'loud'], "'loud' is not a log level"],
    [['--allow-env'], '--allow-env needs a value'],
  ])('refuses %j', (args, message) => {
    expect(run(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(message) });
  });

  it('accepts what clients of language servers pass', async () => {
    daemon = new Daemon({ args: ['--stdio', '--clientProcessId=1'] });
    expect(await daemon.initialize()).toHaveProperty('result');
  });
});
