import { createCerebras } from '@ai-sdk/cerebras';
import type { Model } from '../../engine/model.ts';
import { ChatBodyReader } from './body-chat.ts';
import { bridgedModel, type Services } from './model.ts';
import type { Provider, ProviderEntry, Quirks } from './provider.ts';
import { chatQuirks, trimmed } from './quirks.ts';

const defaultUrl = 'https://api.cerebras.ai/v1';

const quirks: Quirks = {
  ...chatQuirks,
  settings: { openai_reasoning_effort: 'reasoningEffort', openai_user: 'user' },
  options: { strictJsonSchema: false },
  bodyReader: () => new ChatBodyReader(),
};

/**
 * A model of Cerebras.
 *
 * Source: Pydantic AI `CerebrasModel`, `CerebrasProvider`.
 * @since 0.2.0
 */
export function create(entry: ProviderEntry, services?: Services): Model {
  return bridgedModel(cerebras(entry), entry, services);
}

function cerebras({ modelName, baseUrl, apiKey, headers }: ProviderEntry): Provider {
  const url = trimmed(baseUrl ?? defaultUrl);
  return {
    name: 'cerebras',
    optionsKey: 'cerebras',
    url,
    envVar: 'CEREBRAS_API_KEY',
    quirks,
    languageModel: (fetch) =>
      createCerebras({ baseURL: url, apiKey: apiKey ?? '', headers: { ...headers }, fetch })(modelName),
  };
}
