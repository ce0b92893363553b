import { createCohere } from '@ai-sdk/cohere';
import { CohereNormalizer } from '../answers/cohere.ts';
import { cohereWords } from '../answers/finish-words.ts';
import type { AnswerProfile } from '../provider.ts';
import { CohereBodyReader } from '../raw/body-cohere.ts';
import { cohereApi } from '../request/chat/cohere.ts';
import { chatAnswers } from './defaults.ts';
import { createFor } from './keyed-host.ts';

const answers: AnswerProfile = {
  ...chatAnswers,
  namesThinking: false,
  finishWords: cohereWords,
  normalizer: () => new CohereNormalizer(),
  bodyReader: () => new CohereBodyReader(),
};

/**
 * A model of Cohere.
 *
 * Source: Pydantic AI `CohereModel`, `CohereProvider`.
 */
export const create = createFor({
  name: 'cohere',
  url: 'https://api.cohere.com',
  version: 'v2',
  envVar: 'CO_API_KEY',
  answers,
  api: cohereApi,
  open: createCohere,
});
