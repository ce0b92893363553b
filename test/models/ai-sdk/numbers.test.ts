import { describe, expect, it } from 'vitest';
import { isExactEverywhere } from '../../../server/engine/exact-json.ts';
import type { ModelPrompt } from '../../../server/engine/model.ts';
import { callOptions } from '../../../server/models/ai-sdk/prompt.ts';
import {
  callOf,
  modelAt,
  modelResponseOf,
  promptOf,
  providerWith,
  returned,
  tool,
  user,
  userRequest,
} from './support.ts';

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

  // These packages take arguments as objects, which they write themselves.
  it.skipIf(!isExactEverywhere && ['anthropic', 'google', 'bedrock', 'deepseek', 'cohere'].includes(name))(
    'of the arguments of its own call',
    async () => {
      expect(await bodyOf(name, conversation(`{"id": ${digits}}`, 'done'))).toContain(digits);
      expect(await bodyOf(name, conversation({ id }, 'done'))).toContain(digits);
    },
  );
});

describe('arguments that a package would round', () => {
  const warnings = (args: unknown, textArguments: boolean) =>
    callOptions(conversation(args, 'done'), 'm', providerWith({ textArguments })).warnings.map(({ kind }) => kind);

  it.each([
    ['as text', `{"id": ${digits}}`],
    ['as an object', { id }],
  ])('are warned of, %s, unless they are sent exactly', (_name, args) => {
    expect(warnings(args, false)).toEqual(isExactEverywhere ? [] : ['number.rounded']);
    expect(warnings(args, true)).toEqual([]);
    expect(warnings({ id: 7, text: digits }, false)).toEqual([]);
  });
});
