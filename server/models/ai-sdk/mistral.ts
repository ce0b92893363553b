import { createMistral } from '@ai-sdk/mistral';
import type { Model } from '../../engine/model.ts';
import { ChatBodyReader } from './body-chat.ts';
import { bridgedModel, type Services } from './model.ts';
import type { Provider, ProviderEntry, Quirks } from './provider.ts';
import { chatQuirks, trimmed } from './quirks.ts';

const defaultUrl = 'https://api.mistral.ai';

const quirks: Quirks = {
  ...chatQuirks,
  settings: {
    parallel_tool_calls: 'parallelToolCalls',
    mistral_safe_prompt: 'safePrompt',
    mistral_prompt_cache_key: 'promptCacheKey',
  },
  options: { strictJsonSchema: false },
  thinkingParts: true,
  thinkingFirst: false,
  joinTexts: false,
  supportedUrls: { 'image/*': [/^https?:/] },
  bodyReader: () => new ChatBodyReader(),
};

/**
 * A model of Mistral.
 *
 * Source: Pydantic AI `MistralModel`, `MistralProvider`.
 * @since 0.2.0
 */
export function create(entry: ProviderEntry, services?: Services): Model {
  return bridgedModel(mistral(entry), entry, services);
}

function mistral({ modelName, baseUrl, apiKey, headers }: ProviderEntry): Provider {
  const url = trimmed(baseUrl ?? defaultUrl);
  return {
    name: 'mistral',
    optionsKey: 'mistral',
    url,
    envVar: 'MISTRAL_API_KEY',
    quirks,
    languageModel: (fetch) =>
      createMistral({ baseURL: apiUrl(url), apiKey: apiKey ?? '', headers: { ...headers }, fetch })(modelName),
  };
}

/** Upstream's address has no version, the package's has one; both are taken. */
const apiUrl = (url: string) => (/\/v\d+$/.test(url) ? url : `${url}/v1`);
