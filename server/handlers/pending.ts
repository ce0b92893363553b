import type { Handlers } from '../dispatch.ts';
import { invalidParams } from '../params-error.ts';
import { type PendingItems, pendingItem } from '../runs/pending-items.ts';
import type { RunRegistry } from '../runs/registry.ts';
import { pageOf } from './page.ts';

type PendingHandlers = Pick<Handlers, Extract<keyof Handlers, `pending/${string}`>>;

/** The `pending/…` requests. @since 0.2.0 */
export function pendingHandlers({ pending, runs }: { pending: PendingItems; runs: RunRegistry }): PendingHandlers {
  return {
    'pending/list': async ({ runId, ...page }) => {
      const record = runId ? await runs.look(runId) : undefined;
      const { items, nextCursor } = pageOf(pending.list(record?.runId), page);
      return { pending: items.map(pendingItem), ...nextCursor };
    },
    'pending/resolve': ({ pendingId, result, error }) => {
      const entry = pending.get(pendingId);
      if (error && result !== undefined && result !== null)
        throw invalidParams([{ path: ['error'], message: 'Give `result` or `error`, not both.' }]);
      if (error) entry.fail({ kind: 'error', code: error.code, message: error.message, data: error.data });
      else entry.answer(result ?? null);
      return { runId: entry.runId };
    },
  };
}
