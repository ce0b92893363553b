import type { RequestApi } from '../api.ts';
import { merged, type Profile, type ProfileOf } from '../profile.ts';
import { responsesBody } from './body.ts';
import { givenCallIds } from './call-ids.ts';

/** OpenAI's Responses API, at OpenAI or another host. */
export const responsesApi = (profileOf: ProfileOf): RequestApi => ({
  profileOf: (modelName) => widened(merged(profileOf(modelName))),
  unsupportedFiles: ['audio', 'video'],
  grammar: {
    callIds: { pattern: /^[\s\S]{1,64}$/, length: 40 },
    toolNames: { forbidden: /[^\w-]/g, maxLength: 128 },
    parameters: { refusesCombination: true },
  },
  callIds: givenCallIds,
  needsDownload: (item) => Boolean(item.force_download),
  write: responsesBody,
});

/** Extends a profile: models support more here than with chat completions. */
const widened = (profile: Profile): Profile => ({
  ...profile,
  openai_chat_supports_document_input: true,
  ...(profile.openai_responses_supports_json_schema_output ? { supports_json_schema_output: true } : {}),
});
