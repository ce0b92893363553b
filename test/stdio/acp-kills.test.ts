import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { faultsOf } from '../support/acp/acp-schema.ts';
import { daemonPath } from '../support/daemon.ts';
import { byEffort } from '../support/effort.ts';
import { type PromptProvider, promptProvider } from '../support/provider/provider.ts';
import { folderWith } from '../support/temporary.ts';

let provider: PromptProvider;
beforeAll(async () => {
  provider = await promptProvider();
});
afterAll(() => provider.stop());

type Message = {
  id?: number;
  method?: string;
  params?: Record<string, never>;
  result?: never;
  error?: { message: string };
};

/** An agent as a process, with an editor that allows everything and takes messages one by one. */
class Agent {
  readonly child: ChildProcess;
  readonly updates: { status?: string; toolCallId?: string }[] = [];
  readonly faults: string[] = [];
  onUpdate: (count: number) => void = () => undefined;
  readonly #responses = new Map<number, (message: Message) => void>();
  #nextId = 0;

  constructor(file: string, store: string) {
    const args = [daemonPath, 'acp', '--agent', file, '--store', store];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => this.#take(JSON.parse(line)));
    this.child = child;
  }

  request(method: string, params: object): Promise<Message> {
    this.#nextId += 1;
    const id = this.#nextId;
    this.#write({ id, method, params });
    return new Promise((resolve) => this.#responses.set(id, resolve));
  }

  #write(message: object): void {
    this.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  #take(message: Message): void {
    this.faults.push(...faultsOf(message));
    if (message.method === 'session/update') {
      this.updates.push((message.params as unknown as { update: object }).update);
      this.onUpdate(this.updates.length);
    } else if (message.method !== undefined) {
      this.#write({ id: message.id, result: { outcome: { outcome: 'selected', optionId: 'allow' } } });
    } else this.#responses.get(message.id ?? -1)?.(message);
  }
}

const prompt = 'read a.txt\nwrite b.txt hello\nrun echo hi';
const promptOf = (sessionId: string, text: string) => ({ sessionId, prompt: [{ type: 'text', text }] });

/** Kills the agent at its update with this number; returns how many there were, and what is wrong after a load. */
async function killedAt(count: number): Promise<{ seen: number; faults: string[] }> {
  const [cwd, folder] = [folderWith({ 'a.txt': 'seven' }), folderWith()];
  const [file, store] = [provider.agentFile(folder), join(folder, 'store')];
  const first = new Agent(file, store);
  await first.request('initialize', { protocolVersion: 1 });
  const { sessionId } = (await first.request('session/new', { cwd, mcpServers: [] })).result as unknown as {
    sessionId: string;
  };
  const exited = once(first.child, 'exit');
  first.onUpdate = (seen) => seen === count && first.child.kill('SIGKILL');
  const answered = first.request('session/prompt', promptOf(sessionId, prompt)).then(() => first.child.kill('SIGKILL'));
  await Promise.race([exited, answered]);
  await exited;
  const second = new Agent(file, store);
  await second.request('initialize', { protocolVersion: 1 });
  const loaded = await second.request('session/load', { sessionId, cwd, mcpServers: [] });
  // Before its first run was on the disk, there is no session.
  const isUnknown = loaded.error?.message.startsWith('There is no session');
  const states = new Map(
    second.updates.flatMap(({ toolCallId, status }) => (toolCallId && status ? [[toolCallId, status]] : [])),
  );
  const open = [...states].filter(([, status]) => status !== 'completed' && status !== 'failed');
  const next = isUnknown ? null : await second.request('session/prompt', promptOf(sessionId, 'say again'));
  second.child.stdin?.end();
  await once(second.child, 'exit');
  const faults = [...first.faults, ...second.faults, ...open.map(([id, status]) => `${id} is ${status}`)];
  if (loaded.error && !isUnknown) faults.push(loaded.error.message);
  if (next?.error) faults.push(next.error.message);
  return { seen: first.updates.length, faults };
}

it('a session that was killed at any update loads with every call ended, and goes on', async () => {
  const step = byEffort({ quick: 4, thorough: 1 });
  for (let count = 1; ; count += step) {
    const { seen, faults } = await killedAt(count);
    expect({ count, faults }).toEqual({ count, faults: [] });
    if (seen < count) break;
  }
}, 300_000);
