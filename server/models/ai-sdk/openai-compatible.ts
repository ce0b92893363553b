import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { Model } from '../../engine/model.ts';
import { ChatNormalizer } from './answers/chat.ts';
import { chatWords, type FinishWords } from './answers/finish-words.ts';
import { ChatBodyReader } from './body-chat.ts';
import { asObjects } from './json.ts';
import { bridgedModel, type Services } from './model.ts';
import type { Provider, ProviderEntry, Quirks } from './provider.ts';
import { addressOf, chatQuirks, trimmed } from './quirks.ts';

/** A host that speaks OpenAI's chat completions. @since 0.2.0 */
export interface CompatibleHost {
  /** Pydantic AI's name of the provider. */
  readonly name: string;
  readonly envVar: string;
  /** Absent when every user has another address. */
  readonly url?: string;
  /** The field it takes thinking back in; as text in tags unless given. */
  readonly thinkingField?: 'reasoning' | 'reasoning_content';
  /** Whether it fetches images by their address. */
  readonly fetchesImages?: boolean;
  /** Whether its thinking comes in `reasoning_details`, signatures and encrypted parts among it. */
  readonly reasoningDetails?: boolean;
  /** Whether thinking says whose it is; true unless given. */
  readonly namesThinking?: boolean;
  /** Why its answers end, where its words are not OpenAI's. */
  readonly finishWords?: FinishWords;
}

const settings = {
  parallel_tool_calls: 'parallel_tool_calls',
  logit_bias: 'logit_bias',
  openai_reasoning_effort: 'reasoningEffort',
  openai_user: 'user',
  openai_logprobs: 'logprobs',
  openai_top_logprobs: 'top_logprobs',
  openai_store: 'store',
  openai_prompt_cache_key: 'prompt_cache_key',
  openai_text_verbosity: 'textVerbosity',
  service_tier: 'service_tier',
  openai_service_tier: 'service_tier',
  openrouter_models: 'models',
  openrouter_provider: 'provider',
  openrouter_preset: 'preset',
  openrouter_transforms: 'transforms',
  openrouter_reasoning: 'reasoning',
  openrouter_usage: 'usage',
};

function quirksOf(host: CompatibleHost, modelName: string): Quirks {
  const { name, reasoningDetails = false, namesThinking = true } = host;
  const { thinkingField, fetchesImages = true, finishWords = chatWords } = host;
  return {
    ...chatQuirks,
    readsTags: true,
    // Claude writes other tags, wherever it is served. Source: Pydantic AI `anthropic_model_profile`.
    ...(/(^|\/)claude/.test(modelName) ? { thinkingTags: ['<thinking>', '</thinking>'] as const } : {}),
    settings,
    options: { strictJsonSchema: false },
    thinkingParts: thinkingField !== undefined,
    ...(fetchesImages ? { supportedUrls: { 'image/*': [/^https?:/] } } : {}),
    ...(thinkingField === 'reasoning' ? { rewriteBody: withReasoning } : {}),
    finishWords,
    namesThinking,
    normalizer: () => new ChatNormalizer(),
    bodyReader: () =>
      new ChatBodyReader({
        providerName: name,
        details: reasoningDetails,
        named: namesThinking,
        field: thinkingField,
        openRouter: name === 'openrouter',
      }),
  };
}

/** The package knows one field for thinking, hosts two. */
function withReasoning({ messages, ...body }: Record<string, unknown>): Record<string, unknown> {
  const renamed = asObjects(messages).map(({ reasoning_content, ...message }) =>
    reasoning_content === undefined ? message : { ...message, reasoning: reasoning_content },
  );
  return { ...body, messages: renamed };
}

/**
 * Models of a host that speaks OpenAI's chat completions.
 *
 * Source: Pydantic AI `OpenAIChatModel` with the host's provider.
 * @since 0.2.0
 */
export function createAt(host: CompatibleHost) {
  return (entry: ProviderEntry, services?: Services): Model => bridgedModel(compatible(host, entry), entry, services);
}

function compatible(host: CompatibleHost, entry: ProviderEntry): Provider {
  const { modelName, apiKey, headers } = entry;
  const url = trimmed(addressOf(entry, host.url));
  return {
    name: host.name,
    optionsKey: 'compatible',
    url: `${url}/`,
    envVar: host.envVar,
    quirks: quirksOf(host, modelName),
    languageModel: (fetch) =>
      createOpenAICompatible({
        name: 'compatible',
        baseURL: url,
        // Many local servers want no key.
        ...(apiKey ? { apiKey } : {}),
        headers: { ...headers },
        includeUsage: true,
        supportsStructuredOutputs: true,
        fetch,
      })(modelName),
  };
}
