import { createOpenAI } from '@ai-sdk/openai';
import type { Model } from '../../../engine/model.ts';
import { responsesWords } from '../answers/finish-words.ts';
import { ResponsesNormalizer } from '../answers/responses.ts';
import { bridgedModel, type Services } from '../bridged-model.ts';
import type { AnswerProfile, Provider, ProviderEntry } from '../provider.ts';
import { ResponsesBodyReader } from '../raw/body-responses.ts';
import type { ProfileOf } from '../request/profile.ts';
import { hostProfiles } from '../request/profiles/hosts.ts';
import { azureProfile, bedrockMantleProfile } from '../request/profiles/labs.ts';
import { openAiDirectProfile } from '../request/profiles/openai.ts';
import { responsesApi } from '../request/responses/api.ts';
import { azureFetch } from './azure.ts';
import { addressOf, chatAnswers, trimmed } from './defaults.ts';

const profiles: Readonly<Record<string, ProfileOf>> = {
  azure: azureProfile,
  'bedrock-mantle': bedrockMantleProfile,
  deepseek: hostProfiles.deepseek,
};

const answers: AnswerProfile = {
  ...chatAnswers,
  finishWords: responsesWords,
  metadata: { id: 'itemId', signature: 'reasoningEncryptedContent' },
  normalizer: () => new ResponsesNormalizer(),
  bodyReader: () => new ResponsesBodyReader(),
};

/**
 * A host of the Responses API, with its name upstream.
 */
export interface ResponsesHost {
  readonly name: string;
  readonly envVar: string;
  /** Absent if every user has a different address. */
  readonly url?: string;
  /** True if call ids are only unique within a response. */
  readonly scopedCallIds?: boolean;
  /** True if requests are sent in Azure's form. */
  readonly azure?: boolean;
}

const openAi: ResponsesHost = { name: 'openai', envVar: 'OPENAI_API_KEY', url: 'https://api.openai.com/v1' };

/**
 * A model of OpenAI's Responses API.
 *
 * Source: Pydantic AI `OpenAIResponsesModel`, `OpenAIProvider`.
 */
export const create = (entry: ProviderEntry, services?: Services): Model => createAt(openAi)(entry, services);

/** The same API at another host. */
export function createAt(host: ResponsesHost) {
  return (entry: ProviderEntry, services?: Services): Model => bridgedModel(responses(host, entry), entry, services);
}

function responses(host: ResponsesHost, entry: ProviderEntry): Provider {
  const { modelName, apiKey, headers } = entry;
  const url = trimmed(addressOf(entry, host.url));
  return {
    name: host.name,
    optionsKey: 'openai',
    url: `${url}/`,
    envVar: host.envVar,
    answers: host.scopedCallIds ? { ...answers, scopedCallIds: true } : answers,
    api: responsesApi(profiles[host.name] ?? openAiDirectProfile),
    languageModel: (fetch) =>
      createOpenAI({
        baseURL: url,
        apiKey: apiKey ?? '',
        headers: { ...headers },
        fetch: host.azure ? azureFetch(fetch, url, entry) : fetch,
      }).responses(modelName),
  };
}
