import { createOpenAI } from '@ai-sdk/openai';
import type { Model } from '../../engine/model.ts';
import { bridgedModel, type Services } from './model.ts';
import { ChatBodyReader } from './openai-chat-body.ts';
import type { Effort, Provider, ProviderEntry, Quirks } from './provider.ts';

const defaultUrl = 'https://api.openai.com/v1';

/** Prefixes of model names, the first match counts: whether they think, and whether that can be switched off. */
const thinkers: readonly [prefix: string, thinks: boolean, canStop: boolean][] = [
  ['gpt-5.6', true, true],
  ['gpt-5.5-pro', true, false],
  ['gpt-5.5', true, true],
  ['gpt-5.4-pro', true, false],
  ['gpt-5.4', true, true],
  ['gpt-5.3-chat', true, false],
  ['gpt-5.3', true, true],
  ['gpt-5.2-pro', true, false],
  ['gpt-5.2-chat', true, false],
  ['gpt-5.2', true, true],
  ['gpt-5.1-codex', true, false],
  ['gpt-5.1-chat', true, false],
  ['gpt-5.1', true, true],
  ['gpt-5-chat', false, false],
  ['gpt-5', true, false],
  ['o', true, false],
];

/** Source: Pydantic AI `openai_model_profile`. */
function thinking(modelName: string, asked: Effort): Effort | undefined {
  const [, thinks, canStop] = thinkers.find(([prefix]) => modelName.startsWith(prefix)) ?? [];
  if (!thinks || (asked === 'none' && !canStop)) return undefined;
  return asked === 'minimal' && modelName.startsWith('gpt-5.6') ? 'low' : asked;
}

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
  settings,
  // Without it every output schema is sent as strict, which the API refuses for most schemas.
  options: { strictJsonSchema: false },
  thinking,
  thinkingParts: false,
  thinkingTags: ['<think>', '</think>'],
  inlineSystem: true,
  errorResults: false,
  filesInResults: false,
  nativeTools: false,
  textArguments: true,
  joinTexts: true,
  inlineTextFiles: true,
  jsonObject: true,
  finishMayLack: true,
  mediaOptions: ({ detail }) => ({ imageDetail: typeof detail === 'string' ? detail : 'auto' }),
  bodyReader: () => new ChatBodyReader(),
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
  const url = (baseUrl ?? defaultUrl).replace(/\/+$/, '');
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
