import type { CallbackMethod } from '../protocol/catalogue.ts';
import type { InitializeParams, Limits } from '../protocol/lifecycle.ts';
import type { NotificationSender, RequestSender } from './callbacks/client.ts';
import { EngineError } from './engine/errors.ts';
import { lowered } from './limits.ts';
import { HostSecrets } from './models/secrets/host-secrets.ts';
import { RequestOrder } from './rpc/request-order.ts';
import type { RunOwner } from './runs/run-owner.ts';

type Phase = 'created' | 'initialized' | 'shuttingDown';

/** One connection: its handshake, and the owner of the runs that it starts. */
export class Session {
  readonly owner: RunOwner;
  readonly order = new RequestOrder();
  /** Receives what the client said of itself; replaced before the handshake. */
  onInitialize: (params: InitializeParams) => void = () => undefined;
  #phase: Phase = 'created';
  #isStopping = false;
  #limits: Limits;
  #defaultModel: string | undefined;
  #showsProgress = false;
  #served: ReadonlySet<string> | null = null;
  #keepsHistories = false;

  constructor(
    client: NotificationSender & Pick<RequestSender, 'request'>,
    limits: Limits,
    onSecret: (value: string) => void = () => undefined,
  ) {
    this.#limits = limits;
    this.owner = this.#ownerFor(client, onSecret);
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** Whether the handshake has taken place. */
  get isInitialized(): boolean {
    return this.#phase !== 'created';
  }

  /** Whether `shutdown` was requested. */
  get isShutDown(): boolean {
    return this.#phase === 'shuttingDown';
  }

  /** Takes over what the client said of itself. */
  initialize(params: InitializeParams): void {
    const { initializationOptions: options, capabilities } = params;
    this.#phase = 'initialized';
    this.onInitialize(params);
    const window = capabilities?.window as { workDoneProgress?: unknown } | null | undefined;
    this.#showsProgress = window?.workDoneProgress === true;
    this.#limits = lowered(this.#limits, options?.limits);
    this.#defaultModel = options?.defaults?.model ?? undefined;
    this.#keepsHistories = options?.historyDeltas === true;
    this.#served = options?.callbacks ? new Set(options.callbacks) : null;
  }

  shutDown(): void {
    this.#phase = 'shuttingDown';
  }

  /** No new runs from here on: the process is about to end. */
  stop(): void {
    this.#isStopping = true;
  }

  /** Errors: `notInitialized` before the handshake, `request.invalid` for a second one and after `shutdown`. */
  check(method: string): void {
    if (this.#phase === 'created' && method !== 'initialize') {
      throw new EngineError('notInitialized', `Send initialize before ${method}.`);
    }
    if (this.#phase === 'initialized' && method === 'initialize') {
      throw new EngineError('request.invalid', 'The session is initialized already; initialize is sent once.');
    }
    if (this.#phase === 'shuttingDown') {
      throw new EngineError(
        'request.invalid',
        `The session was shut down; ${method} came too late, only exit may follow.`,
      );
    }
    if (this.#isStopping && method === 'run/start') {
      throw new EngineError('request.invalid', 'The daemon is about to end and starts no new runs.');
    }
  }

  serves(method: CallbackMethod): boolean {
    return this.#served === null || this.#served.has(method);
  }

  /** Reads the properties of the handshake when they are used, since it takes place later. */
  #ownerFor(client: NotificationSender & Pick<RequestSender, 'request'>, onSecret: (value: string) => void): RunOwner {
    const session = this;
    const requests: RequestSender = {
      request: client.request,
      serves: (method) => this.serves(method),
      get keepsHistories() {
        return session.#keepsHistories;
      },
    };
    return {
      notifications: client,
      requests,
      secrets: new HostSecrets(onSecret),
      get limits() {
        return session.#limits;
      },
      get defaultModel() {
        return session.#defaultModel;
      },
      get isPolling() {
        return session.#served?.size === 0;
      },
      get showsProgress() {
        return session.#showsProgress;
      },
    };
  }
}
