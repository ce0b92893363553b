import { createCohere } from '@ai-sdk/cohere';
import { cohereWords } from './answers/finish-words.ts';
import { CohereBodyReader } from './body-cohere.ts';
import { asObject } from './json.ts';
import { createFor } from './keyed-host.ts';
import type { Quirks } from './provider.ts';
import { chatQuirks } from './quirks.ts';

const quirks: Quirks = {
  ...chatQuirks,
  finishWords: cohereWords,
  textArguments: false,
  fileTypes: /^image\//,
  rewriteAnswer: withoutCitations,
  bodyReader: () => new CohereBodyReader(),
};

/** Citations of tool results do not fit what the package expects, and it has no other use for them. */
function withoutCitations(body: unknown): unknown {
  const { message, ...rest } = asObject(body);
  const { citations: _, ...kept } = asObject(message);
  return message ? { ...rest, message: kept } : body;
}

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
  open: createCohere,
});
