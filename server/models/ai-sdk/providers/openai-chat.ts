import { createOpenAI } from '@ai-sdk/openai';
import type { Model } from '../../../engine/model.ts';
import { ChatNormalizer } from '../answers/chat.ts';
import { bridgedModel, type Services } from '../bridged-model.ts';
import type { AnswerProfile, Provider, ProviderEntry } from '../provider.ts';
import { ChatBodyReader } from '../raw/body-chat.ts';
import { chatApi, openAiGrammar } from '../request/chat/api.ts';
import { azureProfile } from '../request/profiles/labs.ts';
import { openAiDirectProfile } from '../request/profiles/openai.ts';
import { azureFetch, isDated } from './azure.ts';
import { addressOf, chatAnswers, trimmed } from './defaults.ts';

const answersOf = (providerName: string): AnswerProfile => ({
  ...chatAnswers,
  readsTags: true,
  normalizer: () => new ChatNormalizer(),
  bodyReader: () => new ChatBodyReader({ providerName }),
});

/** A host of OpenAI's Chat Completions API, with its name upstream. */
export interface ChatHost {
  readonly name: string;
  readonly envVar: string;
  /** Absent if every user has a different address. */
  readonly url?: string;
  /** True if requests are sent in Azure's form, where models are addressed by the names of their deployments. */
  readonly azure?: boolean;
}

const openAi: ChatHost = { name: 'openai', envVar: 'OPENAI_API_KEY', url: 'https://api.openai.com/v1' };

/**
 * A model of OpenAI's Chat Completions API, or of a server that speaks it at another address.
 *
 * Source: Pydantic AI `OpenAIChatModel`, `OpenAIProvider`.
 */
export const create = (entry: ProviderEntry, services?: Services): Model => createAt(openAi)(entry, services);

/** The same API at another host. */
export function createAt(host: ChatHost) {
  return (entry: ProviderEntry, services?: Services): Model => bridgedModel(openAiChat(host, entry), entry, services);
}

function openAiChat(host: ChatHost, entry: ProviderEntry): Provider {
  const { modelName, apiKey, headers } = entry;
  const url = trimmed(entry.baseUrl ?? addressOf(entry, host.url));
  const deployment = host.azure && isDated(url, entry) ? `/deployments/${encodeURIComponent(modelName)}` : '';
  return {
    name: host.name,
    optionsKey: 'openai',
    url: `${url}/`,
    envVar: host.envVar,
    answers: answersOf(host.name),
    api: chatApi(host.azure ? azureProfile : openAiDirectProfile, undefined, openAiGrammar),
    languageModel: (fetch) =>
      // The address and key are always given: the package would otherwise read them from the environment.
      createOpenAI({
        baseURL: `${url}${deployment}`,
        apiKey: apiKey ?? '',
        headers: { ...headers },
        fetch: host.azure ? azureFetch(fetch, url, entry) : fetch,
      }).chat(modelName),
  };
}
