import { createGroq } from '@ai-sdk/groq';
import { ChatNormalizer } from '../answers/chat.ts';
import { failedGeneration } from '../answers/failed-generation.ts';
import { groqWords } from '../answers/finish-words.ts';
import type { AnswerProfile } from '../provider.ts';
import { ChatBodyReader } from '../raw/body-chat.ts';
import { chatApi } from '../request/chat/api.ts';
import { groqVariant } from '../request/chat/groq.ts';
import { groqHostProfile } from '../request/profiles/labs.ts';
import { chatAnswers } from './defaults.ts';
import { createFor } from './keyed-host.ts';

const answers: AnswerProfile = {
  ...chatAnswers,
  readsTags: true,
  namesThinking: false,
  finishWords: groqWords,
  normalizer: () => new ChatNormalizer({ answerOf: failedGeneration }),
  bodyReader: () => new ChatBodyReader({ providerName: 'groq', named: false }),
};

/**
 * A model of Groq.
 *
 * Source: Pydantic AI `GroqModel`, `GroqProvider`.
 */
export const create = createFor({
  name: 'groq',
  url: 'https://api.groq.com/openai/v1',
  envVar: 'GROQ_API_KEY',
  answers,
  api: chatApi(groqHostProfile, groqVariant),
  open: createGroq,
});
