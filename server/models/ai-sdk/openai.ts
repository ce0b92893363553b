import { createOpenAI } from '@ai-sdk/openai';
import type { Model } from '../../engine/model.ts';
import { responsesWords } from './answers/finish-words.ts';
import { ResponsesNormalizer } from './answers/responses.ts';
import { ResponsesBodyReader } from './body-responses.ts';
import { bridgedModel, type Services } from './model.ts';
import { openAiThinking, openAiThinks } from './openai-models.ts';
import type { Provider, ProviderEntry, Quirks } from './provider.ts';
import { addressOf, chatQuirks, trimmed } from './quirks.ts';

const settings = {
  parallel_tool_calls: 'parallelToolCalls',
  openai_reasoning_effort: 'reasoningEffort',
  openai_reasoning_summary: 'reasoningSummary',
  openai_user: 'user',
  service_tier: 'serviceTier',
  openai_service_tier: 'serviceTier',
  openai_top_logprobs: 'logprobs',
  openai_store: 'store',
  openai_prompt_cache_key: 'promptCacheKey',
  openai_prompt_cache_retention: 'promptCacheRetention',
  openai_prompt_cache_options: 'promptCacheOptions',
  openai_text_verbosity: 'textVerbosity',
  openai_truncation: 'truncation',
  openai_previous_response_id: 'previousResponseId',
  openai_conversation_id: 'conversation',
};

const quirks: Quirks = {
  ...chatQuirks,
  finishWords: responsesWords,
  settings,
  // Without `store: false` the package sends ids in the place of what a history holds, which only OpenAI could resolve;
  // without strictness off, every output schema is sent as strict, which the API refuses for most schemas.
  options: { strictJsonSchema: false, store: false },
  thinking: openAiThinking,
  thinkingParts: true,
  filesInResults: true,
  nativeTools: true,
  joinTexts: false,
  metadata: { id: 'itemId', signature: 'reasoningEncryptedContent' },
  mediaOptions: ({ detail }) => ({ imageDetail: typeof detail === 'string' ? detail : 'auto' }),
  // The package asks for it by itself only for models that it knows.
  settingOptions: (_, { modelName }) =>
    openAiThinks(modelName.replace(/^openai\./, '')) ? { include: ['reasoning.encrypted_content'] } : {},
  rewriteBody: withAskedStore,
  normalizer: () => new ResponsesNormalizer(),
  bodyReader: () => new ResponsesBodyReader(),
};

/** `store` is sent only when the user asked for it: the account decides otherwise. */
function withAskedStore({ store, ...body }: Record<string, unknown>, { openai_store }: Record<string, unknown>) {
  return openai_store === undefined || openai_store === null ? body : { ...body, store };
}

/**
 * Who speaks the Responses API, by its name upstream. @since 0.2.0
 */
export interface ResponsesHost {
  readonly name: string;
  readonly envVar: string;
  /** Absent when every user has another address. */
  readonly url?: string;
  /** Whether ids of calls are unique in one response only. */
  readonly scopedCallIds?: boolean;
  /** The header of the key, when it is not `authorization`. */
  readonly keyHeader?: string;
}

const openAi: ResponsesHost = { name: 'openai', envVar: 'OPENAI_API_KEY', url: 'https://api.openai.com/v1' };

/**
 * A model of OpenAI's Responses API.
 *
 * Source: Pydantic AI `OpenAIResponsesModel`, `OpenAIProvider`.
 * @since 0.2.0
 */
export const create = (entry: ProviderEntry, services?: Services): Model => createAt(openAi)(entry, services);

/** The same API at another host. @since 0.2.0 */
export function createAt(host: ResponsesHost) {
  return (entry: ProviderEntry, services?: Services): Model => bridgedModel(responses(host, entry), entry, services);
}

function responses(host: ResponsesHost, entry: ProviderEntry): Provider {
  const { modelName, apiKey, headers } = entry;
  const url = trimmed(addressOf(entry, host.url));
  const keyHeader = host.keyHeader && apiKey ? { [host.keyHeader]: apiKey } : {};
  return {
    name: host.name,
    optionsKey: 'openai',
    url: `${url}/`,
    envVar: host.envVar,
    quirks: host.scopedCallIds ? { ...quirks, scopedCallIds: true } : quirks,
    languageModel: (fetch) =>
      createOpenAI({ baseURL: url, apiKey: apiKey ?? '', headers: { ...keyHeader, ...headers }, fetch }).responses(
        modelName,
      ),
  };
}
