import type { CallbackMethod } from '../protocol/catalogue.ts';
import type { InitializeParams, Limits } from '../protocol/lifecycle.ts';
import { EngineError } from './engine/errors.ts';
import { lowered } from './limits.ts';
import { HostSecrets } from './models/host-secrets.ts';
import type { Client } from './runs/client.ts';
import type { RunRecord } from './runs/run-record.ts';

type Phase = 'created' | 'initialized' | 'shuttingDown';

/** One connection: its handshake, its limits and the runs that belong to it. @since 0.1.0 */
export class Session {
  readonly client: Client;
  /** What the host answered to `secret/get`. */
  readonly secrets = new HostSecrets();
  limits: Limits;
  defaultModel: string | undefined;
  /** Whether the client shows progress it is asked to show. */
  showsProgress = false;
  #phase: Phase = 'created';
  #served: ReadonlySet<string> | null = null;
  readonly #runs = new Set<RunRecord>();

  constructor(client: Client, limits: Limits) {
    this.client = client;
    this.limits = limits;
  }

  /** Whether `shutdown` was asked for. */
  get isShutDown(): boolean {
    return this.#phase === 'shuttingDown';
  }

  /** Takes over what the client said of itself. */
  initialize({ initializationOptions: options, capabilities }: InitializeParams): void {
    this.#phase = 'initialized';
    const window = capabilities?.window as { workDoneProgress?: unknown } | null | undefined;
    this.showsProgress = window?.workDoneProgress === true;
    this.limits = lowered(this.limits, options?.limits);
    this.defaultModel = options?.defaults?.model ?? undefined;
    this.#served = options?.callbacks ? new Set(options.callbacks) : null;
  }

  shutDown(): void {
    this.#phase = 'shuttingDown';
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
  }

  serves(method: CallbackMethod): boolean {
    return this.#served === null || this.#served.has(method);
  }

  own(record: RunRecord): void {
    this.#runs.add(record);
    for (const run of this.#runs) if (run.state === 'finished') this.#runs.delete(run);
  }

  /** Cancels the runs of the connection and resolves when all have ended, or after the grace. */
  async endRuns(error: EngineError, graceMs: number): Promise<void> {
    const live = [...this.#runs].filter((run) => run.state !== 'finished');
    const ended = live.map((run) => run.wait(new AbortController().signal).catch(() => undefined));
    for (const run of live) run.cancel(error);
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([Promise.all(ended), grace]);
    clearTimeout(timer);
  }
}
