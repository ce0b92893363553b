import type { Limits } from '../../protocol/lifecycle.ts';
import type { NotificationSender, RequestSender } from '../callbacks/client.ts';
import type { HostSecrets } from '../models/secrets/host-secrets.ts';

/** The client that a run belongs to: where its events and callbacks go, and whose limits and secrets it has. */
export interface RunOwner {
  /** Receives the events of its runs. */
  readonly notifications: NotificationSender;
  /** Receives their callbacks; null when there is never a client, so that a callback fails as `callback.unsupported`. */
  readonly requests: RequestSender | null;
  readonly limits: Limits;
  /** The secrets that it gave in response to `secret/get`. */
  readonly secrets: HostSecrets;
  /** The model of runs that name none. */
  readonly defaultModel: string | undefined;
  /** True when it is deliberately sent no callbacks, and polls for pending items. */
  readonly isPolling: boolean;
  /** True when it shows progress on request. */
  readonly showsProgress: boolean;
}

/** The owner of one run, which may change while the run lives. */
export interface OwnerReference {
  current: RunOwner;
}
