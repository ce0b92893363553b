import type { ParamsOf, ResultOf } from '../../../protocol/catalogue.ts';
import type { RunResult } from '../../../protocol/result.ts';
import type { RunDetail, RunSnapshot } from '../../../protocol/run.ts';
import { responseSoFar } from '../../engine/request/model-request.ts';
import { messagesPage, type RunMessages, requestUsages } from '../../runs/messages-page.ts';
import type { RunRecord } from '../../runs/run-record.ts';
import { endOf, promptExcerpt } from '../../store/run-detail.ts';
import type { RunState, RunSummary, RunView } from '../run-executor.ts';

/** The events of a run out of the store, those that memory has no more room for too; null when there are none. */
export type StoredEvents = (
  runId: string,
  page: Pick<ParamsOf<'run/events'>, 'afterSeq' | 'limit'>,
) => Promise<ResultOf<'run/events'>['events'] | null>;

/** Shows a run of this process. */
export class RecordView implements RunView {
  readonly #record: RunRecord;
  readonly #stored: StoredEvents | undefined;

  constructor(record: RunRecord, stored?: StoredEvents) {
    this.#record = record;
    this.#stored = stored;
  }

  get runId(): string {
    return this.#record.runId;
  }

  get state(): RunState {
    return this.#record.state;
  }

  get startedAt(): string {
    return this.#record.startedAt;
  }

  get metadata(): Readonly<Record<string, unknown>> | undefined {
    return this.#record.engine.input.metadata;
  }

  summary(options?: { readonly detail?: boolean }): RunSummary {
    return summaryOf(this.#record, options);
  }

  async messages(page: Omit<ParamsOf<'run/messages'>, 'runId'>): Promise<ResultOf<'run/messages'>> {
    return messagesPage(this.#messages(), page, 'all');
  }

  async newMessages(page: Omit<ParamsOf<'run/newMessages'>, 'runId'>): Promise<ResultOf<'run/newMessages'>> {
    return messagesPage(this.#messages(), page, 'new');
  }

  async usage({ detail }: Omit<ParamsOf<'run/usage'>, 'runId'>): Promise<ResultOf<'run/usage'>> {
    const { engine, state } = this.#record;
    return {
      usage: engine.usage,
      ...(detail ? { requests: requestUsages(this.#messages()) } : {}),
      complete: state === 'finished',
    };
  }

  async snapshot(): Promise<RunSnapshot> {
    return this.#snapshot();
  }

  async events(
    { afterSeq, limit, waitMs }: Omit<ParamsOf<'run/events'>, 'runId'>,
    signal: AbortSignal,
  ): Promise<ResultOf<'run/events'>> {
    const { emitter } = this.#record;
    if (waitMs && !emitter.isOver && emitter.events.lastSeq === afterSeq) await this.#record.nextEvent(signal, waitMs);
    const kept = emitter.events.after(afterSeq, limit ?? Number.POSITIVE_INFINITY);
    const events = kept ?? (await this.#stored?.(this.runId, { afterSeq, limit }));
    return {
      events: events ?? [],
      lastSeq: emitter.events.lastSeq,
      complete: emitter.isOver,
      ...(events ? {} : { snapshot: this.#snapshot() }),
    };
  }

  async result({ include, timeoutMs }: Omit<ParamsOf<'run/wait'>, 'runId'>, signal: AbortSignal): Promise<RunResult> {
    const result = await this.#record.wait(signal, timeoutMs ?? undefined);
    if (!include || include.length === 0) return result;
    const { messages, newMessageIndex } = this.#record.engine.history;
    return {
      ...result,
      ...(include.includes('messages') ? { messages: messages.slice() } : {}),
      ...(include.includes('newMessages') ? { newMessages: messages.slice(newMessageIndex) } : {}),
    };
  }

  #messages(): RunMessages {
    const { runId, engine, state } = this.#record;
    const { messages, newMessageIndex } = engine.history;
    return { runId, messages, newMessageIndex, output: engine.output, isComplete: state === 'finished' };
  }

  #snapshot(): RunSnapshot {
    const { runId, state, engine, emitter, callbacks, result } = this.#record;
    // Merged deltas that still wait are sent first: the response below has them.
    const lastDelta = emitter.lastDelta();
    const response = responseSoFar(engine);
    return {
      runId,
      state,
      ...(engine.agent.name ? { agent: engine.agent.name } : {}),
      runStep: engine.runStep,
      ...(response ? { response } : {}),
      pending: callbacks.pendingItems(),
      usage: engine.usage,
      messageCount: engine.history.length,
      lastSeq: engine.lastSeq,
      lastDelta,
      ...(result ? { result } : {}),
    };
  }
}

/** A run as `run/list` shows it. */
export function summaryOf(record: RunRecord, { detail }: { readonly detail?: boolean } = {}): RunSummary {
  const { runId, state, engine, result, startedAt } = record;
  return {
    runId,
    state,
    ...(result ? { outcome: result.outcome } : {}),
    ...(engine.agent.name ? { agent: engine.agent.name } : {}),
    conversationId: engine.input.conversationId,
    startedAt,
    ...(detail ? { detail: detailOf(record) } : {}),
  };
}

function detailOf({ engine, result, parentRunId }: RunRecord): RunDetail {
  const prompt = promptExcerpt(engine.input.prompt);
  return {
    model: engine.input.model.id,
    ...(prompt === undefined ? {} : { prompt }),
    ...(parentRunId === undefined ? {} : { parentRunId }),
    usage: engine.usage,
    ...(result ? endOf(result) : {}),
  };
}
