import type { Limits } from '../../../protocol/lifecycle.ts';
import { HostSecrets } from '../../models/secrets/host-secrets.ts';
import type { RunOwner } from '../../runs/run-owner.ts';

/** The owner of a run that is rebuilt to end: it is sent nothing. */
export function quietOwner(limits: Limits): RunOwner {
  return {
    notifications: { notify: () => undefined, congested: false, drained: () => Promise.resolve() },
    // Callbacks that it is sent are withdrawn at once.
    requests: { serves: () => true, request: () => ({ withdraw: () => undefined }) },
    limits,
    secrets: new HostSecrets(),
    defaultModel: undefined,
    isPolling: true,
    showsProgress: false,
  };
}
