import { describe, expect, it } from 'vitest';
import { modelResponse, requestUsage } from '../../server/engine/request/response.ts';
import { factsOf } from '../../server/models/model-facts.ts';
import { knownModels, priceOf } from '../../server/models/prices.ts';

const at = '2026-01-01T00:00:00Z';
const cost = (provider_name: string | null, model_name: string | null, counts: object, provider_url?: string) =>
  priceOf(
    modelResponse([], {
      model_name,
      provider_name,
      provider_url: provider_url ?? null,
      usage: requestUsage(counts),
      timestamp: at,
    }),
  );

const counts = { input_tokens: 27, output_tokens: 11 };

describe('what a response cost', () => {
  it.each<[string, string | null, string | null, object, string | null]>([
    ['is exact', 'openai', 'gpt-4o-mini', counts, '0.00001065'],
    ['reads dated names', 'openai', 'gpt-4o-2024-08-06', { input_tokens: 1000, output_tokens: 100 }, '0.0035'],
    [
      'is less for what was cached',
      'openai',
      'gpt-4o',
      { input_tokens: 1000, cache_read_tokens: 100, output_tokens: 100 },
      '0.003375',
    ],
    [
      'is more for what was put into the cache',
      'anthropic',
      'claude-sonnet-4-5-20250929',
      { input_tokens: 1000, cache_write_tokens: 1000 },
      '0.00375',
    ],
    ['is more for long prompts', 'google-gla', 'gemini-2.5-pro', { input_tokens: 300_000 }, '0.75'],
    ['has no noise of a double', 'openai', 'gpt-4o', { input_tokens: 3, output_tokens: 9 }, '0.0000975'],
    ['is unknown for an unknown model', 'openai', 'nope', counts, null],
    ['is unknown for an unknown provider', 'ollama', 'gpt-4o', counts, null],
    ['is unknown without a provider', null, 'gpt-4o', counts, null],
    ['is unknown without a model', 'openai', null, counts, null],
    ['is unknown when nothing was counted', 'openai', 'gpt-4o', {}, null],
    ['is unknown for counts that cannot be', 'openai', 'gpt-4o', { input_tokens: 1, cache_read_tokens: 9 }, null],
  ])('%s', (_name, provider, model, usage, expected) => {
    expect(cost(provider, model, usage)).toBe(expected);
  });

  it('goes by the address first, as one provider may speak for another', () => {
    expect(cost('openai', 'deepseek-chat', { input_tokens: 1_000_000 }, 'https://api.deepseek.com')).not.toBeNull();
    expect(cost('openai', 'deepseek-chat', { input_tokens: 1_000_000 })).toBeNull();
    expect(cost('openai', 'gpt-4o-mini', counts, 'http://127.0.0.1:8080/v1/')).toBe('0.00001065');
  });
});

describe('the models of a provider', () => {
  const models = (provider: string) => new Map(knownModels(provider, new Date(at)).map((model) => [model.name, model]));

  it('come with window, output, input, abilities and prices', () => {
    expect(models('openai').get('gpt-4o')).toEqual({
      name: 'gpt-4o',
      contextWindow: 128_000,
      maxOutput: 16_384,
      input: ['text', 'image', 'document'],
      tools: true,
      thinking: false,
      prices: expect.objectContaining({ input_mtok: 2.5, cache_read_mtok: 1.25, output_mtok: 10 }),
    });
    expect(models('google').get('gemini-2.5-pro')?.prices?.input_mtok).toEqual({
      base: 1.25,
      tiers: [{ start: 200_000, price: 2.5 }],
    });
  });

  it('are those that converse', () => {
    expect([...models('openai').keys()].filter((name) => /embedding|whisper|tts|ft:|davinci/.test(name))).toEqual([]);
    expect(models('nobody').size).toBe(0);
  });

  it.each([
    ['regional.anthropic.claude-sonnet-4-5-20250929-v1:0', 64_000],
    ['anthropic/claude-sonnet-4.5', 64_000],
    ['openai/gpt-5.1', 128_000],
    ['claude-opus-4-1', 32_000],
    ['claude-3-haiku', 4_096],
    ['something-else', undefined],
  ])('%s answers at most %s tokens', (name, maxOutput) => {
    expect(factsOf(name).maxOutput).toBe(maxOutput);
  });
});
