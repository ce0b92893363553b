import type { DurableEvent } from '../../../protocol/events.ts';
import type { RunError } from '../../../protocol/result.ts';
import { EngineError, fromRunError, toRunError } from '../errors.ts';
import type { RunState } from '../state.ts';
import { LOOP_VERSION, type StepContext, type StepEffect, type StepOutput } from './steps.ts';

/** A step that ended the run: errors are values, so that a rebuilt run fails the same way. */
type Failed = StepOutput & { readonly error: RunError };
type Done<T> = StepOutput & { readonly value: T };
type Body<T> = (context: StepContext) => Promise<T>;

/** The value of a step and the time at which it ended. */
export interface Recorded<T> {
  readonly value: T;
  readonly time: string;
}

/** How a step is run. */
export interface StepOptions {
  /** Aborted when nobody wants its output any more; that of the run unless given. */
  readonly signal?: AbortSignal;
  readonly effect?: StepEffect | undefined;
}

/**
 * Runs a step whose body may fail with an `EngineError`; the error is recorded and thrown again. The time of the state
 * moves to that of the step.
 */
export function recordedStep<T>(
  state: RunState,
  key: string,
  body: Body<T>,
  { signal = state.input.signal, effect }: StepOptions = {},
): Promise<Recorded<T>> {
  const live = (context: StepContext) => asOutput(context, body);
  return state.input.runner.step<Failed | Done<T>>(key, live, signal, effect).then((output) => taken(state, output));
}

/** The same for a step that emits events while it runs: they are recorded, so that a rebuilt run emits them too. */
export function emittingStep<T>(
  state: RunState,
  key: string,
  body: Body<T>,
  options?: StepOptions,
): Promise<Recorded<T>> {
  return recordedStep(state, key, (context) => emitting(state, context, body), options);
}

function emitting<T>(state: RunState, context: StepContext, body: Body<T>): Promise<T> {
  const { key, earlier, signal } = context;
  if (!earlier) return body({ ...context, emit: (event) => emitRecorded(state, key, event) });
  const emitted = [...earlier];
  const emit = (event: DurableEvent) => {
    if (emitted.some((one) => isSamePending(one, event))) return;
    emitted.push(event);
    emitRecorded(state, key, event);
  };
  // What an earlier try announced, and this one did not wait for, waits no longer either.
  return body({ ...context, emit }).finally(() => {
    if (signal.aborted) return;
    for (const event of [...emitted]) {
      if (event.event_kind === 'pending_added') emit({ event_kind: 'pending_resolved', pendingId: event.pendingId });
    }
  });
}

function isSamePending(one: DurableEvent, other: DurableEvent): boolean {
  if (one.event_kind !== 'pending_added' && one.event_kind !== 'pending_resolved') return false;
  return one.event_kind === other.event_kind && one.pendingId === other.pendingId;
}

/** Emits an event that no output leads to; it is recorded first. `key` is the step that emits it, null for none. */
export function emitRecorded(state: RunState, key: string | null, event: DurableEvent): void {
  const { runner } = state.input;
  if (runner.recordEvent) runner.recordEvent(key, event);
  else state.emit(event);
}

/** Returns the output of a step as it is recorded. */
export const doneOutput = <T>(time: string, value: T): Done<T> => ({ v: LOOP_VERSION, time, value });

function taken<T>(state: RunState, output: Failed | Done<T>): Recorded<T> {
  state.time = output.time;
  if ('error' in output) throw fromRunError(output.error);
  return { value: output.value, time: output.time };
}

function asOutput<T>(context: StepContext, body: Body<T>): Promise<Failed | Done<T>> {
  return body(context).then(
    (value) => doneOutput(context.now(), value),
    (error: unknown) => {
      if (!(error instanceof EngineError) || context.signal.aborted) throw error;
      return { v: LOOP_VERSION, time: context.now(), error: toRunError(error) };
    },
  );
}
