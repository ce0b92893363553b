import { createGroq } from '@ai-sdk/groq';
import type { Model } from '../../engine/model.ts';
import { ChatBodyReader } from './body-chat.ts';
import { bridgedModel, type Services } from './model.ts';
import type { Provider, ProviderEntry, Quirks } from './provider.ts';
import { chatQuirks, trimmed } from './quirks.ts';

const defaultUrl = 'https://api.groq.com/openai/v1';

const quirks: Quirks = {
  ...chatQuirks,
  settings: {
    parallel_tool_calls: 'parallelToolCalls',
    groq_reasoning_format: 'reasoningFormat',
    groq_reasoning_effort: 'reasoningEffort',
    service_tier: 'serviceTier',
    groq_service_tier: 'serviceTier',
    groq_user: 'user',
  },
  options: { strictJsonSchema: false },
  bodyReader: () => new ChatBodyReader(),
};

/**
 * A model of Groq.
 *
 * Source: Pydantic AI `GroqModel`, `GroqProvider`.
 * @since 0.2.0
 */
export function create(entry: ProviderEntry, services?: Services): Model {
  return bridgedModel(groq(entry), entry, services);
}

function groq({ modelName, baseUrl, apiKey, headers }: ProviderEntry): Provider {
  const url = trimmed(baseUrl ?? defaultUrl);
  return {
    name: 'groq',
    optionsKey: 'groq',
    url,
    envVar: 'GROQ_API_KEY',
    quirks,
    languageModel: (fetch) =>
      createGroq({ baseURL: url, apiKey: apiKey ?? '', headers: { ...headers }, fetch })(modelName),
  };
}
