import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const beside = new URL('../../../shared/cassettes', import.meta.url).pathname;

/** Recorded provider traffic: the folder named by RECORDINGS_DIR, else the one that lies beside a full checkout. */
export const recordingsDir = process.env.RECORDINGS_DIR || beside;

/** What decides whether recordings are replayed. */
export interface Place {
  /** RECORDINGS_DIR: a folder, or `none` to go without. */
  readonly named: string | undefined;
  readonly isCi: boolean;
  exists(path: string): boolean;
}

export type Plan = { readonly skipped: string } | { readonly server: string | undefined; readonly missing: string[] };

/**
 * Decides whether recordings are replayed. They are skipped without a variable only on a machine that has none
 * and is not CI. A folder that lacks the server or the facts is an error: nothing would be replayed, and nobody would notice.
 */
export function replayPlan({ named, isCi, exists }: Place): Plan {
  if (named === 'none') return { skipped: 'RECORDINGS_DIR is `none`' };
  const folder = named || beside;
  if (!exists(folder) && !named && !isCi) return { skipped: 'the recordings are not beside this checkout' };
  if (!exists(folder)) {
    return { server: undefined, missing: [`the folder '${folder}' (name another as RECORDINGS_DIR, or \`none\`)`] };
  }
  const servers = [folder, beside].map((place) => join(place, 'replay-server.mjs'));
  const server = servers.find((path) => exists(path));
  const facts = join(folder, 'expected', 'facts.json');
  const missing = [...(server ? [] : [`the replay server '${servers[0]}'`]), ...(exists(facts) ? [] : [`'${facts}'`])];
  return { server, missing };
}

const { RECORDINGS_DIR: named, CI: ci } = process.env;
const plan = replayPlan({ named, isCi: Boolean(ci), exists: existsSync });

/** Why recordings are not replayed here, or undefined when they have to be. */
export const noRecordings = 'skipped' in plan ? plan.skipped : undefined;

/** What lacks for recordings that have to be replayed. */
export const missingForReplay: readonly string[] = 'skipped' in plan ? [] : plan.missing;

/** The program that replays recordings. */
export function replayServer(): string {
  if ('skipped' in plan) throw new Error(plan.skipped);
  if (!plan.server || plan.missing.length > 0)
    throw new Error(`to replay recordings, ${plan.missing.join(' and ')} lack`);
  return plan.server;
}

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
  const child = spawn(process.execPath, [replayServer(), join(recordingsDir, `${name}.json`), ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((settle) =>
    child.stdout.once('data', (chunk: Buffer) => settle(chunk.toString())),
  );
  const { base, cassettes } = JSON.parse(line);
  return {
    baseUrl: cassettes[name].base,
    log: async () => (await fetch(`${base}/__log`)).json() as ReturnType<Replay['log']>,
    close: () => child.kill(),
  };
}

/** A server on loopback that replays several recordings of the folder, or of another one by their paths. */
export async function startReplayOf(names: readonly string[], ...options: string[]) {
  const server = replayServer();
  const files = names.map((name) => resolve(recordingsDir, `${name}.json`));
  const child = spawn(process.execPath, [server, ...files, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { base, cassettes } = JSON.parse(String(line));
  return {
    baseUrl: (name: string): string => cassettes[name].base,
    log: async () => (await fetch(`${base}/__log`)).json() as Promise<ReplayLog>,
    close: () => child.kill(),
  };
}

/** What was requested, and how many exchanges of each recording were served. */
export interface ReplayLog {
  readonly requests: readonly Sent[];
  readonly cassettes: Readonly<Record<string, { readonly served: number; readonly total: number }>>;
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
