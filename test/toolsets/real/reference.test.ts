import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openMcpSession } from '../../support/mcp/play.ts';
import { calls, toolCall } from '../../support/session.ts';
import { slow } from '../../support/time-limits.ts';

/** Where `install.sh` put the servers, and `test/reference/mcp/install.sh` the reference engine. */
const installed = process.env.MCP_DIR ?? '';
const python = join(installed, 'reference/bin/python');
const script = new URL('../../reference/mcp/results.py', import.meta.url).pathname;
const isHere = installed !== '' && existsSync(python);

it.skipIf(!isHere)(
  'real servers give the model what the reference engine gives it (needs MCP_DIR)',
  { timeout: slow },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'runwire-reference-'));
    writeFileSync(join(folder, 'notes.txt'), 'milk\nbread\n');
    writeFileSync(join(folder, 'data.json'), '{"a": [1, 2]}');
    mkdirSync(join(folder, 'sub'));
    execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: folder });
    const bin = (name: string) => join(installed, 'node_modules/.bin', name);
    const everything = [bin('mcp-server-everything')];
    const files = [bin('mcp-server-filesystem'), folder];
    const time = [join(installed, 'python/bin/mcp-server-time')];
    const git = [join(installed, 'python/bin/mcp-server-git'), '--repository', folder];
    const sqlite = [join(installed, 'python-v1/bin/mcp-server-sqlite'), '--db-path', join(folder, '.git/a.db')];
    const at = (name: string) => ({ path: join(folder, name) });
    const cases = (
      [
        [everything, 'echo', { message: 'hello' }],
        [everything, 'echo', {}],
        [everything, 'get-sum', { a: 2, b: 3 }],
        [everything, 'get-tiny-image', {}],
        [everything, 'get-annotated-message', { messageType: 'error', includeImage: true }],
        [everything, 'get-structured-content', { location: 'Chicago' }],
        [everything, 'get-resource-links', { count: 2 }],
        [files, 'read_text_file', at('notes.txt')],
        [files, 'read_text_file', at('data.json')],
        [files, 'read_text_file', at('none.txt')],
        [files, 'read_text_file', { path: '/etc/passwd' }],
        [files, 'list_directory', at('sub')],
        [files, 'create_directory', at('sub')],
        [time, 'convert_time', { source_timezone: 'UTC', time: 'noon', target_timezone: 'UTC' }],
        [time, 'get_current_time', { timezone: 'Nowhere/Land' }],
        [git, 'git_status', { repo_path: folder }],
        [git, 'git_log', { repo_path: '/nowhere' }],
        [sqlite, 'list_tables', {}],
        [sqlite, 'read_query', { query: 'SELECT 1 AS one' }],
        [sqlite, 'read_query', { query: 'SELEC' }],
      ] as const
    ).map(([command, tool, args]) => ({ command, tool, args }));
    const file = join(folder, 'cases.json');
    writeFileSync(file, JSON.stringify(cases));
    const expected = JSON.parse(execFileSync(python, [script, '--play', file], { encoding: 'utf8' }));
    const mcp = await openMcpSession();
    const seen: unknown[] = [];
    for (const [
      index,
      {
        command: [command = '', ...args],
        tool,
        args: given,
      },
    ] of cases.entries()) {
      const server = { command, args, prefix: null };
      const { returns } = await mcp.play({ mcpServers: { a: server } }, calls(toolCall(tool, given)));
      const kept = Object.entries(returns[0] ?? {}).filter(([key]) => Object.hasOwn(expected[index], key));
      seen.push(Object.fromEntries(kept));
    }
    await mcp.close();
    rmSync(folder, { recursive: true, force: true });
    expect(seen).toEqual(expected);
  },
);
