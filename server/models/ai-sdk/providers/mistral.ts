import { createMistral } from '@ai-sdk/mistral';
import { ChatNormalizer } from '../answers/chat.ts';
import { mistralWords } from '../answers/finish-words.ts';
import type { AnswerProfile } from '../provider.ts';
import { ChatBodyReader } from '../raw/body-chat.ts';
import { mistralApi } from '../request/chat/mistral.ts';
import { chatAnswers } from './defaults.ts';
import { createFor } from './keyed-host.ts';

const answers: AnswerProfile = {
  ...chatAnswers,
  namesThinking: false,
  finishWords: mistralWords,
  normalizer: () => new ChatNormalizer({ contentLists: true, needsUsage: true }),
  bodyReader: () => new ChatBodyReader({ providerName: 'mistral', named: false }),
};

/**
 * A model of Mistral.
 *
 * Source: Pydantic AI `MistralModel`, `MistralProvider`.
 */
export const create = createFor({
  name: 'mistral',
  url: 'https://api.mistral.ai',
  version: 'v1',
  envVar: 'MISTRAL_API_KEY',
  answers,
  api: mistralApi,
  open: createMistral,
});
