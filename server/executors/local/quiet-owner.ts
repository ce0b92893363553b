import type { Limits } from '../../../protocol/lifecycle.ts';
import { HostSecrets } from '../../models/secrets/host-secrets.ts';
import type { RunOwner } from '../../runs/run-owner.ts';

/**
 * An owner that is sent nothing: of a run that is rebuilt to end, whose callbacks are withdrawn at once, or of one that goes on
 * without a host, whose callbacks wait for one.
 */
export function quietOwner(limits: Limits, { serves }: { serves: boolean }): RunOwner {
  return {
    notifications: { notify: () => undefined, congested: false, drained: () => Promise.resolve() },
    requests: { serves: () => serves, request: () => ({ withdraw: () => undefined }) },
    limits,
    secrets: new HostSecrets(),
    defaultModel: undefined,
    isPolling: true,
    showsProgress: false,
  };
}
