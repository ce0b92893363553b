import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identityOf } from '../../server/process-watch.ts';
import { codeCache, daemonPath } from '../support/daemon.ts';
import { scripted } from '../support/mcp/servers.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'runwire-mcp-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(document: unknown, ...before: string[]) {
  const file = join(folder, 'mcp.json');
  writeFileSync(file, typeof document === 'string' ? document : JSON.stringify(document));
  const args = [daemonPath, ...before, 'run', '--model', 'test', '--mcp', file, 'hi'];
  return spawnSync(process.execPath, args, {
    encoding: 'utf8',
    input: '',
    env: { ...process.env, ...codeCache, TOKEN: 'token-0123456' },
  });
}

describe('runwire run --mcp', () => {
  it('gives the model the tools of the servers in a file, which end with it', () => {
    const a = scripted({ stubborn: true }, { tools: ['pid'] });
    const { status, stdout, stderr } = run({ mcpServers: { a } });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(identityOf(Number(JSON.parse(stdout).a_pid))).toBeUndefined();
  });

  it('takes a file of another client: servers alone, fields it does not know, servers that are disabled', () => {
    const a = { ...scripted({}, { tools: ['say'] }), autoApprove: ['say'] };
    const { status, stdout, stderr } = run({ a, b: { command: 'no-such', disabled: true } });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ a_say: 'undefined' });
    expect(stderr).toContain("'a' has fields that are not used here: autoApprove");
  });

  it('fills in secrets that the operator allows', () => {
    const a = scripted({}, { tools: ['env'], env: { TOKEN: { secret: 'TOKEN' } } });
    expect(run({ mcpServers: { a } }, '--allow-env', 'TOKEN').stdout).toContain('[redacted]');
    const { status, stderr } = run({ mcpServers: { a } });
    expect(status).toBe(1);
    expect(stderr).toContain('--allow-env TOKEN');
  });

  it.each([
    ['{', 'JSON'],
    ['[]', 'has no MCP servers'],
    [{ mcpServers: { a: 7 } }, 'mcpServers'],
    [{ mcpServers: { a: {} } }, 'command'],
  ])('refuses %j', (document, said) => {
    const { status, stderr } = run(document);
    expect(status).toBe(2);
    expect(stderr).toContain(said === 'mcpServers' ? 'a: ' : said);
  });

  it('is refused by the operator', () => {
    const { status, stderr } = run({ mcpServers: { a: scripted() } }, '--mcp', 'off');
    expect(status).not.toBe(0);
    expect(stderr).toContain('--mcp off');
  });
});
