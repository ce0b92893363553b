import { describe, expect, it } from 'vitest';
import { ModelResponse } from '../../../protocol/messages/messages.ts';
import type { ModelPrompt } from '../../../server/engine/model.ts';
import { answerBodies } from './answer-bodies.ts';
import { callOf, modelAt, modelResponseOf, promptOf, returned, tool, user, userRequest } from './support.ts';

const digits = '1234567890123456789';
const id = BigInt(digits);
const names = [
  'openai',
  'openai-chat',
  'openrouter',
  'ollama',
  'anthropic',
  'google',
  'bedrock',
  'groq',
  'mistral',
  'xai',
  'deepseek',
  'cerebras',
  'cohere',
];

/** The body that a provider is sent for a prompt. */
async function bodyOf(name: string, prompt: ModelPrompt): Promise<string> {
  let body = '';
  const fetch: typeof globalThis.fetch = async (_, init) => {
    body = String(init?.body);
    return Response.json({ error: { message: 'enough' } }, { status: 400 });
  };
  const modelName = name === 'openrouter' ? 'anthropic/claude-sonnet-4.5' : 'us.anthropic.claude-sonnet-4-5';
  const model = await modelAt(name, { modelName }, { fetch });
  await model.request(prompt, callOf()).catch(() => undefined);
  return body;
}

const conversation = (args: unknown, content: unknown) =>
  promptOf(
    [
      userRequest(user('go')),
      modelResponseOf({ part_kind: 'tool-call', tool_name: 'work', args, tool_call_id: 'id-work' }),
      userRequest(returned('work', content)),
    ],
    { functionTools: [tool('work')] },
  );

describe.each(names)('%s is sent all digits', (name) => {
  it.each([
    ['of a result', id],
    ['inside of a result', { rows: [{ id }] }],
    ['of a result that failed', { id }],
  ])('%s', async (what, content) => {
    const prompt = conversation({}, content);
    const part = prompt.messages.at(-1)?.parts[0] as { outcome?: string };
    if (what.includes('failed')) part.outcome = 'failed';
    const body = await bodyOf(name, prompt);
    expect(body).toContain(digits);
    expect(() => JSON.parse(body)).not.toThrow();
  });

  it('of the arguments of its own call', async () => {
    expect(await bodyOf(name, conversation(`{"id": ${digits}}`, 'done'))).toContain(digits);
    expect(await bodyOf(name, conversation({ id }, 'done'))).toContain(digits);
  });
});

const counts = /^(usage|usageMetadata|metadata)$/;
const withCounts = (value: unknown, count: number, isUsage = false): unknown => {
  if (isUsage && typeof value === 'number') return count;
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).map(([key, one]) => [key, withCounts(one, count, isUsage || counts.test(key))]);
  return Array.isArray(value) ? members.map(([, one]) => one) : Object.fromEntries(members);
};

describe.each(Object.entries(answerBodies))('%s', (name, { whole }) => {
  it.each([2 ** 40, 2 ** 53, 1e300])('counts no usage of %d tokens', async (count) => {
    const model = await modelAt(name, {}, { fetch: async () => Response.json(withCounts(whole, count)) });
    const { response } = await model.request(promptOf([userRequest(user('hi'))]), callOf());
    expect(ModelResponse().safeParse(response).error?.issues).toBeUndefined();
    expect(response.usage).toMatchObject({ input_tokens: 0, output_tokens: 0 });
  });
});
