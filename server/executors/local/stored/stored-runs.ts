import type { Limits } from '../../../../protocol/lifecycle.ts';
import type { ModelMessage } from '../../../../protocol/messages/messages.ts';
import { EngineError, fromRunError, toRunError } from '../../../engine/errors.ts';
import type { RunRef } from '../../../store/names.ts';
import type { RunRequest, SharedStore, ShownPiece, Store } from '../../../store/store.ts';
import type { StoredRun } from '../../../store/stored-run.ts';
import type { StoredEvents } from '../record-view.ts';
import { interrupted, notFound, ownedBy } from '../run-errors.ts';
import { RunWatch } from '../sharing/run-watch.ts';
import type { ServedRequests } from '../sharing/served-requests.ts';
import { StoredView } from './stored-view.ts';

/** Options of `StoredRuns`. */
export interface StoredRunsOptions {
  /** Opens the store. Errors: `store.unavailable`. */
  readonly open: () => Store;
  readonly limits: Pick<Limits, 'waitersPerRun'>;
  readonly served: Pick<ServedRequests, 'serve' | 'show'>;
  /** Stops a run of this process, as another one requests; false when it is not there yet. */
  readonly stop: (runId: string, error: EngineError) => boolean;
}

/** How long an owner that is parking its runs is waited for, in milliseconds. */
const parkingMs = 5000;
const pollMs = 100;

/** The runs of the store by their ids, whoever drives them. */
export class StoredRuns {
  readonly #options: StoredRunsOptions;
  #store: Store | undefined;
  readonly #watch: RunWatch;

  constructor(options: StoredRunsOptions) {
    this.#options = options;
    this.#watch = new RunWatch(() => this.store, options.limits);
  }

  /** Opened on first use. Errors: `store.unavailable`. */
  get store(): Store {
    if (this.#store) return this.#store;
    const store = this.#options.open();
    if (store.shared) this.#serve(store.shared);
    this.#store = store;
    return store;
  }

  /** Other processes may request something of the runs of this one. */
  #serve(shared: SharedStore): void {
    const { served, stop } = this.#options;
    shared.onStop = (runId, error) => stop(runId, fromRunError(error));
    shared.onRequest = (runId, request) => served.serve(runId, request);
    shared.onFollow = (runId, take) => served.show(runId, take);
  }

  /** Whether it was used. */
  get isOpen(): boolean {
    return this.#store !== undefined;
  }

  /** A run of the store; null when there is none. Errors: `run.unreadable`, `store.unavailable`. */
  async load(runId: string): Promise<StoredRun | null> {
    const ref = await this.store.find(runId);
    return ref && this.store.load(ref);
  }

  async view(runId: string): Promise<StoredView | null> {
    const run = await this.load(runId);
    return run && this.viewOf(run);
  }

  viewOf(run: StoredRun): StoredView {
    return new StoredView(run, this.store, this.#watch);
  }

  /** See `StoredEvents`. */
  readonly events: StoredEvents = async (runId, page) => {
    const view = await this.view(runId);
    const { events, snapshot } = (await view?.events(page, AbortSignal.abort())) ?? {};
    return snapshot ? null : (events ?? null);
  };

  /** The messages of an ended run; null when it is not in the store. Errors: `run.notFinished`. */
  async messagesOf(runId: string): Promise<readonly ModelMessage[] | null> {
    const run = await this.load(runId);
    if (!run) return null;
    // One that was interrupted may be of another version, which cannot continue it.
    if (run.result || this.store.driverOf(run.ref) === null) return (await this.store.messagesOf(run)).messages;
    throw new EngineError('run.notFinished', `Run '${runId}' has not ended; its messages are a history once it has.`, {
      runId,
      state: 'running',
    });
  }

  /** Requests the process that drives a run to stop it; false when none does, or none can be reached. */
  async stopElsewhere(runId: string, error: EngineError): Promise<boolean> {
    const { shared } = this.store;
    const ref = shared && (await this.store.find(runId));
    if (!shared || !ref || (this.store.driverOf(ref) === null && !shared.isQueued(ref))) return false;
    return shared.requestStop(ref, toRunError(error));
  }

  /**
   * Requests something of a run that another process drives, or will; null when none does, or none can be reached.
   *
   * Errors: those of the request there; `overloaded` when no reply comes in time.
   */
  async requestElsewhere(runId: string, request: RunRequest): Promise<{ readonly result: unknown } | null> {
    const { shared } = this.store;
    const ref = shared && (await this.store.find(runId));
    if (!shared || !ref || (this.store.driverOf(ref) === null && !shared.isQueued(ref))) return null;
    const reply = await shared.request(ref, request);
    if (reply && 'error' in reply) throw fromRunError(reply.error);
    return reply;
  }

  /** Receives what is shown of a run that another process drives; nothing where none can be reached. */
  follow(runId: string, take: (pieces: readonly ShownPiece[]) => void, signal: AbortSignal): void {
    const { shared } = this.store;
    if (!shared) return;
    const follow = (ref: RunRef | null) => ref && shared.follow(ref, take, signal);
    void this.store
      .find(runId)
      .then(follow)
      .catch(() => undefined);
  }

  /**
   * The run once nobody drives it: an owner that is about to park it is waited for.
   *
   * Errors: `run.notFound`, `run.owned`, `run.unreadable`, `store.unavailable`.
   */
  async free(runId: string): Promise<StoredRun> {
    for (let waited = 0; ; waited += pollMs) {
      const run = await this.load(runId);
      if (!run) throw notFound(runId);
      const pid = run.result ? null : this.store.driverOf(run.ref);
      if (pid === null) return run;
      if (waited >= parkingMs) throw ownedBy(runId, pid);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  /** Errors: `run.owned` for a run that another process drives, `run.interrupted` for one that none does. */
  refuse(run: StoredRun): never {
    const pid = this.store.driverOf(run.ref);
    throw pid === null ? interrupted(run.runId) : ownedBy(run.runId, pid);
  }
}
