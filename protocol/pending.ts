import * as z from 'zod';
import { defineRequest } from './define.ts';
import { named, onFirstUse } from './document/lazy.ts';

/**
 * A callback that waits for its response.
 * @since 0.1.0
 */
export const PendingItem = named('PendingItem', 'A callback that waits for its response.', () =>
  z.object({
    pendingId: z.string().describe('Its id, the same after a restart.'),
    runId: z.string().describe('The run that sends it.'),
    method: z.string().describe('The callback: its params and its result are those of this method.'),
    params: z.record(z.string(), z.unknown()).describe('The parameters of the method.'),
    createdAt: z.string().describe('Since when it waits, RFC 3339.'),
    deadlineAt: z.string().optional().describe('The deadline, RFC 3339; absent for calls that wait for a human.'),
  }),
);
export type PendingItem = z.output<ReturnType<typeof PendingItem>>;

/** What waits for an answer. @since 0.1.0 */
export const PendingList = defineRequest(
  'pending/list',
  {
    params: onFirstUse(() =>
      z.object({
        runId: z.string().nullish().describe('Only the items of this run.'),
        cursor: z.string().nullish().describe('`nextCursor` of the page before.'),
        limit: z.number().int().positive().nullish().describe('Most items of one page; default 100.'),
      }),
    ),
    result: onFirstUse(() =>
      z.object({
        pending: z.array(PendingItem()).describe('The items, oldest first.'),
        nextCursor: z.string().optional().describe('Present when there is another page.'),
      }),
    ),
  },
  {
    summary:
      'Every callback that waits: those that were sent as requests, those the client does not serve, and calls that wait for humans.',
    errors: ['run.notFound', 'run.evicted'],
    since: '0.1.0',
  },
);

/** Answers a callback that waits. @since 0.1.0 */
export const PendingResolve = defineRequest(
  'pending/resolve',
  {
    params: onFirstUse(() =>
      z.object({
        pendingId: z.string().describe('The item.'),
        result: z.unknown().optional().describe('The result of its method.'),
        error: z
          .object({
            code: z.number().int().default(1).describe('As in an error response.'),
            message: z.string().describe('The message of the error.'),
            data: z.unknown().optional().describe('For example the `kind` of the error of a model.'),
          })
          .nullish()
          .describe('An error in place of a result, as in the error response of the method.'),
      }),
    ),
    result: onFirstUse(() => z.object({ runId: z.string().describe('The run that continues.') })),
  },
  {
    summary:
      'Answers a callback in place of an answer to its request. The first answer wins; one that does not fit the method is refused, and the item waits on.',
    errors: [
      'pending.notFound',
      'pending.resolved',
      'callback.invalid',
      'run.owned',
      'run.unreadable',
      'store.unavailable',
      'overloaded',
    ],
    since: '0.1.0',
  },
);
