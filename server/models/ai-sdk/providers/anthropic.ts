import { createAnthropic } from '@ai-sdk/anthropic';
import { AnthropicNormalizer } from '../answers/anthropic.ts';
import { anthropicWords } from '../answers/finish-words.ts';
import type { AnswerProfile } from '../provider.ts';
import { AnthropicBodyReader } from '../raw/body-anthropic.ts';
import { anthropicApi } from '../request/anthropic/api.ts';
import { chatAnswers } from './defaults.ts';
import { createFor } from './keyed-host.ts';

const answers: AnswerProfile = {
  ...chatAnswers,
  finishWords: anthropicWords,
  parsedArguments: true,
  metadata: { signature: 'signature', redacted: { name: 'redactedData', id: 'redacted_thinking' } },
  normalizer: () => new AnthropicNormalizer(),
  bodyReader: () => new AnthropicBodyReader(),
};

/**
 * A model of Anthropic's Messages API.
 *
 * Source: Pydantic AI `AnthropicModel`, `AnthropicProvider`.
 */
export const create = createFor({
  name: 'anthropic',
  url: 'https://api.anthropic.com',
  version: 'v1',
  envVar: 'ANTHROPIC_API_KEY',
  answers,
  api: anthropicApi,
  open: createAnthropic,
});
