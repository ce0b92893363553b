import { createOpenAI } from '@ai-sdk/openai';
import type { Model } from '../../engine/model.ts';
import { ChatNormalizer } from './answers/chat.ts';
import { ChatBodyReader } from './body-chat.ts';
import { bridgedModel, type Services } from './model.ts';
import { openAiThinking } from './openai-models.ts';
import type { Provider, ProviderEntry, Quirks } from './provider.ts';
import { chatQuirks, trimmed } from './quirks.ts';

const defaultUrl = 'https://api.openai.com/v1';

const settings = {
  max_tokens: 'maxCompletionTokens',
  parallel_tool_calls: 'parallelToolCalls',
  logit_bias: 'logitBias',
  openai_reasoning_effort: 'reasoningEffort',
  openai_user: 'user',
  service_tier: 'serviceTier',
  openai_service_tier: 'serviceTier',
  openai_logprobs: 'logprobs',
  openai_top_logprobs: 'logprobs',
  openai_store: 'store',
  openai_prediction: 'prediction',
  openai_prompt_cache_key: 'promptCacheKey',
  openai_prompt_cache_retention: 'promptCacheRetention',
  openai_prompt_cache_options: 'promptCacheOptions',
  openai_text_verbosity: 'textVerbosity',
};

const quirks: Quirks = {
  ...chatQuirks,
  readsTags: true,
  settings,
  // Without it every output schema is sent as strict, which the API refuses for most schemas.
  options: { strictJsonSchema: false },
  thinking: openAiThinking,
  mediaOptions: ({ detail }) => ({ imageDetail: typeof detail === 'string' ? detail : 'auto' }),
  normalizer: () => new ChatNormalizer(),
  bodyReader: () => new ChatBodyReader({ providerName: 'openai' }),
};

/**
 * A model of OpenAI's Chat Completions API, or of a server that speaks it at another address.
 *
 * Source: Pydantic AI `OpenAIChatModel`, `OpenAIProvider`.
 * @since 0.1.0
 */
export function create(entry: ProviderEntry, services?: Services): Model {
  return bridgedModel(openAiChat(entry), entry, services);
}

function openAiChat({ modelName, baseUrl, apiKey, headers }: ProviderEntry): Provider {
  const url = trimmed(baseUrl ?? defaultUrl);
  return {
    name: 'openai',
    optionsKey: 'openai',
    url: `${url}/`,
    envVar: 'OPENAI_API_KEY',
    quirks,
    languageModel: (fetch) =>
      // Address and key are always given: the package would else look them up in the environment.
      createOpenAI({ baseURL: url, apiKey: apiKey ?? '', headers: { ...headers }, fetch }).chat(modelName),
  };
}
