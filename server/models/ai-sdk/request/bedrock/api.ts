import type { RequestApi } from '../api.ts';
import { bedrockProfile } from '../profiles/bedrock.ts';
import { converseBody } from './body.ts';
import { needsDownload } from './files.ts';

/** The Converse API of Amazon Bedrock. */
export const converseApi: RequestApi = {
  profileOf: bedrockProfile,
  unsupportedFiles: ['audio'],
  grammar: {
    callIds: { pattern: /^[\w-]{1,64}$/, length: 32 },
    toolNames: { forbidden: /[^\w-]/g, maxLength: 64 },
    parameters: {},
  },
  needsDownload,
  write: converseBody,
};
