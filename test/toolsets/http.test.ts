import { afterEach, describe, expect, it } from 'vitest';
import { type McpSession, openMcpSession } from '../support/mcp/play.ts';
import { httpServer } from '../support/mcp/servers.ts';
import { calls, toolCall } from '../support/session.ts';

let mcp: McpSession | undefined;
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await mcp?.close();
  mcp = undefined;
  for (const stop of stops.splice(0)) await stop();
});

async function serve(options: object = {}) {
  const server = await httpServer(options);
  stops.push(server.stop);
  return server;
}

type Seen = { method?: string; http?: string; headers?: Record<string, string>; params?: { name?: string } }[];
const seenIn = ([first]: readonly { content: unknown }[]): Seen => (first?.content ?? []) as Seen;

const eras = ['legacy', 'modern', 'both'] as const;

describe('an MCP server over HTTP', () => {
  it.each(eras.flatMap((era) => [false, true].map((json) => [era, json] as const)))(
    'is called (%s, answers as JSON: %s)',
    async (era, json) => {
      const { url } = await serve({ era, json });
      mcp = await openMcpSession();
      const { result, returns } = await mcp.play({ mcpServers: { a: { url } } }, calls(toolCall('a_echo', { n: 1 })));
      expect(result.error).toBeUndefined();
      expect(returns).toMatchObject([{ content: { n: 1 }, outcome: 'success' }]);
    },
  );

  it.each(eras)('offers a tool that it adds with the next model request (%s)', async (era) => {
    const { url } = await serve({ era });
    mcp = await openMcpSession();
    const { offered } = await mcp.play(
      { mcpServers: { a: { url } } },
      calls(toolCall('a_grow')),
      calls(toolCall('a_wait', { ms: 50 })),
    );
    expect(offered.at(-1)).toContain('a_grown');
  });

  it('gets the headers of its specification with every request, and those of the protocol', async () => {
    const { url } = await serve({ era: 'modern' });
    mcp = await openMcpSession();
    const mcpServers = { a: { url, headers: { 'x-team': 'blue' } } };
    const { returns } = await mcp.play({ mcpServers }, calls(toolCall('a_heard')));
    const requests = seenIn(returns).flatMap(({ headers }) => (headers ? [headers] : []));
    expect(requests.length).toBeGreaterThan(2);
    for (const headers of requests)
      expect(headers).toMatchObject({ 'x-team': 'blue', 'mcp-protocol-version': '2026-07-28' });
    expect(requests.at(-1)).toMatchObject({ 'mcp-method': 'tools/call', 'mcp-name': 'heard' });
  });

  it('gets the parameters that a tool declares as headers', async () => {
    const inputSchema = {
      type: 'object',
      properties: {
        region: { type: 'string', 'x-mcp-header': 'Region' },
        place: { type: 'object', properties: { city: { type: 'string', 'x-mcp-header': 'City' } } },
        flag: { type: 'boolean', 'x-mcp-header': 'Flag' },
      },
    };
    const bad = { type: 'object', properties: { n: { type: 'number', 'x-mcp-header': 'N' } } };
    const { url } = await serve({
      era: 'modern',
      tools: [
        { name: 'heard', inputSchema },
        { name: 'bad', inputSchema: bad },
      ],
    });
    mcp = await openMcpSession();
    const args = { region: 'eu', place: { city: 'Köln' } };
    const { returns, offered, warnings } = await mcp.play(
      { mcpServers: { a: { url } } },
      calls(toolCall('a_heard', args)),
    );
    const last = seenIn(returns).findLast(({ headers }) => headers)?.headers ?? {};
    expect(last).toMatchObject({ 'mcp-param-region': 'eu', 'mcp-param-city': `=?base64?${btoa('K\u00c3\u00b6ln')}?=` });
    expect(last).not.toHaveProperty('mcp-param-flag');
    expect(offered[0]).toEqual(['a_heard']);
    expect(warnings).toMatchObject([{ kind: 'mcp.toolSkipped' }]);
  });

  it('is waited for when it is busy', async () => {
    const { url } = await serve({ busy: 2 });
    mcp = await openMcpSession();
    const { returns } = await mcp.play({ mcpServers: { a: { url } } }, calls(toolCall('a_echo')));
    expect(returns).toMatchObject([{ content: {} }]);
  });

  it.each([404, 405])('that answers with %s is told of as an old SSE server', async (status) => {
    const { url } = await serve({ status });
    mcp = await openMcpSession();
    const { result } = await mcp.play({ mcpServers: { a: { url } } });
    expect(result.error).toMatchObject({ data: { kind: 'mcp.unavailable', server: 'a' } });
    expect(result.error?.message).toContain('old SSE server');
  });

  it('is told of when nobody listens', async () => {
    const { url, stop } = await serve();
    await stop();
    stops.pop();
    mcp = await openMcpSession();
    const { result } = await mcp.play({ mcpServers: { a: { url } } });
    expect(result.error).toMatchObject({ data: { kind: 'mcp.unavailable' } });
    expect(result.error?.message).toContain('ECONNREFUSED');
  });

  it('is not followed to another origin, so that no header goes there', async () => {
    const other = await serve();
    const { url } = await serve({ redirect: other.url });
    mcp = await openMcpSession();
    const { result } = await mcp.play({ mcpServers: { a: { url, headers: { 'x-team': 'blue' } } } });
    expect(result.error?.message).toContain('not followed');
    const { returns } = await mcp.play({ mcpServers: { a: { url: other.url } } }, calls(toolCall('a_heard')));
    expect(JSON.stringify(returns[0]?.content)).not.toContain('blue');
  });

  it('that cuts the stream of a call fails the call at once, and the run goes on', async () => {
    const { url } = await serve({ cut: true });
    mcp = await openMcpSession();
    const { result, returns } = await mcp.play({ mcpServers: { a: { url } } }, calls(toolCall('a_echo')));
    expect(result.outcome).toBe('success');
    expect(returns).toMatchObject([{ outcome: 'retried' }]);
  });

  it.each([
    ['404', {}],
    ['400', { lostStatus: 400 }],
  ])('that was started again between two calls is initialised again (%s)', async (_what, options) => {
    const first = await serve(options);
    const port = Number(new URL(first.url).port);
    mcp = await openMcpSession({
      serve: {
        'tool/call': async () => {
          await first.stop();
          stops.splice(0);
          await serve({ ...options, port });
          return 'restarted';
        },
      },
    });
    const tools = [{ name: 'restart', inputSchema: { type: 'object' } }];
    const { returns } = await mcp.play(
      { tools, mcpServers: { a: { url: first.url } } },
      calls(toolCall('a_pid')),
      calls(toolCall('restart')),
      calls(toolCall('a_pid')),
    );
    expect(returns.map(({ outcome }) => outcome)).toEqual(['success', 'success', 'success']);
    expect(returns[2]?.content).not.toBe(returns[0]?.content);
  });

  it.each([
    [true, 'success'],
    [false, 'retried'],
  ])(
    'that has lost our session is called again only where that does no harm (only reads: %s)',
    async (readOnlyHint, outcome) => {
      const tools = [{ name: 'pid', inputSchema: { type: 'object' }, annotations: { readOnlyHint } }];
      const options = { noStream: true, tools };
      const first = await serve(options);
      const port = Number(new URL(first.url).port);
      mcp = await openMcpSession({
        serve: {
          'tool/call': async () => {
            await first.stop();
            stops.splice(0);
            await serve({ ...options, port });
            return 'restarted';
          },
        },
      });
      const { returns } = await mcp.play(
        {
          tools: [{ name: 'restart', inputSchema: { type: 'object' } }],
          mcpServers: { a: { url: first.url, trusted: true } },
        },
        calls(toolCall('a_pid')),
        calls(toolCall('restart')),
        calls(toolCall('a_pid', {}, 'c1')),
        calls(toolCall('a_pid', {}, 'c2')),
      );
      expect(returns[2]?.outcome).toBe(outcome);
      expect(returns[3]?.outcome).toBe('success');
    },
  );

  it('gets a secret of the host, and another one when it refuses the first', async () => {
    const { url } = await serve({ token: 'the-second-token' });
    const requested: unknown[] = [];
    mcp = await openMcpSession({
      serve: {
        'secret/get': ({ name, provider, baseUrl }) => {
          requested.push({ name, provider, baseUrl });
          return { value: requested.length === 1 ? 'Bearer the-first-token' : 'Bearer the-second-token' };
        },
      },
    });
    const mcpServers = { a: { url, headers: { authorization: { secret: 'TOKEN' } } } };
    const { result, returns } = await mcp.play({ mcpServers }, calls(toolCall('a_heard')));
    expect(result.error).toBeUndefined();
    expect(requested).toEqual(Array(2).fill({ name: 'TOKEN', provider: 'mcp:a', baseUrl: url }));
    expect(JSON.stringify(returns)).not.toContain('the-second-token');
    expect(JSON.stringify(returns)).toContain('[redacted]');
    const other = await serve({ token: 'nobody-has-it' });
    const refused = await mcp.play({ mcpServers: { a: { ...mcpServers.a, url: other.url } } });
    expect(refused.result.error).toMatchObject({ data: { kind: 'mcp.unavailable' } });
    expect(refused.result.error?.message).toContain('401');
  });
});
