import type { ModelMessage } from '../../../../protocol/messages/messages.ts';
import type { RunStartParams } from '../../../../protocol/run.ts';
import { EngineError } from '../../../engine/errors.ts';
import { stringifyExact } from '../../../engine/json/exact-json.ts';
import type { RunOwner } from '../../../runs/run-owner.ts';
import type { QueuedIn, Taken } from '../../../store/store.ts';
import type { RunHead, StoredHistory } from '../../../store/stored-lines.ts';
import type { StoredRun } from '../../../store/stored-run.ts';
import type { RunView } from '../../run-executor.ts';
import type { StoredIn } from '../run-driver.ts';
import { idConflict, noQueues } from '../run-errors.ts';
import type { ResumeOptions, RunPlan } from '../run-plan.ts';
import type { RunRegistry } from '../run-registry.ts';
import type { StoredRuns } from './stored-runs.ts';

/** Options of `StoredStarts`. */
export interface StoredStartsOptions {
  readonly stored: StoredRuns;
  /** Version of the daemon. */
  readonly by: string;
  readonly runs: RunRegistry;
  /** Continues an interrupted run for an owner. */
  readonly resume: (runId: string, options: ResumeOptions, owner: RunOwner) => Promise<RunView>;
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

/** Starts runs in the store: one for an id, and one at a time in a conversation, whose messages it goes on from. */
export class StoredStarts {
  readonly by: string;
  readonly #options: StoredStartsOptions;

  constructor(options: StoredStartsOptions) {
    this.by = options.by;
    this.#options = options;
  }

  /** The run that has an id already; one that is interrupted goes on. Errors: `run.idConflict`, those of resuming. */
  async same(
    params: RunStartParams & { runId: string },
    fingerprint: string,
    owner: RunOwner,
  ): Promise<RunView | null> {
    const { stored, resume } = this.#options;
    const { runId, deltas, maxLatencyMs, workDoneToken, callbacks, _meta } = params;
    const run = await stored.load(runId);
    if (!run) return null;
    if (run.head.fingerprint !== fingerprint) throw idConflict(runId);
    const view = stored.viewOf(run);
    if (view.state !== 'interrupted') return view;
    return resume(runId, { deltas, maxLatencyMs, workDoneToken, callbacks, _meta }, owner);
  }

  /** A conversation that exists gives its messages to a run that names it and has no other history. */
  async inConversation(params: RunStartParams): Promise<RunStartParams> {
    const { conversationId, messageHistory } = params;
    if (!conversationId || conversationId === 'new' || messageHistory) return params;
    const latest = await this.#latestEnded(conversationId);
    return latest ? { ...params, messageHistory: { runId: latest.runId } } : params;
  }

  /** See `StoredRuns.messagesOf`. */
  messagesOf(runId: string): Promise<readonly ModelMessage[] | null> {
    return this.#options.stored.messagesOf(runId);
  }

  /** When the latest run of a conversation started, in milliseconds; 0 when it has none. */
  async latestStart(conversationId: string): Promise<number> {
    const [latest] = await this.#store.ofConversation(conversationId);
    return latest ? Number.parseInt(latest.start, 16) : 0;
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
    const created = await this.#store.create(head, { id, conversation: isNamed && !isChild });
    if ('file' in created) {
      // A conversation may be deleted while a run begins in it.
      if (!base || (await this.#store.find(base.runId))) return { store: this.#store, owned: created };
      this.#store.drop(created);
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
    const { shared } = this.#store;
    if (!shared) throw noQueues(into.queue);
    const { head } = await this.#headOf(plan, headWith, isNamed);
    const created = await shared.enqueue(head, { id, conversation: isNamed }, into);
    if (!('taken' in created)) return this.#options.stored.view(plan.runId);
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

  async #latestEnded(conversationId: string): Promise<StoredRun | null> {
    for (const ref of await this.#store.ofConversation(conversationId)) {
      const run = await this.#store.load(ref);
      if (run?.result && run.head.conversationId === conversationId && run.head.parentRunId === undefined) return run;
    }
    return null;
  }

  /** No message is written twice: those that a run has in common with the one before it are that one's. */
  async #after(base: StoredRun, history: readonly ModelMessage[]): Promise<StoredHistory> {
    const { messages } = await this.#store.messagesOf(base);
    let count = 0;
    while (count < Math.min(messages.length, history.length) && isEqual(messages[count], history[count])) count += 1;
    if (count === 0) return { messages: history };
    return { from: { runId: base.runId, count }, messages: history.slice(count) };
  }

  async #busy({ by }: Taken, conversationId: string, onBusy: 'queue' | 'refuse'): Promise<void> {
    const run = await this.#store.load(by).catch(() => null);
    const live = run ? this.#options.runs.find(run.runId) : undefined;
    if (live && onBusy === 'queue') {
      await live.ended();
      return;
    }
    // It may have ended since.
    if (run?.result) return;
    const runId = run?.runId;
    const state =
      run && this.#store.driverOf(run.ref) === null ? 'interrupted; resume it or cancel it first' : 'running';
    throw new EngineError(
      'conversation.busy',
      `Run '${runId}' of conversation '${conversationId}' is ${state}. One run goes on in a conversation at a time.`,
      { conversationId, ...(runId === undefined ? {} : { runId }) },
    );
  }

  get #store() {
    return this.#options.stored.store;
  }
}

const isEqual = (a: unknown, b: unknown) => a === b || stringifyExact(a) === stringifyExact(b);
