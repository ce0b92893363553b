import type { RequestApi } from '../api.ts';
import type { Profile } from '../profile.ts';
import { googleProfile } from '../profiles/google.ts';
import { generateContentBody } from './body.ts';
import { needsDownload } from './files.ts';
import type { House } from './types.ts';

/** Google's `generateContent`, of the developer API or of Google Cloud. */
export const googleApi = (house: House): RequestApi => ({
  profileOf: (modelName) => ({
    ...googleProfile(modelName),
    supports_tools: !modelName.includes('image'),
    ...houseProfile(modelName, house),
  }),
  grammar: { toolNames: { forbidden: /[^\w.:-]/g, maxLength: 128 } },
  needsDownload: (item) => needsDownload(item, house),
  write: (request) => generateContentBody(request, house),
});

/** Returns the differences of a model at Google's other API. Source: Pydantic AI `GoogleModel.profile`. */
function houseProfile(modelName: string, { isCloud }: House): Profile {
  if (isCloud && modelName.startsWith('gemini-3.1-pro-preview')) {
    return { google_disables_thinking_with_zero_budget: true, thinking_always_enabled: false };
  }
  if (!isCloud && modelName.startsWith('gemini-3.1-flash-image'))
    return { google_thinking_levels: ['MINIMAL', 'HIGH'] };
  return {};
}
