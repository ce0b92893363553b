import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type McpSession, openMcpSession } from '../support/mcp/play.ts';
import { scripted } from '../support/mcp/servers.ts';
import { calls, schemaOf, toolCall } from '../support/session.ts';

let mcp: McpSession;
beforeEach(async () => {
  mcp = await openMcpSession();
});
afterEach(() => mcp.close());

const eras = ['legacy', 'modern', 'both'] as const;
const object = { type: 'object' };

describe('a run with an MCP server', () => {
  it.each(eras)('lists its tools and calls them (%s)', async (era) => {
    const { result, returns, offered } = await mcp.play(
      { mcpServers: { git: scripted({ era }) } },
      calls(toolCall('git_echo', { n: 1 })),
    );
    expect(result).toMatchObject({ outcome: 'success', output: 'done' });
    expect(offered[0]).toContain('git_echo');
    expect(returns).toMatchObject([{ tool_name: 'git_echo', content: { n: 1 }, outcome: 'success' }]);
  });

  it('sends and gets integers beyond 2^53 as they were written', async () => {
    const { result } = await mcp.play(
      { mcpServers: { a: scripted() } },
      calls(toolCall('a_line', '{"id": 12345678901234567891}')),
    );
    const { json } = await mcp.session.request('run/messages', { runId: result.runId, format: 'json' });
    expect(json).toContain('"arguments":{"id":12345678901234567891}');
  });

  it.each(eras)('offers a tool that the server adds with the next model request (%s)', async (era) => {
    const { offered } = await mcp.play(
      { mcpServers: { git: scripted({ era }) } },
      calls(toolCall('git_grow')),
      calls(toolCall('git_echo')),
    );
    expect(offered[0]).not.toContain('git_grown');
    expect(offered[1]).toContain('git_grown');
  });

  it.each(eras)('no longer offers a tool that the server takes away (%s)', async (era) => {
    const { offered } = await mcp.play({ mcpServers: { git: scripted({ era }) } }, calls(toolCall('git_shrink')));
    expect(offered[0]).toContain('git_echo');
    expect(offered[1]).not.toContain('git_echo');
  });

  it('takes the changes of a server that never declared them', async () => {
    const server = scripted({ capabilities: { tools: {} } });
    const { offered } = await mcp.play({ mcpServers: { git: server } }, calls(toolCall('git_grow')));
    expect(offered[1]).toContain('git_grown');
  });

  it.each([
    [{}, 'a_echo'],
    [{ prefix: 'x' }, 'x_echo'],
    [{ prefix: null }, 'echo'],
    [{ prefix: '' }, 'echo'],
  ])('names tools by the prefix of %j', async (fields, name) => {
    const { offered } = await mcp.play({ mcpServers: { a: scripted({}, { ...fields, tools: ['echo'] }) } });
    expect(offered[0]).toEqual([name]);
  });

  it('offers the tools that are named, without those that are left out', async () => {
    const server = scripted({}, { tools: ['echo', 'say', 'gone'], excludeTools: ['say'] });
    const { offered, warnings } = await mcp.play({ mcpServers: { a: server } });
    expect(offered[0]).toEqual(['a_echo']);
    expect(warnings).toMatchObject([{ kind: 'mcp.toolUnknown', message: "The MCP server 'a' has no tool 'gone'." }]);
  });

  it('refuses two tools of one name, and says how to avoid them', async () => {
    const servers = { a: scripted({}, { prefix: null }), b: scripted({}, { prefix: null }) };
    const { result } = await mcp.play({ mcpServers: servers });
    expect(result).toMatchObject({ outcome: 'failed', error: { data: { kind: 'tool.conflict', tool: 'echo' } } });
    expect(result.error?.message).toContain('prefix');
  });

  it('keeps the host its tools, and refuses a server that has one of the name', async () => {
    const tools = [{ name: 'a_echo', inputSchema: schemaOf({}) }];
    const { result } = await mcp.play({ tools, mcpServers: { a: scripted() } });
    expect(result.error?.message).toContain('a tool of the host');
  });

  it('refuses more tools than a run may have, and names the servers', async () => {
    const many = Array.from({ length: 400 }, (_, n) => ({ name: `t${n}`, inputSchema: object }));
    const { result } = await mcp.play({ mcpServers: { a: scripted({ tools: many }) } });
    expect(result).toMatchObject({ error: { data: { kind: 'overloaded', limit: 'toolsPerRun', value: 400 } } });
    expect(result.error?.message).toContain("'a' has 400");
  });

  it('adds the instructions of a server when it is asked to', async () => {
    const seen: (string | null)[] = [];
    await mcp.close();
    mcp = await openMcpSession({
      serve: {
        'model/request': ({ instructions }) => {
          seen.push(instructions);
          return { response: { parts: [{ part_kind: 'text', content: 'done' }] } };
        },
      },
    });
    const server = (instructions: boolean) =>
      scripted({ instructions: `Use git. ${'x'.repeat(9000)}` }, { instructions });
    await mcp.play({ instructions: 'Be brief.', mcpServers: { a: server(true) } });
    await mcp.play({ instructions: 'Be brief.', mcpServers: { a: server(false) } });
    expect(seen[0]?.slice(0, 19)).toBe('Be brief.\n\nUse git.');
    expect(seen[0]).toHaveLength('Be brief.\n\n'.length + 8192);
    expect(seen[1]).toBe('Be brief.');
  });

  it('defers calls that need an approval, and makes them once they are approved', async () => {
    const spec = {
      mcpServers: { a: scripted({}, { requiresApproval: ['say'] }) },
      output: { anyOf: [{ type: 'text' as const }, { type: 'deferred' as const }] },
    };
    const first = await mcp.play(spec, calls(toolCall('a_say', { text: 'hello' }), toolCall('a_echo', { n: 1 })));
    expect(first.result).toMatchObject({ outcome: 'deferred', deferred: { approvals: [{ tool_name: 'a_say' }] } });
    const { prompt: _, ...rest } = { ...spec, prompt: null };
    const second = await mcp.play({
      ...rest,
      prompt: null,
      messageHistory: { runId: first.result.runId },
      openToolCalls: 'refuse',
      deferredToolResults: { approvals: { 'call-a_say': true } },
    });
    expect(second.returns.map(({ content }) => content)).toEqual([{ n: 1 }, 'hello']);
  });

  it('refuses at its start to wait for approvals that nobody can give', async () => {
    const params = { model: 'test', prompt: 'hi', mcpServers: { a: scripted({}, { requiresApproval: true }) } };
    const refusal = await mcp.session.refusal('run/start', params);
    expect(refusal).toMatchObject({ data: { kind: 'run.invalid' } });
    expect(refusal.message).toContain("MCP server 'a'");
  });

  it.each([
    ['neither', {}, 'command'],
    ['both', { command: 'x', url: 'http://localhost' }, 'command'],
    ['a type of the other', { type: 'http', command: 'x' }, 'url'],
    ['headers of a program', { command: 'x', headers: {} }, 'command'],
    ['no web address', { url: 'file:///etc' }, 'http'],
    ['credentials in the address', { url: 'http://a:b@localhost' }, 'secret'],
  ])('refuses a server with %s', async (_what, server, said) => {
    const refusal = await mcp.session.refusal('run/start', { model: 'test', prompt: 'hi', mcpServers: { a: server } });
    expect(refusal.data.kind).toBe('params.invalid');
    expect(refusal.message).toContain(said);
  });

  it('refuses a field that a server does not have, and suggests the right one', async () => {
    const mcpServers = { a: { command: 'x', requireApproval: true } };
    const refusal = await mcp.session.refusal('run/start', { model: 'test', prompt: 'hi', mcpServers });
    expect(refusal.data).toMatchObject({ kind: 'params.unknownField', path: ['mcpServers', 'a', 'requireApproval'] });
  });
});

describe('a call of an MCP tool', () => {
  it.each([
    [undefined, 'retried'],
    ['retry', 'retried'],
    ['failed', 'failed'],
  ] as const)('that the tool reports as failed becomes, with %s, %s', async (onToolError, outcome) => {
    const server = scripted({}, onToolError ? { onToolError } : {});
    const { returns } = await mcp.play({ mcpServers: { a: server } }, calls(toolCall('a_fail', { text: 'no luck' })));
    expect(returns).toMatchObject([{ content: 'no luck', outcome }]);
  });

  it.each(['a_fail', 'a_refuse', 'a_die', 'a_hang'])('of %s ends the run with `fail-run`', async (name) => {
    const server = scripted({}, { onToolError: 'fail-run', timeoutMs: 300 });
    const { result } = await mcp.play({ mcpServers: { a: server } }, calls(toolCall(name)));
    const kind = name === 'a_hang' ? 'callback.timeout' : 'callback.failed';
    expect(result).toMatchObject({ outcome: 'failed', error: { data: { kind, name: name.slice(2) } } });
  });

  it.each(['retry', 'failed'] as const)('that the protocol refuses is retried, also with %s', async (onToolError) => {
    const server = scripted({}, { onToolError });
    const { returns } = await mcp.play({ mcpServers: { a: server } }, calls(toolCall('a_refuse')));
    expect(returns).toMatchObject([{ content: 'not today', outcome: 'retried' }]);
  });

  it('is told as timed out at its deadline, and the server as cancelled', async () => {
    const server = scripted({}, { timeoutMs: 200 });
    const { returns } = await mcp.play(
      { mcpServers: { a: server } },
      calls(toolCall('a_hang')),
      calls(toolCall('a_heard')),
    );
    expect(returns[0]).toMatchObject({ content: 'Timed out after 0.2 seconds.', outcome: 'retried' });
    const heard = returns[1]?.content as {
      method?: string;
      id?: number;
      params?: { requestId?: number; name?: string };
    }[];
    const hung = heard.find(({ params }) => params?.name === 'hang');
    expect(heard).toContainEqual(
      expect.objectContaining({
        method: 'notifications/cancelled',
        params: expect.objectContaining({ requestId: hung?.id }),
      }),
    );
  });

  it('moves its deadline with every progress, which is shown', async () => {
    const deltas: { event: { event_kind: string; message?: string; fraction?: number } }[] = [];
    mcp.session.pair.client.onNotification('run/delta', (delta) => {
      deltas.push(delta);
    });
    const server = scripted({}, { timeoutMs: 400 });
    const { returns } = await mcp.play(
      { mcpServers: { a: server } },
      calls(toolCall('a_progress', { steps: 4, everyMs: 200 })),
    );
    expect(returns).toMatchObject([{ content: 'done' }]);
    const shown = deltas.flatMap(({ event }) => (event.event_kind === 'tool_progress' ? [event] : []));
    expect(shown).toHaveLength(4);
    expect(shown[1]).toMatchObject({ toolCallId: 'call-a_progress', message: 'step 2', fraction: 0.5 });
  });

  it('is cancelled with its run, which does not wait for the server', async () => {
    const { session } = mcp;
    const agent = { name: 'x', mcpServers: { a: scripted() } };
    await session.request('agent/register', agent);
    const cancelled = mcp.play({ runId: 'r', agent: 'x' }, calls(toolCall('a_hang')));
    await expect
      .poll(() => session.events.get('r')?.some(({ event }) => event.event_kind === 'function_tool_call'))
      .toBe(true);
    await session.request('run/cancel', { runId: 'r' });
    expect((await cancelled).result.outcome).toBe('cancelled');
    const { returns } = await mcp.play({ agent: 'x' }, calls(toolCall('a_heard')));
    expect(JSON.stringify(returns[0]?.content)).toContain('notifications/cancelled');
  });

  it('starts a server that has died again, for the next call', async () => {
    const { returns } = await mcp.play(
      { mcpServers: { a: scripted() } },
      calls(toolCall('a_pid')),
      calls(toolCall('a_die')),
      calls(toolCall('a_pid')),
    );
    expect(returns[1]).toMatchObject({ outcome: 'retried' });
    expect(returns[1]?.content).toBe("The MCP server 'a' is gone: the program ended with exit code 3");
    expect(returns[2]?.content).not.toBe(returns[0]?.content);
  });

  it('runs beside others of its response', async () => {
    const { returns } = await mcp.play(
      { mcpServers: { a: scripted() } },
      calls(...[1, 2, 3, 4].map((n) => toolCall('a_meet', { others: 4 }, `c${n}`))),
    );
    expect(returns.map(({ content }) => content)).toEqual(['met', 'met', 'met', 'met']);
  });

  it('names the trace that its run is part of', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { returns } = await mcp.play(
      { mcpServers: { a: scripted() }, _meta: { traceparent } },
      calls(toolCall('a_heard')),
    );
    expect(JSON.stringify(returns[0]?.content)).toContain(traceparent);
  });
});
