import { describe, expect, it } from 'vitest';
import type { ModelPrompt } from '../../../server/engine/model.ts';
import { callOf, modelAt, promptOf, user, userRequest } from './support.ts';

const bytes = 'c29tZSBieXRlcw==';
const binary = (media_type: string) => ({ kind: 'binary', media_type, data: bytes });
const address = (kind: string, file: string) => ({ kind, url: `https://x.test/${file}` });

/** What a user can say beside text. */
const kinds = {
  image: binary('image/png'),
  'image at': address('image-url', 'a.png'),
  audio: binary('audio/mpeg'),
  video: binary('video/mp4'),
  pdf: binary('application/pdf'),
  'pdf at': address('document-url', 'a.pdf'),
  text: binary('text/plain'),
};

/** What each provider is sent; the rest is refused before anything is sent, never dropped. `at` means by address. */
const sent: Record<string, (keyof typeof kinds)[]> = {
  openai: ['image', 'image at', 'pdf', 'pdf at', 'text'],
  'openai-chat': ['image', 'image at', 'audio', 'pdf', 'text'],
  openrouter: ['image', 'image at', 'audio', 'video', 'pdf', 'pdf at', 'text'],
  ollama: ['image', 'audio', 'pdf', 'text'],
  anthropic: ['image', 'image at', 'pdf', 'pdf at', 'text'],
  google: ['image', 'audio', 'video', 'pdf', 'text'],
  bedrock: ['image', 'video', 'pdf', 'text'],
  groq: ['image', 'image at', 'text'],
  mistral: ['image', 'image at', 'pdf', 'pdf at', 'text'],
  xai: ['image', 'image at', 'pdf at', 'text'],
  deepseek: ['image', 'image at', 'audio', 'pdf', 'text'],
  cerebras: ['image', 'image at', 'audio', 'pdf', 'text'],
  cohere: ['image', 'image at', 'text'],
};

/** What is sent for a prompt; the error when it is refused. */
async function bodyOf(name: string, prompt: ModelPrompt): Promise<string | { kind: string }> {
  let body: string | undefined;
  const fetch: typeof globalThis.fetch = async (_, init) => {
    body = String(init?.body);
    return Response.json({ error: { message: 'enough' } }, { status: 400 });
  };
  const modelName = name === 'openrouter' ? 'anthropic/claude-sonnet-4.5' : 'us.anthropic.claude-sonnet-4-5';
  const model = await modelAt(name, { modelName }, { fetch });
  const error = await model.request(prompt, callOf()).catch((thrown: { kind: string }) => thrown);
  return body ?? (error as { kind: string });
}

describe.each(Object.entries(sent))('what a user says to %s', (name, taken) => {
  it.each(Object.entries(kinds))('%s', async (kind, content) => {
    const body = await bodyOf(name, promptOf([userRequest(user(['look', content]))]));
    if (!taken.includes(kind as keyof typeof kinds)) return expect(body).toMatchObject({ kind: 'run.invalid' });
    const whole = 'url' in content ? content.url : kind === 'text' ? /some bytes|c29tZSBieXRlcw==/ : bytes;
    expect(body).toMatch(whole);
  });
});

it.each([
  ['anthropic', { anthropic_cache_instructions: true }, '"cache_control":{"type":"ephemeral","ttl":"5m"}'],
  ['bedrock', { bedrock_cache_instructions: true }, '"cachePoint":{"type":"default"'],
] as const)('%s marks instructions and cache points', async (name, settings, mark) => {
  const content = ['a long book', { kind: 'cache-point', ttl: '5m' }, 'a question'];
  const prompt = promptOf([userRequest(user(content))], { instructions: 'Be brief.', settings });
  const body = String(await bodyOf(name, prompt));
  expect(body.split(mark)).toHaveLength(3);
});
