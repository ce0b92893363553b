import { createDeepSeek } from '@ai-sdk/deepseek';
import type { Model } from '../../engine/model.ts';
import { ChatBodyReader } from './body-chat.ts';
import { bridgedModel, type Services } from './model.ts';
import type { Provider, ProviderEntry, Quirks } from './provider.ts';
import { chatQuirks, trimmed } from './quirks.ts';

const defaultUrl = 'https://api.deepseek.com';

const quirks: Quirks = {
  ...chatQuirks,
  settings: {
    openai_logprobs: 'logprobs',
    openai_top_logprobs: 'topLogprobs',
    openai_user: 'userId',
    openai_reasoning_effort: 'reasoningEffort',
  },
  options: { strictJsonSchema: false },
  thinkingParts: true,
  fileTypes: /^image\//,
  textArguments: false,
  bodyReader: () => new ChatBodyReader(),
};

/**
 * A model of DeepSeek's chat API.
 *
 * Source: Pydantic AI `OpenAIChatModel` with `DeepSeekProvider`.
 * @since 0.2.0
 */
export function create(entry: ProviderEntry, services?: Services): Model {
  return bridgedModel(deepSeek(entry), entry, services);
}

function deepSeek({ modelName, baseUrl, apiKey, headers }: ProviderEntry): Provider {
  const url = trimmed(baseUrl ?? defaultUrl);
  return {
    name: 'deepseek',
    optionsKey: 'deepseek',
    url,
    envVar: 'DEEPSEEK_API_KEY',
    quirks,
    languageModel: (fetch) =>
      createDeepSeek({ baseURL: url, apiKey: apiKey ?? '', headers: { ...headers }, fetch })(modelName),
  };
}
