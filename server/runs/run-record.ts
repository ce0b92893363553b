import { randomUUID } from 'node:crypto';
import type { ParamsOf } from '../../protocol/catalogue.ts';
import type { ModelDeltaParams, ToolProgressParams } from '../../protocol/deltas.ts';
import type { Limits } from '../../protocol/lifecycle.ts';
import type { RunResult } from '../../protocol/result.ts';
import type { RunSnapshot } from '../../protocol/run.ts';
import type { HostCallbacks } from '../callbacks/host-callbacks.ts';
import type { EngineError } from '../engine/errors.ts';
import { jsonSize } from '../engine/json/json-size.ts';
import type { Warning } from '../engine/model.ts';
import type { RunState } from '../engine/state.ts';
import { emitRecorded } from '../engine/steps/recorded-step.ts';
import type { RunJournal } from '../store/run-journal.ts';
import type { RunProgress } from './events/progress.ts';
import type { RunEmitter } from './events/run-emitter.ts';
import { refuseExcess } from './overload.ts';
import type { OwnerReference, RunOwner } from './run-owner.ts';
import type { RunScheduler } from './run-scheduler.ts';
import type { RunStop } from './run-stop.ts';
import type { TraceContext } from './run-trace.ts';
import { RunWaiters, tooManyWait } from './run-waiters.ts';

type State = RunSnapshot['state'];

type Said = Omit<ParamsOf<'run/steer'>, 'runId'>;

/** Warnings from outside that one run emits; further ones add nothing that helps. */
const mostWarnings = 64;

/** Options of a `RunRecord`. */
export interface RecordOptions {
  readonly runId: string;
  /** Fingerprint of the parameters, for a repeated id. */
  readonly fingerprint: string;
  readonly startedAt: string;
  readonly state: RunState;
  readonly owner: OwnerReference;
  readonly stop: RunStop;
  readonly callbacks: HostCallbacks;
  readonly emitter: RunEmitter;
  readonly scheduler: RunScheduler;
  /** Number of runs above it. */
  readonly depth: number;
  /** The run whose tool started it. */
  readonly parentRunId?: string | undefined;
  /** About the bytes of its parameters, as JSON. */
  readonly givenBytes: number;
  readonly trace: Pick<TraceContext, 'recorded'>;
  readonly limits: Pick<Limits, 'waitersPerRun' | 'steerQueue' | 'steerQueueBytes'>;
  /** Where the run is written down; absent when there is no store. */
  readonly journal?: RunJournal | undefined;
}

/** One run as the daemon keeps it: live or finished. It owns the stop of the run, and the requests that wait for it. */
export class RunRecord {
  readonly runId: string;
  readonly fingerprint: string;
  readonly startedAt: string;
  readonly engine: RunState;
  readonly callbacks: HostCallbacks;
  readonly emitter: RunEmitter;
  readonly depth: number;
  readonly parentRunId: string | undefined;
  readonly givenBytes: number;
  readonly journal: RunJournal | undefined;
  result: RunResult | null = null;
  finishedAtMs = 0;
  /** Bytes it is counted with among the finished runs. */
  bytes = 0;
  readonly #scheduler: RunScheduler;
  readonly #owner: OwnerReference;
  readonly stop: RunStop;
  readonly #trace: RecordOptions['trace'];
  readonly #limits: RecordOptions['limits'];
  /** Made for the first waiter, since thousands of runs may be live. */
  #waiters: RunWaiters | null = null;
  #left: EngineError | null = null;
  /** Resolves when the messages to the run are on disk. */
  steered: Promise<void> | undefined;
  #warnings = 0;
  readonly #onEnd: (() => void)[] = [];

  constructor(options: RecordOptions) {
    this.runId = options.runId;
    this.fingerprint = options.fingerprint;
    this.startedAt = options.startedAt;
    this.engine = options.state;
    this.#owner = options.owner;
    this.stop = options.stop;
    this.callbacks = options.callbacks;
    this.emitter = options.emitter;
    this.#scheduler = options.scheduler;
    this.#trace = options.trace;
    this.depth = options.depth;
    this.parentRunId = options.parentRunId;
    this.givenBytes = options.givenBytes;
    this.#limits = options.limits;
    this.journal = options.journal;
  }

  get state(): State {
    if (this.#left) return 'interrupted';
    return this.result ? 'finished' : this.#scheduler.state;
  }

  get owner(): RunOwner {
    return this.#owner.current;
  }

  /** Gives the run another owner: its next events go there, its open callbacks are sent there. */
  moveTo(owner: RunOwner, progress: RunProgress | null = null): void {
    this.#owner.current = owner;
    this.emitter.moved(progress);
    this.callbacks.moveTo(owner.requests);
  }

  modelDelta(delta: ModelDeltaParams): void {
    this.callbacks.modelDelta(delta);
  }

  /** Shown while the call is open, and dropped afterwards. */
  toolProgress({ toolCallId, message, fraction }: ToolProgressParams): void {
    if (!this.callbacks.isOpen(toolCallId)) return;
    this.emitter.sink?.show({
      event_kind: 'tool_progress',
      toolCallId,
      ...(message ? { message } : {}),
      ...(fraction === null || fraction === undefined ? {} : { fraction }),
    });
  }

  /** Emits a warning about something outside of its steps, unless the run has ended by then. */
  warn(warning: Warning): void {
    if (this.#warnings >= mostWarnings) return;
    this.#warnings += 1;
    const event = { event_kind: 'warning' as const, ...warning };
    const emit = () => {
      if (this.emitter.isOver || this.#left) return;
      try {
        emitRecorded(this.engine, null, event);
      } catch (error) {
        // What cannot be written down makes the run be left.
        if (!this.isLeft) throw error;
      }
    };
    setImmediate(emit);
  }

  /** Called once, after `run_finished` was sent: requests that wait get their response after it. */
  finish(result: RunResult, nowMs: number): void {
    this.result = result;
    this.finishedAtMs = nowMs;
    this.#waiters?.resolve(result);
    this.#waiters = null;
    for (const onEnd of this.#onEnd) onEnd();
  }

  /** Resolves when the run has ended; unlike `wait` it is for the daemon itself and has no limit. */
  ended(): Promise<void> {
    return this.result || this.#left ? Promise.resolve() : new Promise((resolve) => this.#onEnd.push(resolve));
  }

  /** True once this process works on the run no longer, although it has not ended. */
  get isLeft(): boolean {
    return this.#left !== null;
  }

  /**
   * Leaves the run as it is written down: its callbacks are withdrawn, nothing more is emitted, and requests that wait for it
   * get the error.
   */
  leave(why: EngineError): void {
    if (this.result || this.#left) return;
    this.#left = why;
    this.emitter.mute();
    this.#trace.recorded?.leave();
    this.stop.leave(why);
    this.#waiters?.reject(why);
    this.#waiters = null;
  }

  /** Called once this process has nothing to do with the run any more. */
  left(): void {
    for (const onEnd of this.#onEnd) onEnd();
  }

  /** Requests the run to stop; false when it has ended or is stopping already. */
  cancel(error: EngineError): boolean {
    return !this.result && this.stop.request(error);
  }

  /**
   * Adds a message to the steering queue, under an id of its own; false when the run has ended or is stopping.
   *
   * Errors: `overloaded` when the steering queue is full.
   */
  steer({ content, when, toolCallId }: Said, id: string = randomUUID()): boolean {
    const { steering, output } = this.engine;
    if (this.result || output || !steering.isOpen || this.stop.isRequested) return false;
    const bytes = jsonSize(content);
    this.#checkQueue(bytes);
    const call = toolCallId === undefined ? {} : { call: { id: toolCallId, runStep: this.engine.runStep } };
    const steer = { id, content, bytes, ...call };
    this.steered = this.journal?.steer(steer, when);
    steering.add(steer, when);
    return true;
  }

  /** Errors: `overloaded` when one message more is too much. */
  #checkQueue(bytes: number): void {
    const { steering } = this.engine;
    const { steerQueue: max, steerQueueBytes: maxBytes } = this.#limits;
    const advice = 'Wait until the run has taken some.';
    const queue = `the steering queue of run '${this.runId}' would be`;
    const retry = { advice, retryAfterMs: 1000 };
    refuseExcess({ limit: 'steerQueue', max, value: steering.size + 1, what: `The messages in ${queue}`, ...retry });
    const value = steering.bytes + bytes;
    refuseExcess({ limit: 'steerQueueBytes', max: maxBytes, value, what: `The bytes in ${queue}`, ...retry });
  }

  /**
   * Resolves with the next event, or after so many milliseconds.
   *
   * Errors: `overloaded` when too many wait, the reason of the signal when that is aborted.
   */
  nextEvent(signal: AbortSignal, ms: number): Promise<void> {
    const { waitersPerRun } = this.#limits;
    if (this.emitter.waiters >= waitersPerRun) return Promise.reject(tooManyWait(this.runId, waitersPerRun));
    return this.emitter.nextEvent(signal, ms);
  }

  /** See `RunWaiters.wait`. */
  wait(signal: AbortSignal, timeoutMs?: number): Promise<RunResult> {
    if (this.result) return Promise.resolve(this.result);
    if (this.#left) return Promise.reject(this.#left);
    this.#waiters ??= new RunWaiters(this, this.#limits.waitersPerRun);
    return this.#waiters.wait(signal, timeoutMs);
  }
}
