import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Recordings of real providers, kept outside the project. */
export const recordingsDir = process.env.RECORDINGS_DIR ?? resolve(root, '../shared/cassettes');

/** Why replays cannot run here, or null. */
export const noReplays = ['replay-server.mjs', 'openai-chat-parallel-tools.json'].every((file) =>
  existsSync(join(recordingsDir, file)),
)
  ? null
  : `no recordings in ${recordingsDir} (set RECORDINGS_DIR)`;

export interface Facts {
  status: number;
  model?: string;
  text?: string;
  toolCalls?: { name: string; args: unknown }[];
  finish?: string;
  finishReason?: string;
  usage?: { input: number; output: number; cacheRead?: number; reasoning?: number };
  error?: { message: string; type: string; code: string };
}

export interface Sent {
  exchange: number | null;
  headers: Record<string, string>;
  body: Record<string, unknown>;
  recorded: { body: Record<string, unknown> };
  differs: string[];
}

export function factsOf(name: string): Facts[] {
  const all = JSON.parse(readFileSync(join(recordingsDir, 'expected/facts.json'), 'utf8'));
  return all[name].exchanges;
}

/** Serves one recording on loopback until `close`. */
export async function replay(name: string) {
  const file = join(recordingsDir, `${name}.json`);
  const server = spawn(process.execPath, [join(recordingsDir, 'replay-server.mjs'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  const { base, cassettes } = JSON.parse(String(line));
  return {
    url: String(cassettes[name].base),
    async sent(): Promise<Sent[]> {
      const log = await fetch(`${base}/__log`);
      return ((await log.json()) as { requests: Sent[] }).requests;
    },
    async close() {
      const ended = once(server, 'exit');
      server.kill();
      await ended;
    },
  };
}
