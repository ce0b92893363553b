import type { RequestApi } from '../api.ts';
import { merged, type Profile, type ProfileOf } from '../profile.ts';
import type { ParametersGrammar } from '../schemas/parameters.ts';
import { chatBody } from './body.ts';
import { needsDownload } from './content.ts';
import type { ChatVariant } from './types.ts';

/** The chat completions of a host: what its models take, and where it has ways of its own. */
export const chatApi = (
  profileOf: ProfileOf,
  variant?: ChatVariant,
  parameters: ParametersGrammar = {},
): RequestApi => ({
  profileOf: (modelName) => merged(withoutLongCache(profileOf(modelName)), variant?.profile),
  unsupportedFiles: variant?.unsupportedFiles ?? ['video'],
  grammar: { parameters },
  needsDownload: (item, request) => variant?.fetchesNothing || needsDownload(item, request),
  write: (request) => chatBody(request, variant),
});

/** Chat completions refuse the longest time that models cache for; the Responses API takes it. */
function withoutLongCache(profile: Profile | undefined): Profile | undefined {
  const retentions = profile?.supported_cache_retentions?.filter((tier) => tier !== '12h');
  return retentions ? { ...profile, supported_cache_retentions: retentions } : profile;
}
