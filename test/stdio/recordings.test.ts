import { afterEach, describe, expect, it } from 'vitest';
import type { DeltaEvent } from '../../protocol/deltas.ts';
import type { ModelMessage, ModelResponse } from '../../protocol/messages/messages.ts';
import type { RunResult } from '../../protocol/result.ts';
import { Daemon } from '../support/daemon.ts';
import { type ExchangeFacts, factsOf, type Replay, recordedBody, startReplay, without } from '../support/replay.ts';
import { schemaOf } from '../support/session.ts';

const key = 'sk-recording-0123456789';
const finishes: Record<string, string> = { 'tool-calls': 'tool_call', 'content-filter': 'content_filter' };

let replay: Replay;
let daemon: Daemon;
afterEach(() => {
  replay?.close();
  daemon?.child.kill('SIGKILL');
});

/** Runs a recording end to end: the built daemon, its own HTTP client, the recorded answers. */
async function run(
  name: string,
  params: object,
  answers: Record<string, unknown>,
  ...options: string[]
): Promise<{ result: RunResult; messages: ModelMessage[] }> {
  replay = await startReplay(name, ...options);
  daemon = new Daemon({ args: ['--allow-env', 'RECORDING_KEY'], env: { RECORDING_KEY: key } });
  await daemon.initialize();
  const { model: modelName } = recordedBody(name);
  const model = { model: `openai-chat:${modelName}`, baseUrl: `${replay.baseUrl}/v1`, apiKeyEnv: 'RECORDING_KEY' };
  daemon.send({ id: 'run', method: 'run/start', params: { runId: 'r', model, wait: true, ...params } });
  for (let answered = 0; ; ) {
    const next = await daemon.waitFor(
      (message) =>
        message.id === 'run' || (message.method === 'tool/call' && Number(message.id) === 1_000_000_000 + answered),
    );
    if (next.id === 'run') {
      expect(next.error, daemon.stderr).toBeUndefined();
      const { result } = await daemon.request('run/messages', { runId: 'r' });
      return { result: next.result as RunResult, messages: (result as { messages: ModelMessage[] }).messages };
    }
    answered += 1;
    daemon.send({ id: next.id as number, result: { content: answers[String(next.params?.name)] } });
  }
}

const noArguments = { type: 'object', properties: {}, additionalProperties: false };

/** Each response agrees with what was read from the recorded bytes by other means. */
function compare(messages: readonly ModelMessage[], facts: readonly ExchangeFacts[]): void {
  const responses = messages.filter((message): message is ModelResponse => message.kind === 'response');
  expect(responses.length).toBe(facts.length);
  for (const [index, { text, toolCalls, finish, usage, model }] of facts.entries()) {
    const response = responses[index] as ModelResponse;
    const said = response.parts.map((part) => (part.part_kind === 'text' ? part.content : '')).join('');
    const called = response.parts.flatMap((part) =>
      part.part_kind === 'tool-call' ? [{ name: part.tool_name, args: JSON.parse(String(part.args)) }] : [],
    );
    expect({ said, called, model: response.model_name }).toEqual({ said: text, called: toolCalls, model });
    expect(response.finish_reason).toBe(finishes[finish] ?? finish);
    expect(response.usage).toMatchObject({
      input_tokens: usage.input,
      output_tokens: usage.output,
      cache_read_tokens: usage.cacheRead,
    });
    expect({ name: response.provider_name, state: response.state }).toEqual({ name: 'openai', state: 'complete' });
  }
}

const missing = without(
  'openai-chat-parallel-tools',
  'openai-chat-native-output',
  'openai-chat-stream-text',
  'openai-chat-stream-tool-roundtrip',
);

describe.skipIf(missing)(`recorded traffic of openai-chat${missing ? ` (${missing})` : ''}`, () => {
  it('openai-chat-parallel-tools: two calls at once, then text', async () => {
    const path = schemaOf({ path: { type: 'string' } });
    const { result, messages } = await run(
      'openai-chat-parallel-tools',
      {
        stream: false,
        prompt: 'Delete the file `.env` and create `test.txt`',
        systemPrompt: 'Just call tools without asking for confirmation.',
        tools: [
          { name: 'create_file', inputSchema: path },
          { name: 'delete_file', inputSchema: path },
        ],
      },
      { delete_file: true, create_file: 'Success' },
    );
    const facts = factsOf('openai-chat-parallel-tools');
    compare(messages, facts);
    expect(result).toMatchObject({
      outcome: 'success',
      output: facts[1]?.text,
      model: { served: facts[1]?.model },
      usage: { requests: 2, tool_calls: 2, input_tokens: 71 + 133, output_tokens: 46 + 19 },
    });
    await compareRequests();
  });

  it('openai-chat-native-output: a call, then JSON text of the schema', async () => {
    const { properties, required, type } = schemaOf({ city: { type: 'string' }, country: { type: 'string' } });
    const { result, messages } = await run(
      'openai-chat-native-output',
      {
        stream: false,
        prompt: 'What is the largest city in the user country?',
        tools: [{ name: 'get_user_country', inputSchema: noArguments }],
        output: { schema: { properties, required, type }, name: 'result', mode: 'native' },
      },
      { get_user_country: 'Mexico' },
    );
    compare(messages, factsOf('openai-chat-native-output'));
    expect(result).toMatchObject({ outcome: 'success', output: { city: 'Mexico City', country: 'Mexico' } });
    await compareRequests();
  });

  describe.each([['--chunk', '1'], ['--chunk', '7'], [], ['--chunk', '0']])('streamed %s %s', (...chunks) => {
    const options = chunks.filter((option) => option !== undefined);

    it('openai-chat-stream-text', async () => {
      const { result, messages } = await run(
        'openai-chat-stream-text',
        { prompt: 'What is the capital of Mexico?', stream: true },
        {},
        ...options,
      );
      const facts = factsOf('openai-chat-stream-text');
      compare(messages, facts);
      expect(result).toMatchObject({ output: facts[0]?.text, usage: { input_tokens: 14, output_tokens: 8 } });
      expect(shownText()).toEqual([facts[0]?.text]);
      await compareRequests();
    });

    it('openai-chat-stream-tool-roundtrip', async () => {
      const { result, messages } = await run(
        'openai-chat-stream-tool-roundtrip',
        {
          prompt: 'What is the capital of the UK? Use the tool, then answer.',
          tools: [{ name: 'get_capital', inputSchema: schemaOf({ country: { type: 'string' } }) }],
          stream: true,
        },
        { get_capital: 'London' },
        ...options,
      );
      const facts = factsOf('openai-chat-stream-tool-roundtrip');
      compare(messages, facts);
      expect(result).toMatchObject({
        output: facts[1]?.text,
        usage: { requests: 2, tool_calls: 1, input_tokens: 53 + 78, output_tokens: 15 + 9 },
      });
      expect(shownText()).toEqual(['{"country":"UK"}', facts[1]?.text]);
      await compareRequests();
    });
  });
});

/** What the deltas of each part add up to. */
function shownText(): string[] {
  const shown: string[] = [];
  for (const { method, params } of daemon.messages) {
    const { event } = (method === 'run/delta' ? params : {}) as { event?: DeltaEvent };
    if (event?.event_kind === 'part_start') shown.push('content' in event.part ? String(event.part.content) : '');
    if (event?.event_kind !== 'part_delta') continue;
    const { delta } = event;
    shown[shown.length - 1] += String('args_delta' in delta ? delta.args_delta : delta.content_delta);
  }
  return shown;
}

/** What was sent is what was recorded, but for what only states a default. */
async function compareRequests(): Promise<void> {
  const { requests } = await replay.log();
  for (const { exchange, headers, body, recorded } of requests) {
    expect(exchange).not.toBeNull();
    expect(headers.authorization).toBe(`Bearer ${key}`);
    expect(withoutDefaults(body)).toEqual(withoutDefaults(recorded.body));
  }
  expect(daemon.stderr + JSON.stringify(daemon.messages)).not.toContain(key);
}

/** `stream: false`, `n: 1`, `tool_choice: auto`, empty descriptions, `strict` with what it adds, and null content say nothing new. */
function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(
    ([key, item]) =>
      !(key === 'stream' && item === false) &&
      !(key === 'n' && item === 1) &&
      !(key === 'tool_choice' && item === 'auto') &&
      !(key === 'description' && item === '') &&
      !(key === 'additionalProperties' && item === false) &&
      !(key === 'content' && (item === null || item === '')) &&
      key !== 'strict',
  );
  return Object.fromEntries(
    kept.map(([key, item]) => [key, key === 'arguments' ? JSON.parse(String(item)) : withoutDefaults(item)]),
  );
}
