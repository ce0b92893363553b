import { createXai } from '@ai-sdk/xai';
import type { Model } from '../../engine/model.ts';
import { ResponsesBodyReader } from './body-responses.ts';
import { bridgedModel, type Services } from './model.ts';
import type { Provider, ProviderEntry, Quirks } from './provider.ts';
import { chatQuirks, trimmed } from './quirks.ts';

const defaultUrl = 'https://api.x.ai/v1';

const quirks: Quirks = {
  ...chatQuirks,
  settings: {
    parallel_tool_calls: 'parallelToolCalls',
    xai_reasoning_effort: 'reasoningEffort',
    xai_user: 'user',
    xai_store_messages: 'store',
    xai_previous_response_id: 'previousResponseId',
    xai_max_turns: 'maxTurns',
    xai_logprobs: 'logprobs',
    xai_top_logprobs: 'topLogprobs',
    service_tier: 'serviceTier',
  },
  options: { store: false },
  thinkingParts: true,
  thinkingFirst: false,
  nativeTools: true,
  joinTexts: false,
  metadata: { id: 'itemId', signature: 'reasoningEncryptedContent' },
  bodyReader: () => new ResponsesBodyReader(),
};

/**
 * A model of xAI.
 *
 * Source: Pydantic AI `XaiModel`, `XaiProvider`.
 * @since 0.2.0
 */
export function create(entry: ProviderEntry, services?: Services): Model {
  return bridgedModel(xai(entry), entry, services);
}

function xai({ modelName, baseUrl, apiKey, headers }: ProviderEntry): Provider {
  const url = trimmed(baseUrl ?? defaultUrl);
  return {
    name: 'xai',
    optionsKey: 'xai',
    url,
    envVar: 'XAI_API_KEY',
    quirks,
    languageModel: (fetch) =>
      createXai({ baseURL: url, apiKey: apiKey ?? '', headers: { ...headers }, fetch })(modelName),
  };
}
