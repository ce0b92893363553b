import type { Handlers } from '../dispatch/dispatch.ts';
import type { RunExecutor } from '../executors/run-executor.ts';

type PendingHandlers = Pick<Handlers, Extract<keyof Handlers, `pending/${string}`>>;

/** The `pending/…` requests. */
export function pendingHandlers({ executor }: { executor: RunExecutor }): PendingHandlers {
  return {
    'pending/list': (query) => executor.pendingItems(query),
    'pending/resolve': ({ pendingId, ...answer }) => executor.resolve(pendingId, answer),
  };
}
