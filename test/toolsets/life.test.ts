import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type McpSession, openMcpSession } from '../support/mcp/play.ts';
import { scripted } from '../support/mcp/servers.ts';
import { calls, toolCall } from '../support/session.ts';

let mcp: McpSession;
beforeEach(async () => {
  mcp = await openMcpSession();
});
afterEach(() => mcp.close());

const pidCall = calls(toolCall('a_pid'));

async function pidOf(params: Parameters<McpSession['play']>[0]): Promise<number> {
  const { returns } = await mcp.play(params, pidCall);
  return Number(returns[0]?.content);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const ended = (pid: number) => expect.poll(() => isRunning(pid)).toBe(false);

describe('the servers of an agent', () => {
  const register = () => mcp.session.request('agent/register', { name: 'x', mcpServers: { a: scripted() } });

  it('are shared by its runs, and end when it is unregistered', async () => {
    await register();
    const first = await pidOf({ agent: 'x' });
    expect(await pidOf({ agent: 'x' })).toBe(first);
    expect(isRunning(first)).toBe(true);
    await mcp.session.request('agent/unregister', { name: 'x' });
    await ended(first);
  });

  it('are started once for runs that begin together', async () => {
    await register();
    const pids = await Promise.all(Array.from({ length: 4 }, () => pidOf({ agent: 'x' })));
    expect(new Set(pids).size).toBe(1);
  });

  it('serve a run to its end although the agent is unregistered', async () => {
    await register();
    const { session } = mcp;
    const running = mcp.play({ runId: 'r', agent: 'x' }, calls(toolCall('a_wait', { ms: 500 })), pidCall);
    await expect
      .poll(() => session.events.get('r')?.some(({ event }) => event.event_kind === 'function_tool_call'))
      .toBe(true);
    await session.request('agent/unregister', { name: 'x' });
    const { returns } = await running;
    expect(returns.map(({ outcome }) => outcome)).toEqual(['success', 'success']);
    await ended(Number(returns[1]?.content));
  });

  it('end when another agent takes the name', async () => {
    await register();
    const first = await pidOf({ agent: 'x' });
    await register();
    await ended(first);
    expect(await pidOf({ agent: 'x' })).not.toBe(first);
  });

  it('survive a run that is cancelled while others wait for their start', async () => {
    const slow = { a: scripted({ startMs: 600 }) };
    await mcp.session.request('agent/register', { name: 'x', mcpServers: slow });
    const cancelled = mcp.play({ runId: 'r', agent: 'x' });
    const other = pidOf({ agent: 'x' });
    await mcp.session.request('run/cancel', { runId: 'r' });
    expect((await cancelled).result.outcome).toBe('cancelled');
    expect(isRunning(await other)).toBe(true);
  });

  it('take the place of those of the same name in a run, or go with null', async () => {
    await register();
    const shared = await pidOf({ agent: 'x' });
    expect(await pidOf({ agent: 'x', mcpServers: { a: scripted() } })).not.toBe(shared);
    const { offered } = await mcp.play({ agent: 'x', mcpServers: { a: null, b: scripted({}, { tools: ['echo'] }) } });
    expect(offered[0]).toEqual(['b_echo']);
  });

  it('are not shared by runs whose secrets differ', async () => {
    await mcp.close();
    mcp = await openMcpSession({
      serve: { 'secret/get': ({ runId }) => ({ value: `secret-of-${runId}`, scope: 'run' }) },
    });
    const a = scripted({}, { env: { TOKEN: { secret: 'TOKEN' } } });
    await mcp.session.request('agent/register', { name: 'x', mcpServers: { a } });
    expect(await pidOf({ agent: 'x' })).not.toBe(await pidOf({ agent: 'x' }));
  });
});

describe('the servers of a run', () => {
  it('end with it', async () => {
    await ended(await pidOf({ mcpServers: { a: scripted() } }));
  });

  it('end with all they started, although they ignore the end of their input and SIGTERM', async () => {
    const { returns } = await mcp.play(
      { mcpServers: { a: scripted({ stubborn: true }) } },
      calls(toolCall('a_children')),
    );
    const pids = String(returns[0]?.content).split(' ').map(Number);
    expect(pids).toHaveLength(2);
    for (const pid of pids) await ended(pid);
  });

  it('get a few variables of ours, those of their specification, and no other', async () => {
    process.env.OPENAI_API_KEY = 'sk-canary-0123456789';
    const server = scripted({}, { env: { LEVEL: 'high' } });
    const { returns } = await mcp.play({ mcpServers: { a: server } }, calls(toolCall('a_env')));
    delete process.env.OPENAI_API_KEY;
    const env = returns[0]?.content as Record<string, string>;
    expect(env).toMatchObject({ LEVEL: 'high', PATH: process.env.PATH });
    expect(Object.keys(env).filter((name) => !/^(HOME|LOGNAME|PATH|SHELL|TERM|USER|LEVEL)$/.test(name))).toEqual([]);
  });
});
