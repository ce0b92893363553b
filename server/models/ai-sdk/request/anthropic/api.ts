import type { RequestApi } from '../api.ts';
import { anthropicDirectProfile } from '../profiles/anthropic.ts';
import { messagesBody } from './body.ts';
import { needsDownload } from './files.ts';

/** Anthropic's Messages API. */
export const anthropicApi: RequestApi = {
  profileOf: anthropicDirectProfile,
  unsupportedFiles: ['audio', 'video'],
  documentTypes: ['application/pdf', 'text/plain'],
  grammar: {
    callIds: { pattern: /^[\w-]+$/, length: 32 },
    toolNames: { forbidden: /[^\w-]/g, maxLength: 128 },
    parameters: { refusesCombination: true },
  },
  needsDownload,
  write: messagesBody,
};
