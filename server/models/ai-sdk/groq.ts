import { createGroq } from '@ai-sdk/groq';
import { ChatNormalizer } from './answers/chat.ts';
import { failedGeneration } from './answers/failed-generation.ts';
import { groqWords } from './answers/finish-words.ts';
import { ChatBodyReader } from './body-chat.ts';
import { createFor } from './keyed-host.ts';
import type { Quirks } from './provider.ts';
import { chatQuirks } from './quirks.ts';

const quirks: Quirks = {
  ...chatQuirks,
  readsTags: true,
  namesThinking: false,
  finishWords: groqWords,
  settings: {
    parallel_tool_calls: 'parallelToolCalls',
    groq_reasoning_format: 'reasoningFormat',
    groq_reasoning_effort: 'reasoningEffort',
    service_tier: 'serviceTier',
    groq_service_tier: 'serviceTier',
    groq_user: 'user',
  },
  options: { strictJsonSchema: false },
  normalizer: () => new ChatNormalizer({ answerOf: failedGeneration }),
  bodyReader: () => new ChatBodyReader({ providerName: 'groq', named: false }),
};

/**
 * A model of Groq.
 *
 * Source: Pydantic AI `GroqModel`, `GroqProvider`.
 * @since 0.2.0
 */
export const create = createFor({
  name: 'groq',
  url: 'https://api.groq.com/openai/v1',
  envVar: 'GROQ_API_KEY',
  quirks,
  open: createGroq,
});
