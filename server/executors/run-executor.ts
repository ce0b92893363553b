import type { ParamsOf, ResultOf } from '../../protocol/catalogue.ts';
import type { ModelDeltaParams, ToolProgressParams } from '../../protocol/deltas.ts';
import type { RunResult } from '../../protocol/result.ts';
import type { RunSnapshot, RunStartParams } from '../../protocol/run.ts';
import type { EngineError } from '../engine/errors.ts';
import type { Warning } from '../engine/model.ts';
import type { RunOwner } from '../runs/run-owner.ts';

export type RunState = RunSnapshot['state'];
export type RunSummary = ResultOf<'run/list'>['runs'][number];

type Without<Params, Field extends string> = Omit<Params, Field>;

/**
 * A run as the rest of the daemon sees it, wherever it is: live, waiting, finished, stored or driven by another process.
 * Everything is as of the call; a view changes nothing.
 */
export interface RunView {
  readonly runId: string;
  readonly state: RunState;
  /** RFC 3339 time. */
  readonly startedAt: string;
  /** The metadata it was started with. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** With `detail` also what `run/list` describes of it. */
  summary(options?: { readonly detail?: boolean }): RunSummary;
  /** Errors: `run.outputIsText`, `run.noToolReturn`, `params.invalid` for a cursor that was not given out. */
  messages(page: Without<ParamsOf<'run/messages'>, 'runId'>): Promise<ResultOf<'run/messages'>>;
  /** Errors: those of `messages`. */
  newMessages(page: Without<ParamsOf<'run/newMessages'>, 'runId'>): Promise<ResultOf<'run/newMessages'>>;
  usage(options: Without<ParamsOf<'run/usage'>, 'runId'>): Promise<ResultOf<'run/usage'>>;
  snapshot(): Promise<RunSnapshot>;
  /**
   * Returns the events after a number, or what stands in for them when they are gone.
   *
   * Errors: `overloaded` when too many wait, the reason of the signal when that is aborted.
   */
  events(page: Without<ParamsOf<'run/events'>, 'runId'>, signal: AbortSignal): Promise<ResultOf<'run/events'>>;
  /**
   * Resolves with the result when the run has ended.
   *
   * Errors: `overloaded` when too many wait, `run.notFinished` after the timeout, the reason of the signal when that is
   * aborted.
   */
  result(options: Without<ParamsOf<'run/wait'>, 'runId'>, signal: AbortSignal): Promise<RunResult>;
}

/** What resolves a pending item: a result, or an error in the shape of JSON-RPC. */
export type PendingAnswer = Pick<ParamsOf<'pending/resolve'>, 'result' | 'error'>;

/** The conversations of a store. */
export interface ConversationList {
  list(page: ParamsOf<'conversation/list'>): Promise<ResultOf<'conversation/list'>>;
  /** Errors: `conversation.notFound`. */
  get(page: ParamsOf<'conversation/get'>): Promise<ResultOf<'conversation/get'>>;
  /** Errors: `conversation.notFound`, `conversation.busy`. */
  delete(conversationId: string): Promise<ResultOf<'conversation/delete'>>;
}

/** Numbers for `health/get`. */
export interface ExecutorHealth {
  readonly runs: ResultOf<'health/get'>['runs'];
  readonly callbacks: ResultOf<'health/get'>['callbacks'];
  readonly store?: ResultOf<'health/get'>['store'];
  /** What the runs hold, in bytes. */
  readonly heldBytes: Omit<ResultOf<'health/get'>['heldBytes'], 'agents'>;
}

/**
 * Starts runs, finds them and acts on them: the only thing that handlers, the command line and other front ends know of
 * runs. `test/executors` holds the cases that every implementation passes.
 *
 * A method that takes a `runId` also finds a run whose start was requested before and is still being checked; its
 * errors are `run.notFound` and `run.evicted`.
 */
export interface RunExecutor {
  /**
   * Checks everything that can be checked before a run exists, and starts it. The same `runId` with the same parameters
   * is the same run. The first event is emitted after the caller has had a turn of the event loop to answer.
   *
   * Errors: those of `run/start`.
   */
  start(params: RunStartParams, owner: RunOwner): Promise<RunView>;
  get(runId: string): Promise<RunView>;
  /**
   * Gives a run to an owner: a live one moves there, an interrupted one goes on, and one that has ended is returned as it is,
   * or goes on in another run when it ended deferred and results are given. Events after `lastSeq` are sent to the owner.
   *
   * Errors: those of `run/resume`.
   */
  resume(
    params: Omit<ParamsOf<'run/resume'>, 'wait' | 'include'>,
    owner: RunOwner,
  ): Promise<{ run: RunView; lastSeq: number }>;
  /**
   * Lets an owner observe a run that it may not have started: it is sent the events after `lastSeq` and the deltas, and no
   * callbacks.
   */
  attach(runId: string, owner: RunOwner): Promise<{ run: RunView; lastSeq: number }>;
  /**
   * Continues all interrupted runs, for nobody: their callbacks wait in `pending/list`, or for the client that resumes them.
   * `onFailure` is called for each that cannot go on. Errors: `store.unavailable`.
   */
  resumeInterrupted(onFailure: (runId: string, error: unknown) => void): Promise<void>;
  list(query: ParamsOf<'run/list'>): Promise<ResultOf<'run/list'>>;
  /** Requests a run to stop; it is not accepted when the run has ended or is stopping. */
  cancel(runId: string, error: EngineError): Promise<ResultOf<'run/cancel'>>;
  /** Errors: `overloaded` when the steering queue is full, or all open runs hold too much. */
  steer(params: ParamsOf<'run/steer'>): Promise<ResultOf<'run/steer'>>;
  /** Forgets an ended run. Errors: `run.notFinished`. */
  release(runId: string): Promise<ResultOf<'run/release'>>;
  /** Gives a live run another owner: its next events go there, and its open callbacks are sent there. */
  moveTo(runId: string, owner: RunOwner): Promise<RunView>;

  /**
   * An owner is gone for now: it observes nothing any more, and its live runs, also those being started, get another owner.
   */
  detach(owner: RunOwner, to: RunOwner): void;

  /** The conversations that are kept. Errors: `store.unavailable` when none are. */
  conversations(): ConversationList;

  pendingItems(query: ParamsOf<'pending/list'>): Promise<ResultOf<'pending/list'>>;
  /**
   * Errors: `pending.resolved`, `pending.notFound`, `params.invalid` for a result and an error at once,
   * `callback.invalid`; after the last two the item waits on.
   */
  resolve(pendingId: string, answer: PendingAnswer): Promise<ResultOf<'pending/resolve'>>;

  /** Takes what a host sends while a callback of it is open; what fits no open callback is dropped. */
  modelDelta(params: ModelDeltaParams): void;
  toolProgress(params: ToolProgressParams): void;
  /** Cancels the runs whose progress has this token. */
  cancelProgress(token: string | number, error: EngineError): void;
  /** Emits a warning in each of the runs that are live. */
  warn(runIds: Iterable<string>, warning: Warning): void;

  /** Resolves when no run of the owner is live. */
  idle(owner: RunOwner): Promise<void>;
  /**
   * Cancels the runs of an owner, also those being started; resolves when they have ended, or after the grace. Runs that are
   * stored are parked instead.
   */
  endRuns(owner: RunOwner, error: EngineError, graceMs: number): Promise<void>;
  /** No client is left to answer: open callbacks, and those to come, fail as `client.gone`; stored runs are parked. */
  abandonCallbacks(): void;
  /** Gives up what is left open; the process is about to end. */
  close(): void;
  health(): ExecutorHealth;
}
