import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { identityOf } from '../../../server/process-watch.ts';
import { AcpProcess } from '../../support/acp/acp-process.ts';
import { byEffort } from '../../support/effort.ts';
import { type PromptProvider, promptProvider } from '../../support/provider/provider.ts';
import { folderWith } from '../../support/temporary.ts';
import { slow } from '../../support/time-limits.ts';

/** How often each way to end is tried. */
const times = byEffort({ quick: 1, thorough: 20 });
let provider: PromptProvider;
beforeAll(async () => {
  provider = await promptProvider();
});
afterAll(() => provider.stop());

/** An agent in the middle of a prompt, with a stubborn command and a stubborn MCP server. */
interface BusyAgent {
  readonly agent: AcpProcess;
  readonly session: string;
  readonly cwd: string;
  /** The shell of a command that ignores SIGTERM, and its child. */
  readonly commands: readonly number[];
  /** An MCP server that ignores SIGTERM and the end of its input, and its child. */
  readonly servers: readonly number[];
  /** Another agent on the same store. */
  another(): AcpProcess;
}

async function busyAgent({ inEditor }: { inEditor: boolean }): Promise<BusyAgent> {
  const [cwd, folder] = [folderWith(), folderWith()];
  const options = { file: provider.agentFile(folder), store: join(folder, 'store') };
  const agent = new AcpProcess({ ...options, inEditor });
  const script = new URL('../../support/mcp/stdio-server.mjs', import.meta.url).pathname;
  const server = { name: 'stubborn', command: process.execPath, args: [script, '{"stubborn":true}'], env: [] };
  const servers = new Promise<number[]>((resolve) => {
    agent.onUpdate = ({ rawOutput }) => {
      if (/^\d+ \d+$/.test(String(rawOutput))) resolve(String(rawOutput).split(' ').map(Number));
    };
  });
  await agent.initialize();
  const session = await agent.newSession(cwd, [server]);
  const command = `trap '' TERM; sleep 300 & echo $$ $! > pids; wait; sleep 300`;
  void agent.prompt(session, `tool stubborn_children {}\nrun ${command}`);
  await vi.waitFor(() => expect(pidsIn(cwd)).toHaveLength(2), { timeout: slow });
  const busy = { agent, session, cwd, commands: pidsIn(cwd), servers: await servers };
  expect(living([...busy.commands, ...busy.servers])).toHaveLength(4);
  return { ...busy, another: () => new AcpProcess(options) };
}

function pidsIn(cwd: string): number[] {
  try {
    return readFileSync(join(cwd, 'pids'), 'utf8').trim().split(' ').map(Number);
  } catch {
    return [];
  }
}

const living = (pids: readonly number[]) => pids.filter((pid) => identityOf(pid) !== undefined);

// `expect.poll` belongs to the test that is current, and these are concurrent.
const gone = (pids: readonly number[]) =>
  vi.waitFor(() => expect(living(pids)).toEqual([]), { timeout: slow, interval: 20 });

/** The session of an agent that is no more: its calls have ended, and it goes on. */
async function expectSession({ another, session, cwd }: BusyAgent): Promise<void> {
  const agent = another();
  await agent.initialize();
  const loaded = await agent.request('session/load', { sessionId: session, cwd, mcpServers: [] });
  expect(loaded.error).toBeUndefined();
  expect([...agent.callStates().values()]).toEqual(['completed', 'failed']);
  const { result } = await agent.prompt(session, 'say again');
  expect(result?.stopReason).toBe('end_turn');
  agent.child.stdin?.end();
  await once(agent.child, 'exit');
  expect(agent.faults).toEqual([]);
}

/** Tries what may go wrong seldom. */
async function repeatedly(attempt: () => Promise<void>): Promise<void> {
  for (let left = times; left > 0; left -= 1) await attempt();
}

const ways: Record<string, (agent: AcpProcess) => unknown> = {
  'the editor closes its input': ({ child }) => child.stdin?.end(),
  'the editor is killed': ({ child }) => child.kill('SIGKILL'),
  'it gets SIGTERM': ({ child }) => child.kill('SIGTERM'),
  'it gets SIGKILL': ({ child }) => child.kill('SIGKILL'),
};

describe
  .skipIf(process.platform !== 'linux')
  .concurrent('an agent with a stubborn command and a stubborn MCP server', () => {
    it.each(Object.entries(ways))(
      'leaves none of them, and a session that goes on, when %s',
      (how, end) =>
        repeatedly(async () => {
          const busy = await busyAgent({ inEditor: how === 'the editor is killed' });
          const exited = once(busy.agent.child, 'exit');
          end(busy.agent);
          await exited;
          await gone([...busy.commands, ...busy.servers]);
          await expectSession(busy);
        }),
      1_800_000,
    );

    it(
      'leaves no command when its prompt is cancelled, and no server when its session is closed',
      () =>
        repeatedly(async () => {
          const busy = await busyAgent({ inEditor: false });
          const { agent, session: sessionId, commands, servers } = busy;
          agent.notify('session/cancel', { sessionId });
          await gone(commands);
          expect(living(servers)).toEqual(servers);
          expect((await agent.prompt(sessionId, 'say again')).result?.stopReason).toBe('end_turn');
          await agent.request('session/close', { sessionId });
          await gone(servers);
          expect(agent.child.exitCode).toBe(null);
          agent.child.stdin?.end();
          await once(agent.child, 'exit');
          await expectSession(busy);
        }),
      1_800_000,
    );
  });
