import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { McpServer } from '../../../protocol/mcp/mcp-servers.ts';
import { type McpSession, openMcpSession } from '../../support/mcp/play.ts';
import { calls, toolCall } from '../../support/session.ts';
import { slow } from '../../support/time-limits.ts';

/** Where `install.sh` put the servers. */
const installed = process.env.MCP_DIR ?? '';

describe.skipIf(!installed)('real MCP servers (needs MCP_DIR, see test/toolsets/real/install.sh)', () => {
  let folder: string;
  let mcp: McpSession;
  let servers: Record<string, McpServer>;
  const bin = (name: string) => join(installed, 'node_modules/.bin', name);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'runwire-real-'));
    writeFileSync(join(folder, 'notes.txt'), 'milk\nbread\n');
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: folder });
    git('init', '-q');
    git('add', 'notes.txt');
    git('commit', '-qm', 'Note what is needed');
    mcp = await openMcpSession();
    servers = {
      everything: { command: bin('mcp-server-everything') },
      filesystem: { command: bin('mcp-server-filesystem'), args: [folder] },
      memory: { command: bin('mcp-server-memory'), env: { MEMORY_FILE_PATH: join(folder, 'memory.json') } },
      thinking: { command: bin('mcp-server-sequential-thinking') },
      playwright: { command: bin('playwright-mcp'), args: ['--headless'] },
      git: { command: join(installed, 'python/bin/mcp-server-git'), args: ['--repository', folder] },
      time: { command: join(installed, 'python/bin/mcp-server-time') },
      sqlite: {
        command: join(installed, 'python-v1/bin/mcp-server-sqlite'),
        args: ['--db-path', join(folder, 'a.db')],
      },
    };
  });
  afterAll(async () => {
    await mcp?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('serve one run, all of them at once', { timeout: slow }, async () => {
    const { result, returns, offered, warnings } = await mcp.play(
      { mcpServers: servers },
      calls(
        toolCall('everything_echo', { message: 'hello' }),
        toolCall('everything_get-sum', { a: 2, b: 3 }),
        toolCall('everything_get-tiny-image'),
        toolCall('filesystem_read_text_file', { path: join(folder, 'notes.txt') }),
        toolCall('memory_create_entities', {
          entities: [{ name: 'Ann', entityType: 'person', observations: ['likes tea'] }],
        }),
        toolCall('thinking_sequentialthinking', {
          thought: 'one',
          nextThoughtNeeded: false,
          thoughtNumber: 1,
          totalThoughts: 1,
        }),
        toolCall('git_git_log', { repo_path: folder }),
        toolCall('time_convert_time', { source_timezone: 'UTC', time: '12:00', target_timezone: 'Asia/Tokyo' }),
        toolCall('sqlite_write_query', { query: 'CREATE TABLE t (a INTEGER)' }),
      ),
    );
    expect(result.error).toBeUndefined();
    expect(warnings).toEqual([]);
    expect(new Set(offered[0]?.map((name) => name.split('_')[0]))).toEqual(new Set(Object.keys(servers)));
    expect(returns.map(({ tool_name, outcome }) => [tool_name, outcome])).toEqual(
      returns.map(({ tool_name }) => [tool_name, 'success']),
    );
    const texts = returns.map(({ content }) => JSON.stringify(content));
    for (const [at, said] of [
      'hello',
      '5',
      '"kind":"binary"',
      'bread',
      'Ann',
      'thoughtHistoryLength',
      'Note what is needed',
      '21:00',
    ].entries())
      expect(texts[at]).toContain(said);
  });

  it('are reached over HTTP, and again after they were started anew between two calls', {
    timeout: slow,
  }, async () => {
    const port = 20_000 + (process.pid % 20_000);
    const start = async () => {
      const child = spawn(bin('mcp-server-everything'), ['streamableHttp'], {
        env: { ...process.env, PORT: String(port) },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      for await (const text of child.stderr) if (String(text).includes(String(port))) break;
      return child;
    };
    let server = await start();
    const session = await openMcpSession({
      serve: {
        'tool/call': async () => {
          server.kill('SIGKILL');
          await once(server, 'exit');
          server = await start();
          return 'started anew';
        },
      },
    });
    const { result, returns } = await session.play(
      {
        tools: [{ name: 'restart', inputSchema: { type: 'object' } }],
        mcpServers: { everything: { url: `http://localhost:${port}/mcp` } },
      },
      calls(toolCall('everything_echo', { message: 'one' })),
      calls(toolCall('restart')),
      calls(toolCall('everything_echo', { message: 'two' })),
    );
    server.kill('SIGKILL');
    await session.close();
    expect(result.error).toBeUndefined();
    expect(returns.map(({ content }) => content)).toEqual(['Echo: one', 'started anew', 'Echo: two']);
  });

  it('are started by npx as well, and leave nothing when they end', { timeout: slow }, async () => {
    const npx = { command: 'npx', args: ['-y', '@modelcontextprotocol/server-everything@2026.8.31'], cwd: installed };
    const { result, returns } = await mcp.play(
      { mcpServers: { everything: { ...npx, tools: ['echo'], startTimeoutMs: 100_000 } } },
      calls(toolCall('everything_echo', { message: 'by npx' })),
    );
    expect(result.error).toBeUndefined();
    expect(returns[0]?.content).toContain('by npx');
  });
});
