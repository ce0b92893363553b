import { describe, expect, it } from 'vitest';
import type { ModelResponsePart } from '../../../protocol/messages/messages.ts';
import { providers } from '../../../server/models/providers.ts';
import { callOf, modelAt, promptOf, tool, user, userRequest } from './support.ts';

/** What one request sends, and the warnings of an answer that never comes. */
async function sentBy(name: string, settings: Record<string, unknown> | null = null, withTools = false) {
  const row = providers.find((one) => one.name === name);
  const baseUrl = row?.address?.({
    AZURE_OPENAI_ENDPOINT: 'https://acme.test/',
    SNOWFLAKE_ACCOUNT: 'https://my-acc.snowflakecomputing.com',
  });
  let sent: { url: string; headers: Headers; body: Record<string, unknown> } | undefined;
  const fetch: typeof globalThis.fetch = async (url, init) => {
    sent = { url: String(url), headers: new Headers(init?.headers), body: JSON.parse(String(init?.body)) };
    return Response.json({ error: { message: 'enough' } }, { status: 400 });
  };
  // `undefined` takes the address of the helper away.
  const model = await modelAt(name, { baseUrl } as object, { fetch });
  const prompt = promptOf([userRequest(user('hi'))], { settings, functionTools: withTools ? [tool('f')] : [] });
  await model.request(prompt, callOf()).catch(() => undefined);
  if (!sent) throw new Error(`'${name}' sent nothing`);
  return sent;
}

/** Where requests to a provider go by default, and the header of its key. */
const addresses: Record<string, [url: string, header: string]> = {
  openai: ['https://api.openai.com/v1/responses', 'authorization'],
  'openai-chat': ['https://api.openai.com/v1/chat/completions', 'authorization'],
  anthropic: ['https://api.anthropic.com/v1/messages', 'x-api-key'],
  google: ['https://generativelanguage.googleapis.com/v1beta/models/some-model:generateContent', 'x-goog-api-key'],
  'google-cloud': [
    'https://aiplatform.googleapis.com/v1beta1/publishers/google/models/some-model:generateContent',
    'x-goog-api-key',
  ],
  groq: ['https://api.groq.com/openai/v1/chat/completions', 'authorization'],
  mistral: ['https://api.mistral.ai/v1/chat/completions', 'authorization'],
  xai: ['https://api.x.ai/v1/responses', 'authorization'],
  deepseek: ['https://api.deepseek.com/chat/completions', 'authorization'],
  'deepseek-responses': ['https://api.deepseek.com/responses', 'authorization'],
  cerebras: ['https://api.cerebras.ai/v1/chat/completions', 'authorization'],
  cohere: ['https://api.cohere.com/v2/chat', 'authorization'],
  bedrock: ['https://bedrock-runtime.us-east-1.amazonaws.com/model/some-model/converse', 'authorization'],
  'bedrock-mantle': ['https://bedrock-mantle.us-east-1.api.aws/openai/v1/responses', 'authorization'],
  azure: ['https://acme.test/openai/v1/responses', 'api-key'],
  openrouter: ['https://openrouter.ai/api/v1/chat/completions', 'authorization'],
  ollama: ['http://localhost:11434/v1/chat/completions', 'authorization'],
  huggingface: ['https://router.huggingface.co/v1/chat/completions', 'authorization'],
  snowflake: ['https://my-acc.snowflakecomputing.com/api/v2/cortex/v1/chat/completions', 'authorization'],
};

it.each(Object.entries(addresses))('%s is asked at its own address, with its key', async (name, [url, header]) => {
  const sent = await sentBy(name);
  expect(sent.url).toBe(url);
  expect(sent.headers.get(header)).toMatch(/^(Bearer )?test-key-1234$/);
});

it('an account name that would lead the key elsewhere is no address', () => {
  const row = providers.find(({ name }) => name === 'snowflake');
  expect(row?.address?.({ SNOWFLAKE_ACCOUNT: 'evil.test/path' })).toBeUndefined();
});

it('names are used once', () => {
  const names = providers.flatMap(({ name, aliases }) => [name, ...aliases]);
  expect(names).toEqual([...new Set(names)]);
});

describe('settings', () => {
  const settings = {
    max_tokens: 77,
    temperature: 0.25,
    stop_sequences: ['END'],
    extra_body: { added: 1 },
    top_p: 0.75,
  };

  it.each(Object.keys(addresses))('that every model knows reach %s', async (name) => {
    const { body } = await sentBy(name, settings);
    const text = JSON.stringify(body);
    expect(body.added).toBe(1);
    for (const value of ['77', '0.25']) expect(text).toContain(value);
    // The Responses API has no stop sequences.
    if (!/responses$/.test(addresses[name]?.[0] ?? '')) expect(text).toContain('END');
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ['cohere', { parallel_tool_calls: false }, ['parallel_tool_calls']],
    ['anthropic', { parallel_tool_calls: false, anthropic_cache: true, anthropic_thinking: { type: 'disabled' } }, []],
    ['anthropic', { openai_user: 'me', groq_user: 'me' }, []],
    ['anthropic', { anthropic_speling: 1 }, ['anthropic_speling']],
    ['bedrock', { bedrock_guardrail_config: { guardrailIdentifier: 'g' }, bedrock_cache_messages: true }, []],
    ['google', { google_thinking_config: { thinking_level: 'LOW' }, logit_bias: { a: 1 } }, ['logit_bias']],
    ['openrouter', { openrouter_provider: { order: ['x'] }, openai_user: 'me' }, []],
  ])('of %s: %j leaves out %j with a warning', async (name, given, leftOut) => {
    const counts = { input_tokens: 1, output_tokens: 1 };
    const answer: Record<string, unknown> = {
      cohere: {
        message: { role: 'assistant', content: [{ type: 'text', text: 'ok' }] },
        finish_reason: 'COMPLETE',
        usage: { billed_units: counts, tokens: counts },
      },
      anthropic: {
        type: 'message',
        id: 'm',
        model: 'm',
        content: [{ type: 'text', text: 'ok' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 1, output_tokens: 1 },
      },
      bedrock: {
        output: { message: { role: 'assistant', content: [{ text: 'ok' }] } },
        stopReason: 'end_turn',
        usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      },
      google: { candidates: [{ content: { role: 'model', parts: [{ text: 'ok' }] }, finishReason: 'STOP' }] },
      openrouter: {
        id: 'x',
        created: 1,
        model: 'm',
        choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'ok' } }],
      },
    };
    const model = await modelAt(name, {}, { fetch: async () => Response.json(answer[name]) });
    const prompt = promptOf([userRequest(user('hi'))], { settings: given, functionTools: [tool('f')] });
    const { warnings = [] } = await model.request(prompt, callOf());
    const ours = warnings.filter(({ message }) => message.endsWith('so it was not sent.'));
    expect(ours.map(({ message }) => /setting '(\w+)'/.exec(message)?.[1])).toEqual(leftOut);
  });
});

/** One answer of each kind whose parts must travel back, the parts as Pydantic AI has them, and what is sent again. */
const travels: { name: string; answer: object; parts: object[]; sent: string[] }[] = [
  {
    name: 'anthropic',
    answer: {
      type: 'message',
      id: 'm',
      model: 'm',
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 1 },
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'sig-1' },
        { type: 'redacted_thinking', data: 'hidden-1' },
        { type: 'text', text: 'ok' },
      ],
    },
    parts: [
      { part_kind: 'thinking', content: 'hm', id: null, signature: 'sig-1' },
      { part_kind: 'thinking', content: '', id: 'redacted_thinking', signature: 'hidden-1' },
      { part_kind: 'text', content: 'ok' },
    ],
    sent: ['"signature":"sig-1"', '{"type":"redacted_thinking","data":"hidden-1"}'],
  },
  {
    name: 'bedrock',
    answer: {
      output: {
        message: {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'hm', signature: 'sig-1' } } },
            { reasoningContent: { redactedContent: 'aGlkZGVu' } },
            { text: 'ok' },
          ],
        },
      },
      stopReason: 'end_turn',
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    },
    parts: [
      { part_kind: 'thinking', content: 'hm', id: null, signature: 'sig-1' },
      { part_kind: 'thinking', content: '', id: 'redacted_content', signature: 'hidden' },
      { part_kind: 'text', content: 'ok' },
    ],
    sent: ['"signature":"sig-1"', '"redactedContent":"aGlkZGVu"'],
  },
  {
    name: 'google',
    answer: {
      candidates: [
        {
          finishReason: 'STOP',
          content: {
            role: 'model',
            parts: [
              { text: 'hm', thought: true },
              { functionCall: { name: 'f', args: {}, id: 'c1' }, thoughtSignature: 'c2lnLTE=' },
            ],
          },
        },
      ],
    },
    parts: [
      { part_kind: 'thinking', content: 'hm' },
      { part_kind: 'tool-call', tool_call_id: 'c1', provider_details: { thought_signature: 'c2lnLTE=' } },
    ],
    sent: ['"thoughtSignature":"c2lnLTE="'],
  },
  {
    name: 'openai',
    answer: {
      id: 'resp_1',
      created_at: 1_767_225_600,
      model: 'gpt-5',
      status: 'completed',
      output: [
        {
          type: 'reasoning',
          id: 'rs_1',
          encrypted_content: 'enc-1',
          summary: [{ type: 'summary_text', text: 'hm' }],
        },
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'ok', annotations: [] }],
        },
      ],
      usage: { input_tokens: 1, output_tokens: 1 },
    },
    parts: [
      { part_kind: 'thinking', content: 'hm', id: 'rs_1', signature: 'enc-1' },
      { part_kind: 'text', content: 'ok', id: 'msg_1' },
    ],
    sent: ['"id":"rs_1"', '"encrypted_content":"enc-1"'],
  },
  {
    name: 'zai',
    answer: {
      id: 'x',
      created: 1,
      model: 'm',
      choices: [
        { index: 0, finish_reason: 'stop', message: { role: 'assistant', reasoning_content: 'hm', content: 'ok' } },
      ],
    },
    parts: [
      { part_kind: 'thinking', content: 'hm', id: 'reasoning_content', signature: null },
      { part_kind: 'text', content: 'ok' },
    ],
    sent: ['"reasoning_content":"hm"'],
  },
];

it.each(travels)("$name: a provider's data stands where Pydantic AI has it, and travels back", async (one) => {
  const bodies: string[] = [];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    bodies.push(String(init?.body));
    return Response.json(one.answer);
  };
  const modelName = one.name === 'bedrock' ? 'us.anthropic.claude-sonnet-4-5' : 'gpt-5';
  const model = await modelAt(one.name, { modelName }, { fetch });
  const { response } = await model.request(promptOf([userRequest(user('hi'))]), callOf());
  expect(response.parts).toMatchObject(one.parts);
  const owners = response.parts.filter((part) => 'signature' in part && part.signature !== null);
  for (const part of owners as Extract<ModelResponsePart, { part_kind: 'thinking' }>[]) {
    expect(part.provider_name).toBe(one.name);
  }
  await model.request(promptOf([userRequest(user('hi')), response, userRequest(user('go on'))]), callOf());
  for (const text of one.sent) expect(bodies[1]).toContain(text);
});
