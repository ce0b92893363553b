import { createOpenAI } from '@ai-sdk/openai';
import type { Model } from '../../engine/model.ts';
import { ChatBodyReader } from './body-chat.ts';
import { bridgedModel, type Services } from './model.ts';
import type { Provider, ProviderEntry, Quirks } from './provider.ts';
import { chatQuirks, trimmed } from './quirks.ts';
import { chatApi } from './request/chat/api.ts';
import { openAiDirectProfile } from './request/profiles/openai.ts';

const defaultUrl = 'https://api.openai.com/v1';

const quirks: Quirks = {
  ...chatQuirks,
  finishMayLack: true,
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
  const url = trimmed(baseUrl ?? defaultUrl);
  return {
    name: 'openai',
    optionsKey: 'openai',
    url: `${url}/`,
    envVar: 'OPENAI_API_KEY',
    quirks,
    api: chatApi(openAiDirectProfile, undefined, { refusesCombination: true }),
    languageModel: (fetch) =>
      // Address and key are always given: the package would else look them up in the environment.
      createOpenAI({ baseURL: url, apiKey: apiKey ?? '', headers: { ...headers }, fetch }).chat(modelName),
  };
}
