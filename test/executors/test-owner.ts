import type { CallbackMethod, NotificationOf, ServerNotificationMethod } from '../../protocol/catalogue.ts';
import type { AnswerListener } from '../../server/callbacks/client.ts';
import { CallbackError } from '../../server/callbacks/client.ts';
import { defaultLimits } from '../../server/limits.ts';
import { HostSecrets } from '../../server/models/secrets/host-secrets.ts';
import type { RunOwner } from '../../server/runs/run-owner.ts';

/** The parameters that tests read, each of the method that has it. */
interface CallbackFields {
  readonly requestId: string;
  readonly messages: readonly unknown[];
}

/** A callback that an owner was sent. */
export interface Received {
  readonly method: string;
  readonly params: CallbackFields;
  /** Whether it was withdrawn. */
  readonly isWithdrawn: boolean;
  answer(result: unknown): void;
  fail(error: { code: number; message: string; data?: unknown }): void;
}

interface Notified {
  readonly method: ServerNotificationMethod;
  readonly params: NotificationOf<ServerNotificationMethod>;
}

/** An owner of runs whose answers a test gives by hand; it records what it is sent. */
export class TestOwner implements RunOwner {
  readonly notified: Notified[] = [];
  readonly secrets = new HostSecrets();
  readonly limits: RunOwner['limits'];
  readonly defaultModel = 'host:script';
  readonly isPolling: boolean;
  readonly showsProgress = false;
  readonly #received: Received[] = [];
  #onReceived: ((received: Received) => void)[] = [];

  constructor({ isPolling = false, ...limits }: Partial<RunOwner['limits']> & { isPolling?: boolean } = {}) {
    this.isPolling = isPolling;
    this.limits = { ...defaultLimits, ...limits };
  }

  readonly notifications: RunOwner['notifications'] = {
    notify: (method, params) => {
      this.notified.push({ method, params } as Notified);
      return undefined;
    },
    congested: false,
    drained: () => Promise.resolve(),
  };

  readonly requests: NonNullable<RunOwner['requests']> = {
    serves: () => !this.isPolling,
    request: (method, params, listener) => {
      const received = new ReceivedRequest(method as CallbackMethod, params, listener);
      const taken = this.#onReceived.shift();
      if (taken) taken(received);
      else this.#received.push(received);
      return { withdraw: () => received.withdraw() };
    },
  };

  /** The next callback, which has to be of this method. */
  async callback(method: CallbackMethod): Promise<Received> {
    const received =
      this.#received.shift() ?? (await new Promise<Received>((resolve) => this.#onReceived.push(resolve)));
    if (received.method !== method) throw new Error(`${received.method} was sent in place of ${method}`);
    return received;
  }

  /** Callbacks that no test took. */
  get unused(): readonly string[] {
    return this.#received.map(({ method }) => method);
  }

  /** The kinds of the events of a run that it was sent, in order. */
  kinds(runId: string): string[] {
    return this.events(runId).map(({ event }) => event.event_kind);
  }

  events(runId: string): NotificationOf<'run/event'>[] {
    return this.notified.flatMap(({ method, params }) => {
      const event = params as NotificationOf<'run/event'>;
      return method === 'run/event' && event.runId === runId ? [event] : [];
    });
  }
}

class ReceivedRequest implements Received {
  readonly method: CallbackMethod;
  readonly params: CallbackFields;
  isWithdrawn = false;
  readonly #listener: AnswerListener;

  constructor(method: CallbackMethod, params: object, listener: AnswerListener) {
    this.method = method;
    this.params = params as CallbackFields;
    this.#listener = listener;
  }

  answer(result: unknown): void {
    this.#listener.answered(result);
  }

  fail({ code, message, data = null }: { code: number; message: string; data?: unknown }): void {
    this.#listener.failed(new CallbackError({ kind: 'error', code, message, data }));
  }

  withdraw(): void {
    this.isWithdrawn = true;
  }
}
