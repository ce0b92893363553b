import type { NotificationOf, ServerNotificationMethod } from '../../../../protocol/catalogue.ts';
import type { RequestSender } from '../../../callbacks/client.ts';
import { defaultLimits } from '../../../limits.ts';
import { HostSecrets } from '../../../models/secrets/host-secrets.ts';
import type { RunOwner } from '../../../runs/run-owner.ts';

/** Whether the editor reads more slowly than it is sent updates. */
export interface Congestion {
  readonly congested: boolean;
  drained(): Promise<void>;
}

/** The owner of a run of a session. It has no secrets but those of the environment. */
export function sessionOwner({
  follow,
  requests,
  congestion,
}: {
  follow: <M extends ServerNotificationMethod>(method: M, params: NotificationOf<M>) => void;
  requests: RequestSender;
  congestion: Congestion;
}): RunOwner {
  return {
    notifications: {
      notify: (method, params) => {
        follow(method, params);
        return undefined;
      },
      get congested() {
        return congestion.congested;
      },
      drained: () => congestion.drained(),
    },
    requests,
    limits: defaultLimits,
    secrets: new HostSecrets(),
    defaultModel: undefined,
    isPolling: false,
    showsProgress: false,
  };
}
