import { userError } from '../../../engine/errors.ts';
import { chatWords } from '../answers/finish-words.ts';
import type { AnswerProfile, ProviderEntry } from '../provider.ts';

/** The response profile that chat APIs share. A provider's file overrides it. */
export const chatAnswers: AnswerProfile = {
  thinkingTags: ['<think>', '</think>'],
  finishWords: chatWords,
};

/** Returns the address without trailing slashes, as packages expect it. */
export const trimmed = (url: string) => url.replace(/\/+$/, '');

/**
 * The address of a provider, its own unless another one is given.
 *
 * Errors: `run.invalid` when there is none.
 */
export function addressOf({ id, baseUrl }: ProviderEntry, own: string | undefined): string {
  const address = baseUrl ?? own;
  if (!address)
    throw userError(`'${id}' requires the URL of its server: set \`baseUrl\` (\`--base-url\` of \`runwire run\`).`);
  return address;
}
