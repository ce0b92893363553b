import type { Limits } from '../../protocol/lifecycle.ts';
import type { NotificationSender, RequestSender } from '../callbacks/client.ts';
import type { HostSecrets } from '../models/host-secrets.ts';

/** The client that a run belongs to: where its events and callbacks go, and whose limits and secrets it has. */
export interface RunOwner {
  /** Receives the events of its runs. */
  readonly notifications: NotificationSender;
  /** Answers their callbacks; null when nobody ever does, so that a callback fails as `callback.unsupported`. */
  readonly requests: RequestSender | null;
  readonly limits: Limits;
  /** What it answered to `secret/get`. */
  readonly secrets: HostSecrets;
  /** The model of runs that name none. */
  readonly defaultModel: string | undefined;
  /** Whether it is sent no callbacks by intent and looks for pending items by itself. */
  readonly isPolling: boolean;
  /** Whether it shows progress that it is asked to show. */
  readonly showsProgress: boolean;
}

/** The owner of one run, which may change while the run lives. */
export interface OwnerReference {
  current: RunOwner;
}
