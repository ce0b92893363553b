import { isDeepStrictEqual } from 'node:util';
import type { ModelMessage, ModelResponse } from '../../protocol/messages/messages.ts';
import type { RunResult } from '../../protocol/result.ts';
import { storedContent } from '../../server/engine/tools/tool-content.ts';
import type { Daemon } from '../support/daemon.ts';
import type { Decoded, Json, Turn } from './decode/turns.ts';
import { decode, type Exchange, prefixOf, providerOf, type Recording } from './recording.ts';

/** How an exchange went: its response when there was one, and the error of its run. */
export interface Outcome {
  readonly response: ModelResponse | undefined;
  readonly result: RunResult;
}

/** What came of an exchange: nothing was requested of a model, its outcome, or why there is none. */
export type Played = Outcome | { readonly problem: string } | null;

/** A server that replays a recording: its address, and how many of the exchanges it has served. */
export interface Served {
  readonly baseUrl: string;
  count(): Promise<number>;
}

const key = 'RECORDING_KEY';
export const daemonOptions = { args: ['--allow-env', key], env: { [key]: 'sk-recording-0123456789' } };

/**
 * Plays a recording through a daemon: each exchange is a run of one request. What the user said and what the tools
 * returned is taken from the recorded request, what the model said from the daemon's own answers before, so that
 * everything a provider needs to get back travels through a history. An exchange that goes wrong ends nothing: it is
 * requested as it was recorded, and those after it are played.
 */
export async function play(recording: Recording, server: Served, daemon: Daemon): Promise<Played[]> {
  const responses: ModelResponse[] = [];
  const played: Played[] = [];
  for (const [index, exchange] of recording.exchanges.entries()) {
    const last = played.at(-1);
    if (last && 'result' in last && isRepeated(last, recording.exchanges[index - 1], exchange)) {
      played.push(last);
      continue;
    }
    if (exchange.api === null) {
      await requestAsRecorded(exchange, server);
      played.push(null);
      continue;
    }
    const outcome = await playOne(exchange, responses, server, daemon, `${recording.name}#${index}`);
    played.push(outcome);
    if ('response' in outcome && outcome.response) responses.push(outcome.response);
    else if ((await server.count()) <= index) {
      await requestAsRecorded(exchange, server);
      played[index] = { problem: `not requested as it was recorded: ${JSON.stringify(outcome)}` };
    }
  }
  return played;
}

async function playOne(...given: Parameters<typeof playExchange>): Promise<Exclude<Played, null>> {
  try {
    return await playExchange(...given);
  } catch (error) {
    return { problem: String(error) };
  }
}

/** Marks what this runner requests itself: it says nothing about the daemon. */
export const notOurs = 'x-as-recorded';

async function requestAsRecorded({ request }: Exchange, { baseUrl }: Served): Promise<void> {
  const { method, path, body } = request;
  const answer = await fetch(`${baseUrl}${path}`, {
    method,
    headers: { [notOurs]: 'true' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  await answer.arrayBuffer();
}

/** Whether the daemon has sent a request again by itself: then it is answered already. */
const isRepeated = ({ result }: Outcome, before: Exchange | undefined, exchange: Exchange) =>
  result.error?.data.retryable === true && isDeepStrictEqual(before?.request, exchange.request);

/** The parameters of a run that requests what an exchange did. */
export function startParams(
  exchange: Exchange,
  responses: readonly ModelResponse[],
  { baseUrl }: Pick<Served, 'baseUrl'>,
  runId: string,
): Json & { runId: string } {
  const { model, stream, instructions, turns, tools, output, settings, extra } = decode(exchange);
  return {
    runId,
    deltas: stream ? 'all' : 'none',
    stream,
    model: { model: `${providerOf(exchange)}:${model}`, baseUrl: `${baseUrl}${prefixOf(exchange)}`, apiKeyEnv: key },
    messageHistory: history(turns, responses),
    openToolCalls: 'close',
    ...(instructions ? { instructions } : {}),
    ...(output ? nativeOutput(tools, output) : deferredOutput(tools)),
    modelSettings: { ...settings, ...(Object.keys(extra).length > 0 ? { extra_body: extra } : {}) },
    usageLimits: { request_limit: 1 },
  };
}

async function playExchange(
  exchange: Exchange,
  responses: readonly ModelResponse[],
  server: Served,
  daemon: Daemon,
  runId: string,
): Promise<Outcome> {
  const params = { ...startParams(exchange, responses, server, runId), wait: true, include: ['messages'] };
  const answer = await requestAnsweringCalls(daemon, params);
  if (answer.error) throw new Error(`${runId}: ${JSON.stringify(answer.error)}`);
  const result = answer.result as RunResult;
  const own = (result.messages ?? []) as ModelMessage[];
  const last = own.findLast((message) => message.kind === 'response' && message.run_id === runId);
  daemon.messages.length = 0;
  return { response: last as ModelResponse | undefined, result };
}

type Tools = Decoded['tools'];

/** Calls end the run: what they return stands in the next recorded request. */
const deferredOutput = (tools: Tools) => ({
  tools: tools.map((tool) => ({ ...tool, external: true, media: true })),
  output: { anyOf: [{ type: 'text' }, { type: 'deferred' }] },
});

/** Native output stands alone; a call is answered with nothing, and the limit of requests ends the run. */
const nativeOutput = (tools: Tools, output: NonNullable<Decoded['output']>) => ({
  tools,
  output: { schema: output.schema, mode: 'native', ...named(output) },
});

const named = ({ name, description }: { name?: string; description?: string }) => ({
  ...(name ? { name } : {}),
  ...(description ? { description } : {}),
});

async function requestAnsweringCalls(daemon: Daemon, params: Json & { runId: string }) {
  daemon.send({ id: params.runId, method: 'run/start', params });
  const answered = new Set<unknown>();
  for (;;) {
    const next = await daemon.waitFor(
      ({ id, method }) => id === params.runId || (method === 'tool/call' && !answered.has(id)),
    );
    if (next.id === params.runId) return next;
    answered.add(next.id);
    daemon.send({ id: next.id as number, result: null });
  }
}

/**
 * The recorded turns, the model's own replaced by what the daemon made of them. Upstream puts turns of its own between
 * them (tools it reveals to the model); those are kept as they were recorded.
 */
function history(turns: readonly Turn[], responses: readonly ModelResponse[]): unknown[] {
  const ids = new Map<unknown, { id: string; name: string }>();
  let spoken = 0;
  return turns.map(({ kind, parts }) => {
    if (kind === 'request') return { kind, parts: parts.map((part) => answering(part, ids)) };
    const at = responses.findIndex((response, index) => index >= spoken && isTurn(response, parts));
    const own = responses[at];
    if (own) spoken = at + 1;
    const recorded = parts.filter((part) => part.part_kind === 'tool-call');
    const calls: Json[] = (own?.parts ?? parts).filter((part) => part.part_kind === 'tool-call') as Json[];
    recorded.forEach((call, index) => {
      const { tool_call_id, tool_name } = calls[index] ?? call;
      ids.set(call.tool_call_id, { id: String(tool_call_id), name: String(tool_name) });
    });
    return own ?? { kind, parts };
  });
}

/** Whether a response is the one that was recorded: by the tools it calls, else by how its text begins. */
function isTurn(response: ModelResponse, recorded: readonly Json[]): boolean {
  const namesOf = (parts: readonly Json[]) =>
    parts.flatMap((part) => (part.part_kind === 'tool-call' ? [part.tool_name] : []));
  const called = namesOf(response.parts as Json[]);
  const names = namesOf(recorded);
  if (called.length > 0 || names.length > 0) {
    return called.length > 0 && called.every((name, index) => name === names[index]);
  }
  const wordsOf = (parts: readonly Json[]) =>
    parts.map((part) => (part.part_kind === 'text' ? String(part.content) : '')).join('');
  const words = wordsOf(recorded);
  // Recorders fold quotes and dashes of what was sent, so only the first words are compared.
  return words.includes(wordsOf(response.parts as Json[]).slice(0, 12));
}

function answering(part: Json, ids: ReadonlyMap<unknown, { id: string; name: string }>): Json {
  if (part.part_kind !== 'tool-return') return part;
  const call = ids.get(part.tool_call_id);
  const returned = { ...part, ...storedContent(part.content, 'all') };
  return call ? { ...returned, tool_call_id: call.id, tool_name: call.name } : returned;
}
