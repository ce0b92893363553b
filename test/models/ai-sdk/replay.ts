import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { recordingsDir, replayServer, without } from '../../support/replay.ts';

/** Why replays cannot run here, or null. */
export const noReplays = without('openai-chat-parallel-tools') ?? null;

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
  const server = spawn(process.execPath, [replayServer(), file], {
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
