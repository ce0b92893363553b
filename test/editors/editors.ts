import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeCache, daemonPath } from '../support/daemon.ts';
import type { PromptProvider } from '../support/provider/provider.ts';
import { folderWith } from '../support/temporary.ts';
import { slow } from '../support/time-limits.ts';

/** What a person would have seen in an editor. */
export interface Seen {
  /** The buffer after an answer, a read, an approved and a declined write. */
  readonly chat: string;
  readonly cancelled: string;
  /** What is said of an agent that was killed, and the answer to the next message. */
  readonly killed: string;
  readonly after: string;
  /** The buffer after the session was loaded from the store. */
  readonly loaded: string;
  readonly noKey: string;
  readonly badKey: string;
  readonly problem?: string;
}

/** The agents that a scenario uses, and the folder that they work in. */
export function scenario(provider: PromptProvider, plugin: string) {
  const folder = folderWith();
  const cwd = folderWith({ 'a.txt': 'saved\n' });
  const agent = (file: string, ...more: string[]) => [process.execPath, daemonPath, 'acp', '--agent', file, ...more];
  const store = ['--store', join(folder, 'store')];
  const entry = (model: object) => provider.agentFile(folderWith(), { models: [{ baseUrl: provider.url, ...model }] });
  const keyed = entry({ model: 'openai-compatible:script', apiKeyEnv: 'TEST_API_KEY' });
  return {
    plugin,
    cwd,
    env: codeCache,
    command: agent(provider.agentFile(folder), ...store),
    noKey: {
      command: agent(entry({ model: 'openai-chat:gpt-4o', apiKeyEnv: 'OPENAI_API_KEY', baseUrl: undefined })),
      env: { HOME: folder },
    },
    badKey: { command: agent(keyed, '--allow-env', 'TEST_API_KEY'), env: { TEST_API_KEY: 'wrong' } },
  };
}

/** Runs an editor that prints what it saw as its last line. */
export async function drive(command: readonly string[], given: object): Promise<Seen> {
  const [program = '', ...args] = command;
  const others = Object.entries(process.env).filter(([name]) => !name.endsWith('_API_KEY'));
  const env = { ...Object.fromEntries(others), SCENARIO: JSON.stringify(given) };
  const ended = promisify(execFile)(program, args, { env, timeout: slow, cwd: folderWith() });
  const { stdout, stderr } = await ended.catch((error: { stdout: string; stderr: string }) => error);
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) throw new Error(`the editor printed: ${stdout}\n${stderr}`);
  return JSON.parse(line) as Seen;
}
