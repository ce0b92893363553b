import { createXai } from '@ai-sdk/xai';
import { responsesWords } from './answers/finish-words.ts';
import { ResponsesNormalizer, xaiDialect } from './answers/responses.ts';
import { ResponsesBodyReader } from './body-responses.ts';
import { createFor } from './keyed-host.ts';
import type { Quirks } from './provider.ts';
import { chatQuirks } from './quirks.ts';

const quirks: Quirks = {
  ...chatQuirks,
  finishWords: responsesWords,
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
  nativeTools: true,
  joinTexts: false,
  metadata: { id: 'itemId', signature: 'reasoningEncryptedContent' },
  normalizer: () => new ResponsesNormalizer(xaiDialect),
  bodyReader: () => new ResponsesBodyReader(),
};

/**
 * A model of xAI.
 *
 * Source: Pydantic AI `XaiModel`, `XaiProvider`.
 * @since 0.2.0
 */
export const create = createFor({
  name: 'xai',
  url: 'https://api.x.ai/v1',
  envVar: 'XAI_API_KEY',
  quirks,
  open: createXai,
});
