import type { Grammar, RequestApi } from '../api.ts';
import { plainNames } from '../grammar.ts';
import { merged, type Profile, type ProfileOf } from '../profile.ts';
import { chatBody } from './body.ts';
import { needsDownload } from './content.ts';
import type { ChatVariant } from './types.ts';

/** The restrictions of chat completions at OpenAI itself. */
export const openAiGrammar: Grammar = {
  callIds: { pattern: /^[\s\S]{1,40}$/, length: 40 },
  toolNames: plainNames,
  parameters: { refusesCombination: true },
};

/** Returns the chat completions API of a host, from the profiles of its models and its variant. */
export const chatApi = (profileOf: ProfileOf, variant?: ChatVariant, grammar?: Grammar): RequestApi => ({
  profileOf: (modelName) => merged(withoutLongCache(profileOf(modelName)), variant?.profile),
  unsupportedFiles: variant?.unsupportedFiles ?? ['video'],
  grammar: { parameters: {}, ...variant?.grammar, ...grammar },
  needsDownload: (item, request) => variant?.fetchesNothing || needsDownload(item, request),
  write: (request) => chatBody(request, variant),
});

/** Removes the longest cache time of models, which chat completions refuse and the Responses API accepts. */
function withoutLongCache(profile: Profile | undefined): Profile | undefined {
  const retentions = profile?.supported_cache_retentions?.filter((tier) => tier !== '12h');
  return retentions ? { ...profile, supported_cache_retentions: retentions } : profile;
}
