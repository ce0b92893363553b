import { createCerebras } from '@ai-sdk/cerebras';
import { ChatNormalizer } from '../answers/chat.ts';
import type { AnswerProfile } from '../provider.ts';
import { ChatBodyReader } from '../raw/body-chat.ts';
import { chatApi } from '../request/chat/api.ts';
import { chatVariants } from '../request/chat/hosts.ts';
import { hostProfiles } from '../request/profiles/hosts.ts';
import { chatAnswers } from './defaults.ts';
import { createFor } from './keyed-host.ts';

const answers: AnswerProfile = {
  ...chatAnswers,
  readsTags: true,
  normalizer: () => new ChatNormalizer(),
  bodyReader: () => new ChatBodyReader({ providerName: 'cerebras' }),
};

/**
 * A model of Cerebras.
 *
 * Source: Pydantic AI `CerebrasModel`, `CerebrasProvider`.
 */
export const create = createFor({
  name: 'cerebras',
  url: 'https://api.cerebras.ai/v1',
  envVar: 'CEREBRAS_API_KEY',
  answers,
  api: chatApi(hostProfiles.cerebras, chatVariants.cerebras),
  open: createCerebras,
});
