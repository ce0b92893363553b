import { createCohere } from '@ai-sdk/cohere';
import { CohereNormalizer } from './answers/cohere.ts';
import { cohereWords } from './answers/finish-words.ts';
import { CohereBodyReader } from './body-cohere.ts';
import { createFor } from './keyed-host.ts';
import type { Quirks } from './provider.ts';
import { chatQuirks } from './quirks.ts';
import { cohereApi } from './request/chat/cohere.ts';

const quirks: Quirks = {
  ...chatQuirks,
  namesThinking: false,
  finishWords: cohereWords,
  normalizer: () => new CohereNormalizer(),
  bodyReader: () => new CohereBodyReader(),
};

/**
 * A model of Cohere.
 *
 * Source: Pydantic AI `CohereModel`, `CohereProvider`.
 * @since 0.2.0
 */
export const create = createFor({
  name: 'cohere',
  url: 'https://api.cohere.com',
  version: 'v2',
  envVar: 'CO_API_KEY',
  quirks,
  api: cohereApi,
  open: createCohere,
});
