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
  /** Told what the client said of itself; to be replaced before the handshake. @since 0.2.0 */
  onInitialize: (params: InitializeParams) => void = () => undefined;
  #phase: Phase = 'created';
  #isStopping = false;
  /** Why the runs were ended. */
  #ended: EngineError | undefined;
  #served: ReadonlySet<string> | null = null;
  readonly #runs = new Set<RunRecord>();

  constructor(client: Client, limits: Limits) {
    this.client = client;
    this.limits = limits;
  }

  /** Whether the handshake is behind it. @since 0.2.0 */
  get isInitialized(): boolean {
    return this.#phase !== 'created';
  }

  /** Whether `shutdown` was asked for. */
  get isShutDown(): boolean {
    return this.#phase === 'shuttingDown';
  }

  /** Takes over what the client said of itself. */
  initialize(params: InitializeParams): void {
    const { initializationOptions: options, capabilities } = params;
    this.#phase = 'initialized';
    this.onInitialize(params);
    const window = capabilities?.window as { workDoneProgress?: unknown } | null | undefined;
    this.showsProgress = window?.workDoneProgress === true;
    this.limits = lowered(this.limits, options?.limits);
    this.defaultModel = options?.defaults?.model ?? undefined;
    this.#served = options?.callbacks ? new Set(options.callbacks) : null;
  }

  shutDown(): void {
    this.#phase = 'shuttingDown';
  }

  /** No new runs from here on: the process is about to end. @since 0.2.0 */
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

  /** Whether the client is sent no callbacks by intent: it looks for what waits by itself. @since 0.2.0 */
  get isPolling(): boolean {
    return this.#served?.size === 0;
  }

  own(record: RunRecord): void {
    this.#runs.add(record);
    // It was being prepared when the others were ended.
    if (this.#ended) record.cancel(this.#ended);
    for (const run of this.#runs) if (run.state === 'finished') this.#runs.delete(run);
  }

  /** Resolves when no run of the connection is live. @since 0.2.0 */
  async runsEnded(): Promise<void> {
    for (let live = this.#live(); live.length > 0; live = this.#live())
      await Promise.all(live.map((run) => run.ended()));
  }

  #live(): RunRecord[] {
    return [...this.#runs].filter((run) => run.state !== 'finished');
  }

  /** Cancels the runs of the connection and resolves when all have ended, or after the grace. */
  async endRuns(error: EngineError, graceMs: number): Promise<void> {
    this.#ended = error;
    const live = this.#live();
    const ended = live.map((run) => run.ended());
    for (const run of live) run.cancel(error);
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([Promise.all(ended), grace]);
    clearTimeout(timer);
  }
}
