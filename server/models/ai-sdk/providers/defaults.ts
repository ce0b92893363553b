import { userError } from '../../../engine/errors.ts';
import { chatWords } from '../answers/finish-words.ts';
import type { AnswerProfile, ProviderEntry } from '../provider.ts';

/** What the answers of chat APIs have in common. A provider's file says where it differs. */
export const chatAnswers: AnswerProfile = {
  thinkingTags: ['<think>', '</think>'],
  finishWords: chatWords,
};

/** The address without slashes at its end, as packages want it. */
export const trimmed = (url: string) => url.replace(/\/+$/, '');

/**
 * The address of a provider, its own unless another one is given.
 *
 * Errors: `run.invalid` when there is none.
 */
export function addressOf({ id, baseUrl }: ProviderEntry, own: string | undefined): string {
  const address = baseUrl ?? own;
  if (!address)
    throw userError(`'${id}' needs the address of its server: give it in \`baseUrl\` (runwire run: --base-url).`);
  return address;
}
