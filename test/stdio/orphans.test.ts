import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { identityOf } from '../../server/process-watch.ts';
import { codeCache, Daemon, daemonPath } from '../support/daemon.ts';
import { byEffort } from '../support/effort.ts';
import { slow, within } from '../support/time-limits.ts';

const tool = { name: 'ask', inputSchema: { type: 'object', properties: {} } };
/** How often each way to die is tried. */
const times = byEffort({ quick: 1, thorough: 20 });

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Milliseconds until a process is gone; what its parent has not waited for yet counts as gone. */
async function goneAfter(pid: number, began: number): Promise<number> {
  while (identityOf(pid) !== undefined) await turn();
  return performance.now() - began;
}

/** A host as a process of its own, which reports the pid of its daemon once that has come as far as is wanted. */
async function hostWithDaemon(run: object | null): Promise<{ host: ChildProcess; pid: number }> {
  const host = spawn(process.execPath, ['-e', hostScript, daemonPath, JSON.stringify(run)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...codeCache },
  });
  children.push(host);
  const pid = await new Promise<number>((resolve) =>
    host.stdout?.once('data', (text: Buffer) => resolve(Number(text.toString()))),
  );
  return { host, pid };
}

const hostScript = `
const { spawn } = require('node:child_process');
const run = JSON.parse(process.argv[2]);
const daemon = spawn(process.execPath, [process.argv[1]], { stdio: ['pipe', 'pipe', 'inherit'] });
const send = (message) => {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  daemon.stdin.write('Content-Length: ' + Buffer.byteLength(body) + '\\r\\n\\r\\n' + body);
};
send({ id: 1, method: 'initialize', params: {} });
if (run) send({ id: 2, method: 'run/start', params: run });
let seen = '';
daemon.stdout.on('data', (chunk) => {
  seen += chunk;
  if (seen.includes(run ? '"method":"tool/call"' : '"serverInfo"')) process.stdout.write(String(daemon.pid));
});
`;

describe('a host that is killed', () => {
  it.each([
    ['idle', null, 250],
    ['with a run', { prompt: 'hi', tools: [tool] }, 2000],
  ] as const)(
    'takes its %s daemon with it',
    async (_name, run, ms) => {
      for (let i = 0; i < times; i += 1) {
        const { host, pid } = await hostWithDaemon(run);
        const began = performance.now();
        host.kill('SIGKILL');
        expect(await goneAfter(pid, began)).toBeLessThan(within(ms));
      }
    },
    slow,
  );

  it.each([
    ['in initialize', (pid: number) => ({ args: [], params: { processId: pid } })],
    ['on the command line', (pid: number) => ({ args: [`--clientProcessId=${pid}`], params: {} })],
  ])(
    'is noticed by its process, named %s, though another one holds stdin open',
    async (_name, naming) => {
      for (let i = 0; i < times; i += 1) {
        const host = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
        children.push(host);
        const { args, params } = naming(host.pid ?? 0);
        // The other one is this test: it keeps the pipes.
        const daemon = new Daemon({ args });
        children.push(daemon.child);
        await daemon.initialize(params);
        daemon.send({ id: 2, method: 'run/start', params: { prompt: 'hi', tools: [tool] } });
        await daemon.waitFor(({ method }) => method === 'tool/call');
        const began = performance.now();
        host.kill('SIGKILL');
        expect(await daemon.exited).toBe(1);
        expect(performance.now() - began).toBeLessThan(within(3000));
      }
    },
    slow,
  );

  it('is not looked for when it was gone already, or when the number is of no process', async () => {
    const daemon = new Daemon();
    await daemon.initialize({ processId: 2 ** 22 + 1 });
    expect(await daemon.request('agent/list')).toHaveProperty('result');
    expect(await daemon.stop()).toBe(0);
  });
});

describe('a pipe', () => {
  /** Runs `input | runwire | cat` in a shell: real pipes, not sockets. */
  const pipe = (input: string, args = '', env: NodeJS.ProcessEnv = {}) => {
    const script = `printf '%s' "$INPUT" | "$NODE" ${args ? `"$DAEMON" ${args}` : '"$DAEMON"'} | cat; echo "exit $\{PIPESTATUS[1]}"`;
    const shell = spawn('bash', ['-c', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...codeCache,
        NODE: process.execPath,
        DAEMON: daemonPath,
        INPUT: input,
        ...env,
      },
    });
    children.push(shell);
    let stdout = '';
    let stderr = '';
    shell.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    shell.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const done = new Promise<void>((resolve) => shell.once('close', () => resolve()));
    return { shell, ended: done.then(() => ({ lines: stdout.trimEnd().split('\n'), stderr })), soFar: () => stdout };
  };
  const lines = (...messages: object[]) =>
    messages.map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`).join('');

  /** A provider that takes its time. */
  async function slowProvider(ms: number) {
    const server = createServer((_request, response) => {
      setTimeout(() => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answer));
      }, ms);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { baseUrl: `http://127.0.0.1:${port}/v1`, close: () => server.close() };
  }

  it('is answered, however long its run takes', { timeout: slow }, async () => {
    // Longer than the grace there is with frames.
    const provider = await slowProvider(byEffort({ quick: 2500, thorough: 30_000 }));
    const model = { model: 'openai-chat:slow', baseUrl: provider.baseUrl, apiKeyEnv: 'SLOW_KEY' };
    const { ended } = pipe(
      lines(
        { id: 1, method: 'initialize', params: {} },
        { id: 2, method: 'run/start', params: { prompt: 'hi', model, wait: true, deltas: 'none', stream: false } },
      ),
      '--allow-env SLOW_KEY',
      { SLOW_KEY: 'sk-not-a-real-key' },
    );
    const { lines: output, stderr } = await ended;
    provider.close();
    expect({ last: output.at(-1), stderr }).toEqual({ last: 'exit 0', stderr: '' });
    expect(JSON.parse(output.at(-2) ?? '')).toMatchObject({ id: 2, result: { outcome: 'success', output: 'at last' } });
  });

  it('whose shell is gone ends, though its run goes on', { timeout: slow }, async () => {
    const provider = await slowProvider(60_000);
    const model = { model: 'openai-chat:slow', baseUrl: provider.baseUrl, apiKeyEnv: 'SLOW_KEY' };
    const { shell, soFar } = pipe(
      lines(
        { id: 1, method: 'initialize', params: {} },
        { id: 2, method: 'run/start', params: { prompt: 'hi', model, wait: true, deltas: 'none', stream: false } },
      ),
      '--allow-env SLOW_KEY --log-level error & echo "pid $!"; wait; :',
      { SLOW_KEY: 'sk-not-a-real-key' },
    );
    while (!soFar().includes('model_request_started') && shell.exitCode === null) await turn();
    const pid = Number(childrenOf(shell.pid ?? 0).find((one) => commandOf(one).includes(daemonPath)));
    const began = performance.now();
    shell.kill('SIGKILL');
    expect(await goneAfter(pid, began)).toBeLessThan(within(3000));
    provider.close();
  });

  it('that holds no messages gets one answer, one line on stderr and 2', async () => {
    const { lines: output, stderr } = await pipe('npm notice hello\n').ended;
    expect(output.at(-1)).toMatch(/exit 2$/);
    expect(output.join('\n').match(/"code":-32600/g)).toHaveLength(1);
    expect(stderr).toMatch(/^runwire error: the input is not a stream of messages: [^\n]*\n$/);
  });

  it('carries frames only, whoever writes to stdout, native code too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'runwire-'));
    const noise = join(folder, 'noise.cjs');
    writeFileSync(
      noise,
      `process.on('exit', () => {
        console.log('noise 1');
        process.stdout.write('noise 2\\n');
        require('node:fs').writeSync(1, 'noise 3\\n');
        require('node:child_process').spawnSync('echo', ['noise 4'], { stdio: ['ignore', 'inherit', 'inherit'] });
      });`,
    );
    const errors = join(folder, 'stderr');
    const { lines: output } = await pipe(lines({ id: 1, method: 'initialize', params: {} }), '2>"$ERRORS"', {
      NODE_OPTIONS: `--require ${noise}`,
      ERRORS: errors,
    }).ended;
    const stderr = readFileSync(errors, 'utf8');
    rmSync(folder, { recursive: true });
    expect(output.at(-1)).toBe('exit 0');
    expect(output.slice(0, -1).map((line) => JSON.parse(line).id)).toEqual([1]);
    expect(stderr.match(/noise \d/g)?.sort()).toEqual(['noise 1', 'noise 2', 'noise 3', 'noise 4']);
  });
});

const answer = {
  id: 'x',
  object: 'chat.completion',
  created: 1,
  model: 'slow',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'at last' } }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};

function childrenOf(pid: number): number[] {
  const own = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return [...own, ...own.flatMap(childrenOf)];
}

const commandOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8');

describe('the log', () => {
  it('goes to a file that only the user can read, and not to stderr', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'runwire-'));
    const file = join(folder, 'daemon.log');
    const daemon = new Daemon({ args: ['--log-file', file, '--log-level', 'debug'] });
    await daemon.initialize();
    daemon.send('{"jsonrpc":"2.0","id":77,"result":1}');
    await daemon.waitFor(({ method }) => method === 'window/logMessage');
    expect(await daemon.stop()).toBe(0);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^\S+Z debug \[\d+\] a message was dropped: a response without a request$/m);
    expect({ mode: statSync(file).mode & 0o777, stderr: daemon.stderr }).toEqual({ mode: 0o600, stderr: '' });
    rmSync(folder, { recursive: true });
  });
});
