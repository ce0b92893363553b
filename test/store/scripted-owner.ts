import type { CallbackMethod, NotificationOf } from '../../protocol/catalogue.ts';
import { CallbackError } from '../../server/callbacks/client.ts';
import { defaultLimits } from '../../server/limits.ts';
import { HostSecrets } from '../../server/models/secrets/host-secrets.ts';
import type { RunOwner } from '../../server/runs/run-owner.ts';

/** Answers a callback; undefined leaves it open. */
type Answer = (method: CallbackMethod, params: Record<string, unknown>) => unknown;

/** An owner that answers callbacks by a script, some turns of the event loop later, and keeps what it was sent. */
export class ScriptedOwner implements RunOwner {
  readonly events: NotificationOf<'run/event'>[] = [];
  /** The idempotency key of each tool call. */
  readonly called: string[] = [];
  readonly secrets = new HostSecrets();
  readonly limits: RunOwner['limits'];
  readonly defaultModel = 'host:script';
  readonly isPolling: boolean;
  readonly showsProgress = false;
  readonly #answer: Answer;
  readonly #serves: ReadonlySet<string> | null;

  constructor(
    answer: Answer,
    { serves, ...limits }: Partial<RunOwner['limits']> & { serves?: readonly string[] } = {},
  ) {
    this.#answer = answer;
    this.#serves = serves ? new Set(serves) : null;
    this.isPolling = serves?.length === 0;
    this.limits = { ...defaultLimits, ...limits };
  }

  readonly notifications: RunOwner['notifications'] = {
    notify: (method, params) => {
      if (method === 'run/event') this.events.push(params as NotificationOf<'run/event'>);
      return undefined;
    },
    congested: false,
    drained: () => Promise.resolve(),
  };

  readonly requests: NonNullable<RunOwner['requests']> = {
    serves: (method) => this.#serves === null || this.#serves.has(method),
    request: (method, params, listener) => {
      let isWithdrawn = false;
      const fields = params as Record<string, unknown>;
      if (method === 'tool/call') this.called.push(String(fields.idempotencyKey));
      setImmediate(() => {
        if (isWithdrawn) return;
        const result = this.#answer(method as CallbackMethod, fields);
        if (result instanceof Error)
          listener.failed(new CallbackError({ kind: 'error', code: 1, message: result.message, data: null }));
        else if (result !== undefined) listener.answered(result);
      });
      return {
        withdraw: () => {
          isWithdrawn = true;
        },
      };
    },
  };
}
