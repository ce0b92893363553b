import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as later } from 'node:timers/promises';
import pg from 'pg';
import { codeCache, Daemon, daemonPath } from '../support/daemon.ts';
import { slow } from '../support/time-limits.ts';

/** What each call of a tool did: who called it, how often, and when first. */
export interface Effects {
  /** Calls by run, number of the call, and tool. */
  readonly counts: Map<string, number>;
  /** Those that were not answered yet. */
  readonly open: Set<string>;
  /** Milliseconds since 1970 of the calls of each worker, as the provider saw them. */
  readonly times: { run: string; turn: number; at: number }[];
  /** Requests that reached the provider, answered or not. */
  requests: number;
}

/** A provider and a tool server, as workers reach them; what is requested of them is counted. */
export interface World {
  readonly effects: Effects;
  /** A specification whose run takes so many turns, each a model request and a call. */
  run(name: string, turns: number, more?: object): Record<string, unknown>;
  /** Replaced to make requests wait. */
  delayMs: { model: number; tool: number };
  close(): Promise<void>;
}

const key = 'canary-key-7f3a91c2';

/** Seeded everywhere a secret may be given; found in no table. */
export const canary = key;

export async function openWorld(): Promise<World> {
  const effects: Effects = { counts: new Map(), open: new Set(), times: [], requests: 0 };
  const delayMs = { model: 2, tool: 2 };
  const provider = await listen(async (request, response) => {
    const { messages } = JSON.parse(await readText(request)) as { messages: Message[] };
    effects.requests += 1;
    await later(delayMs.model);
    // A response that nobody is left to read is none.
    if (request.socket.destroyed) return;
    const [run = '', turns = '1'] = String(messages.find(({ role }) => role === 'user')?.content ?? '').split(' ');
    const turn = messages.filter(({ role }) => role === 'tool').length;
    effects.times.push({ run, turn, at: Date.now() });
    const name = turn % 2 === 0 ? 'srv_once' : 'srv_read';
    const call = { id: `call-${turn}`, type: 'function', function: { name, arguments: JSON.stringify({ run, turn }) } };
    const message =
      turn < Number(turns) ? { role: 'assistant', tool_calls: [call] } : { role: 'assistant', content: 'done' };
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const finish_reason = turn < Number(turns) ? 'tool_calls' : 'stop';
    json(response, {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message, finish_reason }],
      usage,
    });
  });
  const tools = await listen(async (request, response) => {
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const { id, method, params } = JSON.parse(await readText(request)) as Call;
    if (id === undefined) return void response.writeHead(202).end();
    json(response, { jsonrpc: '2.0', id, ...(await toolAnswer(method, params, { effects, delayMs })) });
  });
  return {
    effects,
    delayMs,
    run: (name, turns, more = {}) => ({
      runId: name,
      prompt: `${name} ${turns}`,
      stream: false,
      model: { model: 'openai-chat:m', baseUrl: urlOf(provider), apiKeyEnv: 'FLEET_KEY' },
      mcpServers: { srv: { url: urlOf(tools), trusted: true } },
      usageLimits: { request_limit: null },
      ...more,
    }),
    async close() {
      for (const server of [provider, tools]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

type Message = { role: string; content?: unknown };
type Call = { id?: number; method: string; params: { name: string; arguments: { run: string; turn: number } } };

const tool = (name: string, annotations: object) => ({
  name,
  annotations,
  inputSchema: { type: 'object', properties: { run: { type: 'string' }, turn: { type: 'integer' } } },
});

async function toolAnswer(
  method: string,
  params: Call['params'],
  { effects, delayMs }: Pick<World, 'effects' | 'delayMs'>,
): Promise<object> {
  switch (method) {
    case 'initialize': {
      const serverInfo = { name: 'effects', version: '1' };
      return { result: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo } };
    }
    case 'tools/list':
      return { result: { tools: [tool('once', {}), tool('read', { readOnlyHint: true })] } };
    case 'tools/call': {
      const { run, turn } = params.arguments;
      const name = `${run} ${turn} ${params.name}`;
      effects.counts.set(name, (effects.counts.get(name) ?? 0) + 1);
      effects.open.add(name);
      await later(delayMs.tool);
      effects.open.delete(name);
      return { result: { content: [{ type: 'text', text: `did ${turn}` }] } };
    }
    default:
      return { error: { code: -32601, message: method } };
  }
}

async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>,
): Promise<Server> {
  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()));
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function json(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

const env = (url: string) => ({ RUNWIRE_DB: url, FLEET_KEY: key, ...codeCache });
const allowed = ['--allow-env', 'FLEET_KEY', '--database-url', 'env:RUNWIRE_DB'];

/** A worker as a process of its own. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  stderr(): string;
}

/** Starts a worker and resolves when it takes runs. */
export async function startWorker(
  url: string,
  { queue = 'q', slots = 50, program = daemonPath, args = [] as string[] } = {},
): Promise<WorkerProcess> {
  const child = spawn(
    process.execPath,
    [program, 'worker', ...allowed, '--mcp', 'http', '--queue', queue, '--slots', String(slots), ...args],
    { env: { ...process.env, ...env(url) }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const exited = once(child, 'exit');
  await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(() => Promise.reject(new Error(`the worker ended: ${stderr}`))),
  ]);
  return { child, exited, stderr: () => stderr };
}

/** A daemon of a host, past the handshake. */
export async function startHost(
  url: string,
  { args = [] as string[], initialize = {}, program = undefined as string | undefined } = {},
): Promise<Daemon> {
  const daemon = new Daemon({ args: ['--executor', 'dbos', ...allowed, ...args], env: env(url), program });
  await daemon.request('initialize', initialize);
  return daemon;
}

/** What the tables say of the steps of all runs. */
export async function recorded(
  url: string,
): Promise<{ runs: number; ended: number; steps: number; doubled: number; gaps: number }> {
  return query(
    url,
    `WITH steps AS (
       SELECT o.workflow_uuid AS id, o.function_id AS n, s.line ->> 'key' AS key
       FROM dbos.operation_outputs o, json_array_elements(o.output::json) AS s(line)
       WHERE s.line ->> 'k' = 'step'
     ), numbered AS (
       SELECT workflow_uuid AS id, count(*) AS count, max(function_id) AS last FROM dbos.operation_outputs GROUP BY 1
     )
     SELECT (SELECT count(*) FROM runwire.runs)::int AS runs,
            (SELECT count(*) FROM runwire.runs WHERE outcome IS NOT NULL)::int AS ended,
            (SELECT count(*) FROM steps)::int AS steps,
            (SELECT count(*) FROM (SELECT 1 FROM steps GROUP BY id, key HAVING count(*) > 1) d)::int AS doubled,
            (SELECT count(*) FROM numbered WHERE count <> last + 1)::int AS gaps`,
  );
}

/**
 * Milliseconds from a time, since 1970, until the first step that was recorded of some runs; null when none was. It counts what
 * is in the database: a request that was on its way when its worker died is no step.
 */
export async function firstStepAfter(url: string, at: number, runs: readonly string[]): Promise<number | null> {
  const { first } = await query<{ first: string | null }>(
    url,
    `SELECT min(o.completed_at_epoch_ms) AS first FROM dbos.operation_outputs o
     JOIN runwire.runs r ON r.workflow_id = o.workflow_uuid
     WHERE o.completed_at_epoch_ms > $1 AND r.run_id = ANY($2)`,
    [at, runs],
  );
  return first === null ? null : Number(first) - at;
}

/** The first row of a query. */
export async function query<T>(url: string, sql: string, values: readonly unknown[] = []): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql, [...values])).rows[0] as T;
  } finally {
    await client.end();
  }
}

/** Resolves when a condition holds, which is looked at every 50 ms. */
export async function until(holds: () => Promise<boolean> | boolean, ms: number = slow): Promise<void> {
  for (const end = Date.now() + ms; !(await holds()); await later(50)) {
    if (Date.now() > end) throw new Error(`it did not hold within ${ms} ms`);
  }
}
