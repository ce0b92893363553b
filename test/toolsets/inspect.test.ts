import { afterEach, expect, it } from 'vitest';
import { RunwireClient } from '../../protocol/client/index.ts';
import { type McpSession, openMcpSession } from '../support/mcp/play.ts';
import { httpServer, scripted } from '../support/mcp/servers.ts';
import { startPair } from '../support/pair.ts';

let mcp: McpSession | undefined;
afterEach(async () => {
  await mcp?.close();
  mcp = undefined;
});

const object = { type: 'object' };

it('mcp/inspect reports what each server is and offers, in the order given, and ends them again', async () => {
  mcp = await openMcpSession();
  const tools = [{ name: 'echo', description: 'Says it.', inputSchema: object }, { name: 'bad' }];
  const { servers } = await mcp.session.request('mcp/inspect', {
    mcpServers: {
      good: scripted({ era: 'modern', tools, instructions: 'Be kind.' }),
      none: null,
      bad: scripted({ exitAtStart: 2 }),
    },
  });
  expect(servers).toMatchObject([
    {
      name: 'good',
      state: 'ready',
      protocolVersion: '2026-07-28',
      instructions: 'Be kind.',
      tools: [{ name: 'good_echo', description: 'Says it.', parameters_json_schema: object }],
      skipped: [{ name: 'bad', reason: 'its input schema is not an object' }],
    },
    {
      name: 'bad',
      state: 'failed',
      error: { kind: 'mcp.unavailable', stderr: 'cannot start: no configuration' },
    },
  ]);
  const [{ toolBytes = 0, startMs = 0 } = {}] = servers;
  expect(toolBytes).toBe(
    JSON.stringify({ name: 'good_echo', description: 'Says it.', parameters_json_schema: object }).length,
  );
  expect(startMs).toBeGreaterThan(0);
});

it('mcp/inspect asks the client for secrets, and never gives one back', async () => {
  const { url, stop } = await httpServer({ token: 'token-of-the-client' });
  const pair = startPair();
  const client = new RunwireClient(pair.client, {
    secret: ({ name }) => (name === 'TOKEN' ? 'Bearer token-of-the-client' : null),
  });
  pair.client.listen();
  await client.initialize();
  const { servers } = await client.request('mcp/inspect', {
    mcpServers: {
      web: { url, headers: { authorization: { secret: 'TOKEN' } } },
      local: scripted({ instructions: 'key is hidden-value-1234' }, { env: { API_KEY: 'hidden-value-1234' } }),
      missing: { url, headers: { authorization: { secret: 'OTHER' } } },
    },
  });
  expect(servers.map(({ state }) => state)).toEqual(['ready', 'ready', 'failed']);
  expect(servers[2]?.error?.message).toContain("there is no secret 'OTHER'");
  expect(JSON.stringify(servers)).not.toMatch(/token-of-the-client|hidden-value-1234/);
  await pair.close();
  await stop();
});

it.each([
  ['off', 'program', 'no MCP servers'],
  ['off', 'url', 'no MCP servers'],
  ['http', 'program', 'with a `url` only'],
  ['http', 'url', null],
] as const)('the operator decides which servers there are (--mcp %s, %s)', async (mode, kind, said) => {
  const { url, stop } = await httpServer();
  mcp = await openMcpSession({ deps: { mcp: mode } });
  const mcpServers = { a: kind === 'url' ? { url } : scripted() };
  if (said === null) {
    const { offered } = await mcp.play({ mcpServers });
    expect(offered[0]).toContain('a_echo');
  } else {
    for (const [method, params] of [
      ['run/start', { model: 'test', prompt: 'hi', mcpServers }],
      ['agent/register', { name: 'x', mcpServers }],
      ['mcp/inspect', { mcpServers }],
    ] as const) {
      const refusal = await mcp.session.refusal(method, params);
      expect(refusal).toMatchObject({ code: 1414, data: { kind: 'mcp.unavailable', server: 'a' } });
      expect(refusal.message).toContain(said);
    }
  }
  await stop();
});
