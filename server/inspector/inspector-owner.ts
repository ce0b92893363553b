import type { Limits } from '../../protocol/lifecycle.ts';
import { HostSecrets } from '../models/secrets/host-secrets.ts';
import type { RunOwner } from '../runs/run-owner.ts';

/** The owner of a run that goes on from the page: it is sent nothing, and its callbacks wait as pending items. */
export const inspectorOwner = (limits: Limits): RunOwner => ({
  notifications: { notify: () => undefined, congested: false, drained: () => Promise.resolve() },
  requests: { serves: () => false, request: () => ({ withdraw: () => undefined }) },
  limits,
  secrets: new HostSecrets(),
  defaultModel: undefined,
  isPolling: true,
  showsProgress: false,
});
