import { createDeepSeek } from '@ai-sdk/deepseek';
import { ChatNormalizer } from './answers/chat.ts';
import { ChatBodyReader } from './body-chat.ts';
import { createFor } from './keyed-host.ts';
import type { Quirks } from './provider.ts';
import { chatQuirks } from './quirks.ts';
import { chatApi } from './request/chat/api.ts';
import { hostProfiles } from './request/profiles/hosts.ts';

const quirks: Quirks = {
  ...chatQuirks,
  readsTags: true,
  normalizer: () => new ChatNormalizer(),
  bodyReader: () => new ChatBodyReader({ providerName: 'deepseek', field: 'reasoning_content' }),
};

/**
 * A model of DeepSeek's chat API.
 *
 * Source: Pydantic AI `OpenAIChatModel` with `DeepSeekProvider`.
 * @since 0.2.0
 */
export const create = createFor({
  name: 'deepseek',
  url: 'https://api.deepseek.com',
  envVar: 'DEEPSEEK_API_KEY',
  quirks,
  api: chatApi(hostProfiles.deepseek),
  open: createDeepSeek,
});
