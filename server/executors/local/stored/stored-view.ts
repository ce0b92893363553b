import type { ParamsOf, ResultOf } from '../../../../protocol/catalogue.ts';
import { formatTimestamp } from '../../../../protocol/messages/timestamp.ts';
import type { RunUsage } from '../../../../protocol/messages/usage.ts';
import type { PendingItem } from '../../../../protocol/pending.ts';
import type { RunResult } from '../../../../protocol/result.ts';
import type { RunDetail, RunSnapshot } from '../../../../protocol/run.ts';
import { EngineError } from '../../../engine/errors.ts';
import { addUsage, emptyUsage, withTotal } from '../../../engine/limits/usage.ts';
import { LOOP_VERSION } from '../../../engine/steps/steps.ts';
import { messagesPage, type RunMessages, requestUsages } from '../../../runs/messages-page.ts';
import { notFinished } from '../../../runs/run-waiters.ts';
import { endOf, headSummary } from '../../../store/run-detail.ts';
import type { RunEnd, Store, StoredHeadSummary } from '../../../store/store.ts';
import type { StoredRequest, StoredRun } from '../../../store/stored-run.ts';
import type { RunState, RunSummary, RunView } from '../../run-executor.ts';
import { interrupted } from '../run-errors.ts';
import type { RunWatch } from '../sharing/run-watch.ts';
import { type RebuiltRun, rebuild } from './rebuild.ts';

type Page<M extends 'run/messages' | 'run/newMessages' | 'run/usage' | 'run/events' | 'run/wait'> = Omit<
  ParamsOf<M>,
  'runId'
>;

/** Shows a run of the store as of its last line, also one that another daemon drives. */
export class StoredView implements RunView {
  /** As of the last look. */
  #run: StoredRun;
  readonly #store: Store;
  readonly #watch: RunWatch;
  #rebuilt: Promise<RebuiltRun | null> | undefined;

  constructor(run: StoredRun, store: Store, watch: RunWatch) {
    this.#run = run;
    this.#store = store;
    this.#watch = watch;
  }

  get runId(): string {
    return this.#run.runId;
  }

  get state(): RunState {
    return stateOf(this.#run, this.#store);
  }

  get startedAt(): string {
    return this.#run.head.startedAt;
  }

  get metadata(): Readonly<Record<string, unknown>> | undefined {
    return this.#run.head.spec.params.metadata ?? undefined;
  }

  summary({ detail }: { readonly detail?: boolean } = {}): RunSummary {
    const { head, result } = this.#run;
    return {
      runId: head.runId,
      state: this.state,
      ...(result ? { outcome: result.outcome } : {}),
      ...(head.spec.agent.name ? { agent: head.spec.agent.name } : {}),
      conversationId: head.conversationId,
      startedAt: head.startedAt,
      ...(detail ? { detail: storedDetail(headSummary(head), result && endOf(result)) } : {}),
    };
  }

  async messages(page: Page<'run/messages'>): Promise<ResultOf<'run/messages'>> {
    return messagesPage(await this.#messages(), page, 'all');
  }

  async newMessages(page: Page<'run/newMessages'>): Promise<ResultOf<'run/newMessages'>> {
    return messagesPage(await this.#messages(), page, 'new');
  }

  async usage({ detail }: Page<'run/usage'>): Promise<ResultOf<'run/usage'>> {
    return {
      usage: await this.#usage(),
      ...(detail ? { requests: requestUsages(await this.#messages()) } : {}),
      complete: this.#run.result !== null,
    };
  }

  async snapshot(): Promise<RunSnapshot> {
    const { result, head } = this.#run;
    const rebuilt = await this.#rebuild();
    const { messages } = await this.#messages();
    return {
      runId: this.runId,
      state: this.state,
      ...(head.spec.agent.name ? { agent: head.spec.agent.name } : {}),
      runStep: rebuilt?.state.runStep ?? 0,
      pending: result ? [] : this.#run.openRequests().map((request) => itemOf(this.runId, request)),
      usage: await this.#usage(),
      messageCount: messages.length,
      lastSeq: result?.lastSeq ?? rebuilt?.state.lastSeq ?? 0,
      lastDelta: 0,
      ...(result ? { result } : {}),
    };
  }

  async events({ afterSeq, limit, waitMs }: Page<'run/events'>, signal: AbortSignal): Promise<ResultOf<'run/events'>> {
    const until = performance.now() + (waitMs ?? 0);
    let rebuilt = await this.#rebuild();
    while (rebuilt && rebuilt.events.lastSeq === afterSeq && this.#isUnderWay) {
      const left = until - performance.now();
      if (left <= 0) break;
      await this.#next(signal, left);
      rebuilt = await this.#rebuild();
    }
    const complete = this.#run.result !== null;
    const events = rebuilt?.events.after(afterSeq, limit ?? Number.POSITIVE_INFINITY);
    if (rebuilt && events) return { events, lastSeq: rebuilt.events.lastSeq, complete };
    const snapshot = await this.snapshot();
    return { events: [], lastSeq: snapshot.lastSeq, complete, snapshot };
  }

  /** Waits for the end of a run that another daemon drives. Errors: `run.interrupted`, and as `RunView.result`. */
  async result({ include, timeoutMs }: Page<'run/wait'>, signal: AbortSignal): Promise<RunResult> {
    const until = timeoutMs == null ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs;
    while (!this.#run.result && this.#isUnderWay) {
      const left = until - performance.now();
      if (left <= 0) throw notFinished({ runId: this.runId, state: this.state }, timeoutMs ?? 0);
      await this.#next(signal, left);
    }
    const { result } = this.#run;
    if (!result) throw interrupted(this.runId);
    if (!include || include.length === 0) return result;
    const { messages, newMessageIndex } = await this.#messages();
    return {
      ...result,
      ...(include.includes('messages') ? { messages: messages.slice() } : {}),
      ...(include.includes('newMessages') ? { newMessages: messages.slice(newMessageIndex) } : {}),
    };
  }

  /** True for a run that another process drives, or will. */
  get #isUnderWay(): boolean {
    return this.state === 'running' || this.state === 'queued';
  }

  /** Looks again once the file has changed, or after so many milliseconds. */
  async #next(signal: AbortSignal, ms: number): Promise<void> {
    const changed = await this.#watch.changed(this.#run, { signal, ms });
    if (!changed || changed === this.#run) return;
    this.#run = changed;
    this.#rebuilt = undefined;
  }

  /** Of a run that has ended from its lines, by any version; else as it stands after its last line. */
  async #messages(): Promise<RunMessages> {
    const { runId, result } = this.#run;
    const rebuilt = result ? null : await this.#rebuild();
    if (rebuilt) {
      const { messages, newMessageIndex } = rebuilt.state.history;
      return { runId, messages, newMessageIndex, output: rebuilt.state.output, isComplete: false };
    }
    const { messages, newMessageIndex } = await this.#store.messagesOf(this.#run);
    const output = result && hasOutput(result) ? { toolCallId: outputCallOf(result, messages) } : null;
    return { runId, messages, newMessageIndex, output, isComplete: result !== null };
  }

  async #usage(): Promise<RunSnapshot['usage']> {
    const { result } = this.#run;
    if (result) return result.usage;
    const rebuilt = await this.#rebuild();
    if (rebuilt) return rebuilt.state.usage;
    const given = withTotal({ ...emptyUsage(), ...this.#run.head.spec.params.usage });
    const requests = requestUsages(await this.#messages());
    const sum = requests.reduce<RunUsage>((before, usage) => addUsage(before, usage), given);
    return { ...sum, requests: given.requests + requests.length };
  }

  /** Null for a run of another loop, or one that is damaged: there is only what stands in its lines. */
  #rebuild(): Promise<RebuiltRun | null> {
    const { head, isDamaged, isCompact } = this.#run;
    if (head.loop !== LOOP_VERSION || isDamaged || isCompact) return Promise.resolve(null);
    this.#rebuilt ??= rebuild(this.#run, this.#store).catch((error: unknown) => {
      if (error instanceof EngineError && error.kind === 'run.incompatible') return null;
      throw error;
    });
    return this.#rebuilt;
  }
}

/** A run of the store as `run/list` describes it. */
export function storedDetail(
  { model, prompt, parentRunId }: Pick<StoredHeadSummary, 'model' | 'prompt' | 'parentRunId'>,
  end: RunEnd | null,
): RunDetail {
  return {
    model,
    ...(prompt === undefined ? {} : { prompt }),
    ...(parentRunId === undefined ? {} : { parentRunId }),
    ...end,
  };
}

/** The state of a run of the store. */
export function stateOf({ ref, result }: StoredRun, store: Store): RunState {
  if (result) return 'finished';
  if (store.shared?.isQueued(ref)) return 'queued';
  return store.driverOf(ref) === null ? 'interrupted' : 'running';
}

/** Returns something that waits for humans as `pending/list` shows it. */
export function itemOf(runId: string, { id, method, params, at, until }: StoredRequest): PendingItem {
  const deadline = until === undefined ? {} : { deadlineAt: formatTimestamp(until) };
  return { pendingId: id, runId, method, params, createdAt: formatTimestamp(at), ...deadline };
}

const hasOutput = ({ outcome }: RunResult) => outcome === 'success';

/** The call that the output came from: the last one of its tool that was answered. */
function outputCallOf({ outputToolName }: RunResult, messages: RunMessages['messages']): string | null {
  if (!outputToolName) return null;
  const last = messages.at(-1);
  const parts = last?.kind === 'request' ? last.parts : [];
  const found = parts.findLast((part) => part.part_kind === 'tool-return' && part.tool_name === outputToolName);
  return found?.part_kind === 'tool-return' ? found.tool_call_id : null;
}
