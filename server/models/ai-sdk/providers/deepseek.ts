import { createDeepSeek } from '@ai-sdk/deepseek';
import { ChatNormalizer } from '../answers/chat.ts';
import type { AnswerProfile } from '../provider.ts';
import { ChatBodyReader } from '../raw/body-chat.ts';
import { chatApi } from '../request/chat/api.ts';
import { plainNames } from '../request/grammar.ts';
import { hostProfiles } from '../request/profiles/hosts.ts';
import { chatAnswers } from './defaults.ts';
import { createFor } from './keyed-host.ts';

const answers: AnswerProfile = {
  ...chatAnswers,
  readsTags: true,
  normalizer: () => new ChatNormalizer(),
  bodyReader: () => new ChatBodyReader({ providerName: 'deepseek', field: 'reasoning_content' }),
};

/**
 * A model of DeepSeek's chat API.
 *
 * Source: Pydantic AI `OpenAIChatModel` with `DeepSeekProvider`.
 */
export const create = createFor({
  name: 'deepseek',
  url: 'https://api.deepseek.com',
  envVar: 'DEEPSEEK_API_KEY',
  answers,
  api: chatApi(hostProfiles.deepseek, undefined, { toolNames: plainNames }),
  open: createDeepSeek,
});
