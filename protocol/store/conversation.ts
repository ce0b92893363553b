import * as z from 'zod';
import { defineRequest } from '../define.ts';
import { onFirstUse } from '../document/lazy.ts';
import { ModelMessage } from '../messages/messages.ts';

const conversationId = () => z.string().describe('The conversation.');

/** The conversations of the store. @since 0.1.0 */
export const ConversationList = defineRequest(
  'conversation/list',
  {
    params: onFirstUse(() =>
      z.object({
        cursor: z.string().nullish().describe('`nextCursor` of the page before.'),
        limit: z.number().int().positive().nullish().describe('Most conversations of one page; default 100.'),
      }),
    ),
    result: onFirstUse(() =>
      z.object({
        conversations: z
          .array(
            z.object({
              conversationId: conversationId(),
              runs: z.number().int().describe('Number of its runs.'),
              startedAt: z.string().describe('Start of its first run, RFC 3339.'),
              lastStartedAt: z.string().describe('Start of its latest run, RFC 3339.'),
              lastRunId: z.string().describe('Its latest run.'),
            }),
          )
          .describe('The one with the latest run first.'),
        nextCursor: z.string().optional().describe('Present when there is another page.'),
      }),
    ),
  },
  {
    summary: 'Lists the conversations of the store.',
    errors: ['store.unavailable'],
    since: '0.1.0',
  },
);

/** The messages of a conversation. @since 0.1.0 */
export const ConversationGet = defineRequest(
  'conversation/get',
  {
    params: onFirstUse(() =>
      z.object({
        conversationId: conversationId(),
        cursor: z.string().nullish().describe('`nextCursor` of the page before.'),
        limit: z.number().int().positive().nullish().describe('Most messages of one page.'),
      }),
    ),
    result: onFirstUse(() =>
      z.object({
        conversationId: conversationId(),
        runIds: z.array(z.string()).describe('Its runs, oldest first.'),
        lastRunId: z.string().describe('The run whose messages these are: the latest one, runs of tools apart.'),
        messages: z.array(ModelMessage()).describe('Its messages, oldest first.'),
        total: z.number().int().describe('Number of messages in all pages.'),
        nextCursor: z.string().optional().describe('Present when there is another page.'),
      }),
    ),
  },
  {
    summary: 'Returns the messages of a conversation as they stand after its latest run.',
    errors: ['conversation.notFound', 'run.unreadable', 'store.unavailable'],
    since: '0.1.0',
  },
);

/** Deletes a conversation. @since 0.1.0 */
export const ConversationDelete = defineRequest(
  'conversation/delete',
  {
    params: onFirstUse(() => z.object({ conversationId: conversationId() })),
    result: onFirstUse(() => z.object({ deletedRuns: z.number().int().describe('Number of runs that were deleted.') })),
  },
  {
    summary: 'Deletes all runs of a conversation from the store.',
    errors: ['conversation.notFound', 'conversation.busy', 'store.unavailable'],
    since: '0.1.0',
  },
);
