import type { RunOwner } from '../runs/run-owner.ts';

/**
 * Stands in for an owner whose connection is gone: nothing is sent, callbacks stay open for whoever takes the runs over, and
 * the secrets that were given are still there.
 */
export function detachedOwner({ requests, limits, secrets, defaultModel, isPolling }: RunOwner): RunOwner {
  return {
    notifications: { notify: () => undefined, congested: false, drained: () => Promise.resolve() },
    requests: requests && {
      serves: (method) => requests.serves(method),
      request: () => ({ withdraw: () => undefined }),
    },
    limits,
    secrets,
    defaultModel,
    isPolling,
    showsProgress: false,
  };
}
