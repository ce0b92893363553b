import { afterEach, describe, expect, it } from 'vitest';
import { ResponseError } from 'vscode-jsonrpc/node';
import { RunwireClient, type ToolContext } from '../../protocol/client/index.ts';
import { type McpSession, openMcpSession } from '../support/mcp/play.ts';
import { scripted } from '../support/mcp/servers.ts';
import { startPair } from '../support/pair.ts';
import { calls, toolCall } from '../support/session.ts';

let mcp: McpSession | undefined;
afterEach(async () => {
  await mcp?.close();
  mcp = undefined;
});

const eras = ['legacy', 'modern'] as const;

describe('a question of an MCP server', () => {
  it.each(eras)('goes to the client, and its answer back, with the defaults of the form (%s)', async (era) => {
    const request: object[] = [];
    mcp = await openMcpSession({
      serve: {
        'user/ask': (elicitation) => {
          request.push(elicitation);
          return { action: 'accept', content: { name: 'Ann' } };
        },
      },
    });
    const { returns } = await mcp.play({ mcpServers: { shop: scripted({ era }) } }, calls(toolCall('shop_elicit')));
    expect(returns).toMatchObject([{ content: { action: 'accept', content: { name: 'Ann', color: 'blue' } } }]);
    expect(request).toMatchObject([
      {
        runId: 'run-1',
        server: 'shop',
        toolCallId: 'call-shop_elicit',
        message: 'Who are you?',
        requestedSchema: { properties: { name: { type: 'string' } } },
      },
    ]);
    expect(request[0]).not.toHaveProperty('deadlineMs');
  });

  it.each(eras.flatMap((era) => (['decline', 'cancel'] as const).map((action) => [era, action] as const)))(
    'may be left unanswered (%s: %s)',
    async (era, action) => {
      mcp = await openMcpSession({ serve: { 'user/ask': () => ({ action }) } });
      const { returns } = await mcp.play({ mcpServers: { shop: scripted({ era }) } }, calls(toolCall('shop_elicit')));
      expect(returns).toMatchObject([{ content: { action } }]);
    },
  );

  it.each([
    ['that fails', () => Promise.reject(new ResponseError(1, 'no screen'))],
    ['that does not know the method', () => Promise.reject(new ResponseError(-32601, 'unknown'))],
    ['with an answer that is none', () => ({ action: 'perhaps' })],
  ])('is cancelled by a client %s', async (_what, answer) => {
    mcp = await openMcpSession({ serve: { 'user/ask': answer } });
    const { result, returns } = await mcp.play({ mcpServers: { shop: scripted() } }, calls(toolCall('shop_elicit')));
    expect(result.outcome).toBe('success');
    expect(returns).toMatchObject([{ content: { action: 'cancel' } }]);
  });

  it.each(eras)('does not move the deadline of its call while it is open (%s)', async (era) => {
    mcp = await openMcpSession({
      serve: {
        'user/ask': async () => {
          await new Promise((resolve) => setTimeout(resolve, 600));
          return { action: 'decline' };
        },
      },
    });
    const server = scripted({ era }, { timeoutMs: 300 });
    const { returns } = await mcp.play({ mcpServers: { shop: server } }, calls(toolCall('shop_elicit')));
    expect(returns).toMatchObject([{ content: { action: 'decline' } }]);
  });

  it.each(eras)('is not offered to a server when the client does not serve it (%s)', async (era) => {
    mcp = await openMcpSession({ initialize: { initializationOptions: { callbacks: ['model/request'] } } });
    const { returns } = await mcp.play({ mcpServers: { shop: scripted({ era }) } }, calls(toolCall('shop_heard')));
    expect(JSON.stringify(returns[0]?.content)).not.toContain('elicitation');
  });

  it('is cancelled when calls of several runs are open and the server does not say which one asks', async () => {
    const request: unknown[] = [];
    mcp = await openMcpSession({ serve: { 'user/ask': (elicitation) => request.push(elicitation) } });
    await mcp.session.request('agent/register', { name: 'x', mcpServers: { shop: scripted() } });
    const { session } = mcp;
    const first = mcp.play({ runId: 'one', agent: 'x' }, calls(toolCall('shop_wait', { ms: 1500 })));
    await expect
      .poll(() => session.events.get('one')?.some(({ event }) => event.event_kind === 'function_tool_call'))
      .toBe(true);
    const { returns } = await mcp.play({ runId: 'two', agent: 'x' }, calls(toolCall('shop_elicit')));
    expect(returns).toMatchObject([{ content: { action: 'cancel' } }]);
    expect(request).toEqual([]);
    await first;
  });
});

it('a tool of the host asks the person by the same handler', async () => {
  const pair = startPair();
  const client = new RunwireClient(pair.client);
  pair.client.listen();
  await client.initialize();
  const request: unknown[] = [];
  const run = await client.start(
    { model: 'test', prompt: 'hi', tools: [{ name: 'buy', inputSchema: { type: 'object' } }] },
    {
      tools: { buy: async (_args: unknown, { elicit }: ToolContext) => (await elicit({ message: 'Buy it?' })).action },
      elicit: ({ signal, ...elicitation }) => {
        request.push(elicitation);
        return { action: 'accept' };
      },
    },
  );
  const { output } = await run.result;
  expect(output).toBe('{"buy":"accept"}');
  expect(request).toMatchObject([{ runId: run.runId, message: 'Buy it?', toolCallId: expect.any(String) }]);
  await pair.close();
});
