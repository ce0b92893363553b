import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Recorded provider traffic: the folder named by RECORDINGS_DIR, else the one that lies beside a full checkout. */
export const recordingsDir =
  process.env.RECORDINGS_DIR ?? new URL('../../../shared/cassettes', import.meta.url).pathname;

const server = [
  join(recordingsDir, 'replay-server.mjs'),
  new URL('../../../shared/cassettes/replay-server.mjs', import.meta.url).pathname,
].find(existsSync);

/** Why recordings cannot be replayed here, or undefined when they can. */
export const noRecordings =
  server && existsSync(join(recordingsDir, 'expected', 'facts.json'))
    ? undefined
    : 'the recordings are not beside this checkout';

/** Why recordings that a test names cannot be replayed here: another folder need not hold them. */
export const without = (...names: string[]): string | undefined =>
  noRecordings ??
  names.map((name) => (existsSync(join(recordingsDir, `${name}.json`)) ? undefined : `no ${name} here`)).find(Boolean);

export interface ExchangeFacts {
  text: string;
  toolCalls: { name: string; args: unknown }[];
  finish: string;
  usage: { input: number; output: number; cacheRead: number; reasoning: number };
  model: string;
}

/** What is known of a recording from the recorded bytes alone. */
export function factsOf(name: string): ExchangeFacts[] {
  const facts = JSON.parse(readFileSync(join(recordingsDir, 'expected', 'facts.json'), 'utf8'));
  return facts[name].exchanges;
}

/** The first request body of a recording. */
export function recordedBody(name: string): Record<string, unknown> {
  const { exchanges } = JSON.parse(readFileSync(join(recordingsDir, `${name}.json`), 'utf8'));
  return exchanges[0].request.body;
}

/** A server on loopback that replays one recording. */
export interface Replay {
  readonly baseUrl: string;
  /** Requests it got. */
  log(): Promise<{
    requests: {
      exchange: number | null;
      headers: Record<string, string>;
      body: Record<string, unknown>;
      recorded: { body: Record<string, unknown> };
    }[];
  }>;
  close(): void;
}

export async function startReplay(name: string, ...options: string[]): Promise<Replay> {
  if (!server) throw new Error(noRecordings);
  const child = spawn(process.execPath, [server, join(recordingsDir, `${name}.json`), ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) =>
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())),
  );
  const { base, cassettes } = JSON.parse(line);
  return {
    baseUrl: cassettes[name].base,
    log: async () => (await fetch(`${base}/__log`)).json() as ReturnType<Replay['log']>,
    close: () => child.kill(),
  };
}

/** A server on loopback that replays several recordings, each under an address of its own. */
export async function startReplayOf(names: readonly string[], ...options: string[]) {
  if (!server) throw new Error(noRecordings);
  const files = names.map((name) => join(recordingsDir, `${name}.json`));
  const child = spawn(process.execPath, [server, ...files, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { base, cassettes } = JSON.parse(String(line));
  return {
    baseUrl: (name: string): string => cassettes[name].base,
    log: async () => (await fetch(`${base}/__log`)).json() as Promise<{ requests: Sent[] }>,
    close: () => child.kill(),
  };
}

/** A request as the replay server saw it, beside the recorded one. */
export interface Sent {
  cassette: string;
  exchange: number | null;
  outcome: string;
  headers: Record<string, string>;
  path: string;
  query: string;
  body: Record<string, unknown> | null;
  recorded: { query: string; body: Record<string, unknown> | null } | null;
  differs: string[];
}
