import type { Limits } from '../../../protocol/lifecycle.ts';
import type { ModelMessage } from '../../../protocol/messages/messages.ts';
import type { PendingItem } from '../../../protocol/pending.ts';
import type { RunStartParams } from '../../../protocol/run.ts';
import { EngineError, fromRunError, toRunError } from '../../engine/errors.ts';
import { stringifyExact } from '../../engine/json/exact-json.ts';
import type { RunOwner } from '../../runs/run-owner.ts';
import { epochOf, idOf, type RunRef } from '../../store/names.ts';
import { RunJournal } from '../../store/run-journal.ts';
import type { QueuedIn, RunRequest, SharedStore, ShownPiece, Store, StoredSummary, Taken } from '../../store/store.ts';
import type { RunHead, StoredHistory } from '../../store/stored-lines.ts';
import type { StoredRun } from '../../store/stored-run.ts';
import type { RunSummary, RunView } from '../run-executor.ts';
import { type StoredEvents, summaryOf } from './record-view.ts';
import type { StoredIn } from './run-driver.ts';
import { idConflict, interrupted, noQueues, ownedBy } from './run-errors.ts';
import type { ResumeOptions, RunPlan } from './run-plan.ts';
import type { RunRegistry } from './run-registry.ts';
import { RunWatch } from './sharing/run-watch.ts';
import type { ServedRequests } from './sharing/served-requests.ts';
import { itemOf, StoredView, storedDetail } from './stored-view.ts';

/** Options of `StoredRuns`. */
export interface StoredRunsOptions {
  /** Opens the store. Errors: `store.unavailable`. */
  readonly open: () => Store;
  /** Version of the daemon. */
  readonly by: string;
  readonly runs: RunRegistry;
  readonly limits: Pick<Limits, 'waitersPerRun'>;
  /** Continues an interrupted run for an owner. */
  readonly resume: (runId: string, options: ResumeOptions, owner: RunOwner) => Promise<RunView>;
  readonly served: Pick<ServedRequests, 'serve' | 'show'>;
  /** Stops a run of this process, as another one requests; false when it is not there yet. */
  readonly stop: (runId: string, error: EngineError) => boolean;
}

/** How a run is created. */
interface CreateOptions {
  /** True when the host chose the id. */
  readonly id: boolean;
  readonly isChild: boolean;
  /** Whether the conversation may have had other runs. */
  readonly isNamed: boolean;
  readonly onBusy: 'queue' | 'refuse';
}

/** A run of a list, and the key of its place there. */
export interface Listed {
  readonly key: string;
  readonly summary: RunSummary;
}

/** What a list is made of. */
export interface ListQuery {
  /** Only runs of this conversation. */
  readonly conversationId: string | undefined;
  /** The key that it goes on after. */
  readonly after: string | undefined;
  /** Whether each run is described as well. */
  readonly detail: boolean;
}

/** Orders runs by their start; the same for a run in memory and in the store. */
export const listKey = ({ start, id }: Pick<RunRef, 'start' | 'id'>): string => `${start}-${id}`;

/** The key of a run in memory. */
export const keyOf = (runId: string, startedAtMs: number): string =>
  listKey({ start: startedAtMs.toString(16).padStart(12, '0'), id: idOf(runId) });

/** Files of a list that are read at once. */
const readAtOnce = 16;
/** How long an owner that is parking its runs is waited for, in milliseconds. */
const parkingMs = 5000;
const pollMs = 100;

/** The runs of the store, for those of this process that begin, and for those that only look. */
export class StoredRuns {
  readonly by: string;
  readonly #options: StoredRunsOptions;
  #store: Store | undefined;
  readonly #watch: RunWatch;

  constructor(options: StoredRunsOptions) {
    this.#options = options;
    this.by = options.by;
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

  /** The run that has an id already; one that is interrupted goes on. Errors: `run.idConflict`, those of resuming. */
  async same(
    params: RunStartParams & { runId: string },
    fingerprint: string,
    owner: RunOwner,
  ): Promise<RunView | null> {
    const { runId, deltas, maxLatencyMs, workDoneToken, callbacks, _meta } = params;
    const run = await this.load(runId);
    if (!run) return null;
    if (run.head.fingerprint !== fingerprint) throw idConflict(runId);
    const view = new StoredView(run, this.store, this.#watch);
    if (view.state !== 'interrupted') return view;
    return this.#options.resume(runId, { deltas, maxLatencyMs, workDoneToken, callbacks, _meta }, owner);
  }

  /** A conversation that exists gives its messages to a run that names it and has no other history. */
  async inConversation(params: RunStartParams): Promise<RunStartParams> {
    const { conversationId, messageHistory } = params;
    if (!conversationId || conversationId === 'new' || messageHistory) return params;
    const latest = await this.#latestEnded(conversationId);
    return latest ? { ...params, messageHistory: { runId: latest.runId } } : params;
  }

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

  /**
   * Creates the file of a run. Null when a run came in between that has to be looked at first.
   *
   * Errors: `conversation.busy`, `store.unavailable`.
   */
  async create(
    plan: RunPlan,
    headWith: (history: StoredHistory) => RunHead,
    { id, isChild, isNamed, onBusy }: CreateOptions,
  ): Promise<StoredIn | null> {
    const { conversationId } = plan;
    const { base, head } = await this.#headOf(plan, headWith, isNamed);
    const created = await this.store.create(head, { id, conversation: isNamed && !isChild });
    if ('file' in created) {
      // A conversation may be deleted while a run begins in it.
      if (!base || (await this.store.find(base.runId))) return { store: this.store, owned: created };
      this.store.drop(created);
      return null;
    }
    if (created.taken === 'conversation') await this.#busy(created, conversationId, onBusy);
    return null;
  }

  /** Puts a run into a queue. Null as with `create`. Errors: those of `create`, `run.invalid` without workers. */
  async enqueue(
    plan: RunPlan,
    headWith: (history: StoredHistory) => RunHead,
    { id, isNamed, onBusy, into }: Omit<CreateOptions, 'isChild'> & { into: QueuedIn },
  ): Promise<RunView | null> {
    const { shared } = this.store;
    if (!shared) throw noQueues(into.queue);
    const { head } = await this.#headOf(plan, headWith, isNamed);
    const created = await shared.enqueue(head, { id, conversation: isNamed }, into);
    if (!('taken' in created)) return this.view(plan.runId);
    if (created.taken === 'conversation') await this.#busy(created, plan.conversationId, onBusy);
    return null;
  }

  /** What a run begins with; messages that it has in common with the one before it are that one's. */
  async #headOf(
    plan: RunPlan,
    headWith: (history: StoredHistory) => RunHead,
    isNamed: boolean,
  ): Promise<{ base: StoredRun | null; head: RunHead }> {
    const base = isNamed ? await this.#latestEnded(plan.conversationId) : null;
    const history = base ? await this.#after(base, plan.history) : { messages: plan.history };
    return { base, head: headWith(history) };
  }

  /** When the latest run of a conversation started, in milliseconds; 0 when it has none. */
  async latestStart(conversationId: string): Promise<number> {
    const [latest] = await this.store.ofConversation(conversationId);
    return latest ? Number.parseInt(latest.start, 16) : 0;
  }

  /** A run of the store; null when there is none. Errors: `run.unreadable`, `store.unavailable`. */
  async load(runId: string): Promise<StoredRun | null> {
    const ref = await this.store.find(runId);
    return ref && this.store.load(ref);
  }

  async view(runId: string): Promise<StoredView | null> {
    const run = await this.load(runId);
    return run && new StoredView(run, this.store, this.#watch);
  }

  /** See `StoredEvents`. */
  readonly events: StoredEvents = async (runId, page) => {
    const view = await this.view(runId);
    const { events, snapshot } = (await view?.events(page, AbortSignal.abort())) ?? {};
    return snapshot ? null : (events ?? null);
  };

  /** Runs as a list shows them, newest first, after one of them; what cannot be read is passed over. */
  async *summaries({ conversationId, after, detail }: ListQuery): AsyncGenerator<Listed> {
    const { store } = this;
    const refs = conversationId === undefined ? await store.refs() : await store.ofConversation(conversationId);
    const wanted = refs.filter((ref) => after === undefined || listKey(ref) < after);
    for (let from = 0; from < wanted.length; from += readAtOnce) {
      const some = wanted.slice(from, from + readAtOnce);
      const read = await Promise.all(some.map((ref) => this.#shown(ref, detail).catch(() => null)));
      for (const [index, summary] of read.entries())
        if (summary) yield { key: listKey(some[index] as RunRef), summary };
    }
  }

  /** A run as a list shows it; null when it is gone. Errors: those of the store. */
  async #shown(ref: RunRef, detail: boolean): Promise<RunSummary | null> {
    const ended = detail ? await this.store.endedSummary(ref).catch(() => null) : null;
    const stored = ended ?? (await this.store.summary(ref));
    return stored && this.#summaryOf(stored, detail);
  }

  #summaryOf(stored: StoredSummary, detail: boolean): RunSummary {
    const { runId, conversationId, agent, startedAt, outcome, ref } = stored;
    const live = this.#options.runs.find(runId);
    if (live) return summaryOf(live, { detail });
    return {
      runId,
      state: outcome !== null ? 'finished' : this.#stateOf(ref),
      ...(outcome === null ? {} : { outcome }),
      ...(agent === undefined ? {} : { agent }),
      conversationId,
      startedAt,
      ...(detail ? { detail: storedDetail(stored, stored.end ?? null) } : {}),
    };
  }

  #stateOf(ref: RunRef): RunSummary['state'] {
    if (this.store.shared?.isQueued(ref)) return 'queued';
    return this.store.driverOf(ref) === null ? 'interrupted' : 'running';
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
   * Errors: those of the request there; `overloaded` when there is no reply in time.
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

  /** The ids of the runs that nobody drives, oldest first; what cannot be read is passed over. */
  async interrupted(): Promise<string[]> {
    const { store } = this;
    const open = (await store.refs()).filter(({ tag }) => tag === 'park' || tag.startsWith('live-')).reverse();
    const runs = await Promise.all(open.map((ref) => store.load(ref).catch(() => null)));
    return runs.flatMap((run) => (run && !run.result && store.driverOf(run.ref) === null ? [run.runId] : []));
  }

  /** What waits for humans in runs that this process does not drive. */
  async pending(runId: string | undefined): Promise<PendingItem[]> {
    const refs = runId === undefined ? await this.store.refs() : [await this.store.find(runId)];
    const items: PendingItem[] = [];
    for (const ref of refs.reverse()) {
      if (!ref || (ref.tag !== 'park' && epochOf(ref) === null) || epochOf(ref) === this.store.epoch) continue;
      const run = await this.store.load(ref).catch(() => null);
      if (run && !run.result) items.push(...run.openRequests().map((request) => itemOf(run.runId, request)));
    }
    return items;
  }

  /** The run whose item it is; null for none in the store. */
  async runOfItem(pendingId: string): Promise<StoredRun | null> {
    const at = pendingId.lastIndexOf('/');
    return at < 0 ? null : this.load(pendingId.slice(0, at));
  }

  /**
   * Writes into an interrupted run, which is interrupted again afterwards.
   *
   * Errors: `run.owned`, `run.unreadable`, `store.unavailable`.
   */
  async write(runId: string, act: (journal: RunJournal, run: StoredRun) => Promise<void> | undefined): Promise<void> {
    for (;;) {
      const before = await this.free(runId);
      const claimed = await this.store.claim(before.ref);
      if (!claimed) continue;
      const { owned, run } = claimed;
      try {
        await act(new RunJournal({ file: owned.file, before: run, usedMs: () => undefined }), run);
      } finally {
        this.store.release(owned, 'park');
      }
      return;
    }
  }

  /**
   * The run once nobody drives it: an owner that is about to park it is waited for.
   *
   * Errors: `run.notFound`, `run.owned`, `run.unreadable`, `store.unavailable`.
   */
  async free(runId: string): Promise<StoredRun> {
    for (let waited = 0; ; waited += pollMs) {
      const run = await this.load(runId);
      if (!run) throw new EngineError('run.notFound', `There is no run '${runId}'.`, { runId });
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

  async #latestEnded(conversationId: string): Promise<StoredRun | null> {
    for (const ref of await this.store.ofConversation(conversationId)) {
      const run = await this.store.load(ref);
      if (run?.result && run.head.conversationId === conversationId && run.head.parentRunId === undefined) return run;
    }
    return null;
  }

  /** No message is written twice: those that a run has in common with the one before it are that one's. */
  async #after(base: StoredRun, history: readonly ModelMessage[]): Promise<StoredHistory> {
    const { messages } = await this.store.messagesOf(base);
    let count = 0;
    while (count < Math.min(messages.length, history.length) && isEqual(messages[count], history[count])) count += 1;
    if (count === 0) return { messages: history };
    return { from: { runId: base.runId, count }, messages: history.slice(count) };
  }

  async #busy({ by }: Taken, conversationId: string, onBusy: 'queue' | 'refuse'): Promise<void> {
    const run = await this.store.load(by).catch(() => null);
    const live = run ? this.#options.runs.find(run.runId) : undefined;
    if (live && onBusy === 'queue') {
      await live.ended();
      return;
    }
    // It may have ended since.
    if (run?.result) return;
    const runId = run?.runId;
    const state =
      run && this.store.driverOf(run.ref) === null ? 'interrupted; resume it or cancel it first' : 'running';
    throw new EngineError(
      'conversation.busy',
      `Run '${runId}' of conversation '${conversationId}' is ${state}. One run goes on in a conversation at a time.`,
      { conversationId, ...(runId === undefined ? {} : { runId }) },
    );
  }
}

/** The answer to an item of an interrupted run. Errors: `pending.notFound`, `pending.resolved`. */
export function checkOpen(run: StoredRun, pendingId: string) {
  const request = run.openRequests().find(({ id }) => id === pendingId);
  if (request) return request;
  if (run.answers().has(pendingId))
    throw new EngineError('pending.resolved', `'${pendingId}' was answered already.`, { pendingId, end: 'answered' });
  throw new EngineError('pending.notFound', `Nothing waits under the id '${pendingId}'; pending/list has what does.`, {
    pendingId,
  });
}

const isEqual = (a: unknown, b: unknown) => a === b || stringifyExact(a) === stringifyExact(b);
