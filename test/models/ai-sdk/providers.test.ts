import { describe, expect, it } from 'vitest';
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

/** Where a provider is asked by default, and the header of its key. */
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
    const ours = warnings.filter(({ message }) => message.endsWith('here and was left out.'));
    expect(ours.map(({ message }) => /'(\w+)'/.exec(message)?.[1])).toEqual(leftOut);
  });
});
