import { createMistral } from '@ai-sdk/mistral';
import { ChatBodyReader } from './body-chat.ts';
import { createFor } from './keyed-host.ts';
import type { Quirks } from './provider.ts';
import { chatQuirks } from './quirks.ts';
import { mistralApi } from './request/chat/mistral.ts';

const quirks: Quirks = {
  ...chatQuirks,
  thinkingFirst: false,
  joinTexts: false,
  bodyReader: () => new ChatBodyReader(),
};

/**
 * A model of Mistral.
 *
 * Source: Pydantic AI `MistralModel`, `MistralProvider`.
 * @since 0.2.0
 */
export const create = createFor({
  name: 'mistral',
  url: 'https://api.mistral.ai',
  version: 'v1',
  envVar: 'MISTRAL_API_KEY',
  quirks,
  api: mistralApi,
  open: createMistral,
});
