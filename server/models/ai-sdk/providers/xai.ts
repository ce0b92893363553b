import { createXai } from '@ai-sdk/xai';
import { responsesWords } from '../answers/finish-words.ts';
import { ResponsesNormalizer, xaiDialect } from '../answers/responses.ts';
import type { AnswerProfile } from '../provider.ts';
import { ResponsesBodyReader } from '../raw/body-responses.ts';
import { xaiApi } from '../request/xai/body.ts';
import { chatAnswers } from './defaults.ts';
import { createFor } from './keyed-host.ts';

const answers: AnswerProfile = {
  ...chatAnswers,
  finishWords: responsesWords,
  metadata: { id: 'itemId', signature: 'reasoningEncryptedContent' },
  normalizer: () => new ResponsesNormalizer(xaiDialect),
  bodyReader: () => new ResponsesBodyReader(),
};

/**
 * A model of xAI.
 *
 * Source: Pydantic AI `XaiModel`, `XaiProvider`.
 */
export const create = createFor({
  name: 'xai',
  url: 'https://api.x.ai/v1',
  envVar: 'XAI_API_KEY',
  answers,
  api: xaiApi,
  open: createXai,
});
