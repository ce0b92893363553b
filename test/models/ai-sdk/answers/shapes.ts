import { EngineError } from '../../../../server/engine/errors.ts';
import type { ModelAnswer } from '../../../../server/engine/model.ts';
import { PartStream } from '../../../../server/engine/streaming/part-stream.ts';
import { providers } from '../../../../server/models/providers.ts';
import { awsMessage } from '../aws-events.ts';
import { callOf, modelAt, promptOf, user, userRequest } from '../support.ts';

export type Json = Record<string, unknown>;
export type Family = 'chat' | 'responses' | 'anthropic' | 'google' | 'bedrock' | 'cohere';

/** Every row of the table of providers, with the API it speaks. */
export const families: Readonly<Record<string, Family>> = Object.fromEntries(
  providers.map(({ name }) => [name, familyOf(name)]),
);

function familyOf(name: string): Family {
  if (/^(openai|azure|bedrock-mantle|deepseek-responses|xai)$/.test(name)) return 'responses';
  if (name === 'google-cloud') return 'google';
  return name === 'anthropic' || name === 'google' || name === 'bedrock' || name === 'cohere' ? name : 'chat';
}

/** A provider that answers with a body, or with a stream of events; text stands for itself. */
export function answering(family: Family, given: Json | readonly (Json | string)[] | string): Response {
  if (typeof given === 'string') return new Response(given, { headers: { 'content-type': 'application/json' } });
  if (!Array.isArray(given)) return Response.json(given);
  if (family === 'bedrock') {
    const frames = Buffer.concat(given.map((event) => amazonFrame(event as Json)));
    return new Response(frames, { headers: { 'content-type': 'application/vnd.amazon.eventstream' } });
  }
  const isNamed = family === 'anthropic' || family === 'responses';
  const text = given.map((event: Json | string) => {
    const data = typeof event === 'string' ? event : JSON.stringify(event);
    const name = isNamed && typeof event !== 'string' ? `event: ${event.type}\n` : '';
    return `${name}data: ${data}\n\n`;
  });
  return new Response(text.join(''), { headers: { 'content-type': 'text/event-stream' } });
}

/** A frame of an Amazon event stream; the only member names the event. */
function amazonFrame(event: Json): Buffer {
  const [name = '', value] = Object.entries(event)[0] ?? [];
  return awsMessage(name, JSON.stringify(value));
}

export interface RowRequest {
  readonly streamed: boolean;
  /** The answers to the first request, the second, …; the last one again and again. */
  readonly replies: readonly (() => Response)[];
  readonly modelName?: string;
}

/** The answer of a row of the table, or the error; `requests` counts what was sent. */
export async function requestRow(row: string, { streamed, replies, modelName }: RowRequest) {
  let requests = 0;
  const fetch = async () => {
    const reply = replies[Math.min(requests++, replies.length - 1)];
    if (!reply) throw new Error('no reply is left');
    return reply();
  };
  const model = await modelAt(row, modelName ? { modelName } : {}, { fetch });
  const call = callOf();
  let minted = 0;
  const mintId = () => `minted-${++minted}`;
  const request = streamed
    ? { ...call, stream: new PartStream({ signal: call.signal, outputOf: () => null, mintId }) }
    : call;
  const outcome: ModelAnswer | EngineError = await model
    .request(promptOf([userRequest(user('hi'))]), request)
    .catch((error: unknown) => {
      if (error instanceof EngineError) return error;
      throw error;
    });
  return { outcome, requests };
}

/** The response of a row to one answer, or what went wrong. */
export async function responseOf(row: string, streamed: boolean, reply: () => Response, modelName?: string) {
  const { outcome } = await requestRow(row, { streamed, replies: [reply], ...(modelName ? { modelName } : {}) });
  if (outcome instanceof EngineError) throw outcome;
  return outcome.response;
}

const ending = (name: string, word: string | null): Json => (word === null ? {} : { [name]: word });
const reasons = ['max_output_tokens', 'content_filter', 'max_messages'];

/** The smallest answer of each API that says 'hi' and ends with a word; null leaves the word out. */
export const smallest: Record<Family, (word: string | null, streamed: boolean) => Json | (Json | string)[]> = {
  chat(word, streamed) {
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const head = { id: 'c1', object: 'chat.completion', created: 1_750_000_000, model: 'm' };
    if (!streamed) {
      const message = { role: 'assistant', content: 'hi' };
      return { ...head, choices: [{ index: 0, message, ...ending('finish_reason', word) }], usage };
    }
    return [
      { ...head, choices: [{ index: 0, delta: { role: 'assistant', content: 'hi' }, finish_reason: null }] },
      { ...head, choices: [{ index: 0, delta: {}, ...ending('finish_reason', word) }] },
      { ...head, choices: [], usage },
      '[DONE]',
    ];
  },
  responses(word, streamed) {
    const text = { type: 'output_text', text: 'hi', annotations: [] };
    const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [text] };
    const isReason = word !== null && reasons.includes(word);
    const body = {
      id: 'resp_1',
      object: 'response',
      created_at: 1_750_000_000,
      model: 'm',
      output: [item],
      usage: { input_tokens: 1, output_tokens: 1 },
      incomplete_details: isReason ? { reason: word } : null,
      ...(word === null ? {} : { status: isReason ? 'incomplete' : word }),
    };
    if (!streamed) return body;
    const kind = word === 'failed' || word === 'incomplete' ? word : isReason ? 'incomplete' : 'completed';
    const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
    return [
      { type: 'response.created', response: { ...body, output: [], status: 'in_progress', usage: null } },
      { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
      { type: 'response.content_part.added', ...at, part: { ...text, text: '' } },
      { type: 'response.output_text.delta', ...at, delta: 'hi' },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: `response.${kind}`, response: body },
    ];
  },
  anthropic(word, streamed) {
    const usage = { input_tokens: 1, output_tokens: 1 };
    const head = { id: 'm1', type: 'message', role: 'assistant', model: 'm', stop_sequence: null, usage };
    if (!streamed) return { ...head, content: [{ type: 'text', text: 'hi' }], ...ending('stop_reason', word) };
    return [
      { type: 'message_start', message: { ...head, content: [], stop_reason: null } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hi' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: ending('stop_reason', word), usage: { output_tokens: 1 } },
      { type: 'message_stop' },
    ];
  },
  google(word, streamed) {
    const body = {
      candidates: [{ content: { role: 'model', parts: [{ text: 'hi' }] }, ...ending('finishReason', word) }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    };
    return streamed ? [body] : body;
  },
  bedrock(word, streamed) {
    const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
    if (!streamed) {
      const message = { role: 'assistant', content: [{ text: 'hi' }] };
      return { output: { message }, usage, metrics: { latencyMs: 1 }, ...ending('stopReason', word) };
    }
    return [
      { messageStart: { role: 'assistant' } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'hi' } } },
      { contentBlockStop: { contentBlockIndex: 0 } },
      { messageStop: ending('stopReason', word) },
      { metadata: { usage, metrics: { latencyMs: 1 } } },
    ];
  },
  cohere(word, streamed) {
    const counts = { input_tokens: 1, output_tokens: 1 };
    const usage = { billed_units: counts, tokens: counts };
    if (!streamed) {
      const message = { role: 'assistant', content: [{ type: 'text', text: 'hi' }] };
      return { id: 'c1', message, usage, ...ending('finish_reason', word) };
    }
    return [
      { type: 'message-start', id: 'c1', delta: { message: { role: 'assistant', content: [] } } },
      { type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } },
      { type: 'content-delta', index: 0, delta: { message: { content: { text: 'hi' } } } },
      { type: 'content-end', index: 0 },
      { type: 'message-end', delta: { usage, ...ending('finish_reason', word) } },
    ];
  },
};

/** Hosts that are only an address: they share every line of code, and differ in what their rows say. */
const addresses = new Set(['fireworks', 'together', 'nebius', 'sambanova', 'vercel', 'vllm', 'crusoe', 'google-cloud']);

/** The rows that the tables of answers are played for; all of them with `RUNWIRE_THOROUGH`, as in CI. */
export const playedRows = providers
  .map(({ name }) => name)
  .filter((name) => process.env.RUNWIRE_THOROUGH || !addresses.has(name));

/** The whole message of a chat completion, and the deltas of a stream. */
export interface ChatCase {
  readonly message: Json | null;
  readonly deltas: readonly Json[] | null;
}

/** A chat completion as its provider sends it. */
export function chatAnswer(given: ChatCase | undefined, kind: 'whole' | 'streamed') {
  const { message, deltas } = given ?? { message: null, deltas: null };
  const head = { id: 'c1', created: 1_750_000_000, model: 'm' };
  if (kind === 'whole') return { ...head, choices: [{ index: 0, message: message ?? {}, finish_reason: 'stop' }] };
  const events: (Json | string)[] = (deltas ?? []).map((delta) => ({ ...head, choices: [{ index: 0, delta }] }));
  return [...events, { ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, '[DONE]'];
}

const shownKeys = ['part_kind', 'content', 'id', 'signature', 'provider_name', 'provider_details', 'tool_name'];

/** Parts as vectors have them. */
export const shownParts = (parts: readonly object[]): Json[] =>
  parts.map((part) =>
    Object.fromEntries(Object.entries(part).filter(([key, value]) => shownKeys.includes(key) && value !== null)),
  );
