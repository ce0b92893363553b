import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AcpProcess } from '../../support/acp/acp-process.ts';
import { byEffort } from '../../support/effort.ts';
import { type PromptProvider, promptProvider } from '../../support/provider/provider.ts';
import { folderWith } from '../../support/temporary.ts';

let provider: PromptProvider;
beforeAll(async () => {
  provider = await promptProvider();
});
afterAll(() => provider.stop());

const prompt = 'read a.txt\nwrite b.txt hello\nrun echo hi';

/** Kills the agent at its update with this number; returns how many there were, and what is wrong after a load. */
async function killedAt(count: number): Promise<{ seen: number; faults: string[] }> {
  const [cwd, folder] = [folderWith({ 'a.txt': 'seven' }), folderWith()];
  const options = { file: provider.agentFile(folder), store: join(folder, 'store') };
  const first = new AcpProcess(options);
  await first.initialize();
  const sessionId = await first.newSession(cwd);
  const exited = once(first.child, 'exit');
  first.onUpdate = () => first.updates.length === count && first.child.kill('SIGKILL');
  const answered = first.prompt(sessionId, prompt).then(() => first.child.kill('SIGKILL'));
  await Promise.race([exited, answered]);
  await exited;
  const second = new AcpProcess(options);
  await second.initialize();
  const loaded = await second.request('session/load', { sessionId, cwd, mcpServers: [] });
  // Before its first run was on the disk, there is no session.
  const isUnknown = loaded.error?.message.startsWith('There is no session');
  const open = [...second.callStates()].filter(([, status]) => status !== 'completed' && status !== 'failed');
  const next = isUnknown ? null : await second.prompt(sessionId, 'say again');
  second.child.stdin?.end();
  await once(second.child, 'exit');
  const faults = [...first.faults, ...second.faults, ...open.map(([id, status]) => `${id} is ${status}`)];
  if (loaded.error && !isUnknown) faults.push(loaded.error.message);
  if (next?.error) faults.push(next.error.message);
  return { seen: first.updates.length, faults };
}

it('a session that was killed at any update loads with every call ended, and goes on', async () => {
  const step = byEffort({ quick: 8, ci: 4, thorough: 1 });
  for (let count = 1; ; count += step) {
    const { seen, faults } = await killedAt(count);
    expect({ count, faults }).toEqual({ count, faults: [] });
    if (seen < count) break;
  }
}, 300_000);
