import type { DurableEvent } from '../../../protocol/events.ts';
import type { RunError } from '../../../protocol/result.ts';
import { EngineError, fromRunError, toRunError } from '../errors.ts';
import type { RunState } from '../state.ts';
import { LOOP_VERSION, type StepContext, type StepOutput } from './steps.ts';

/** A step that ended the run: errors are values, so that a rebuilt run fails the same way. */
type Failed = StepOutput & { readonly error: RunError };
type Done<T> = StepOutput & { readonly value: T };
type Body<T> = (context: StepContext) => Promise<T>;

/** The value of a step and the time at which it ended. */
export interface Recorded<T> {
  readonly value: T;
  readonly time: string;
}

/**
 * Runs a step whose body may fail with an `EngineError`; the error is recorded and thrown again. The time of the state
 * moves to that of the step.
 */
export function recordedStep<T>(
  state: RunState,
  key: string,
  body: Body<T>,
  signal: AbortSignal = state.input.signal,
): Promise<Recorded<T>> {
  let isLive = false;
  const live = (context: StepContext) => {
    isLive = true;
    return asOutput(state, context, body);
  };
  const output = state.input.runner.step<Failed | Done<T>>(key, live, signal);
  return output.then((one) => taken(state, one, isLive));
}

/**
 * The same for a step that sends several requests one after another and emits events about them: they are recorded with
 * it, so that a rebuilt run emits them too. No other step may run in parallel with it.
 */
export function emittingStep<T>(state: RunState, key: string, body: Body<T>): Promise<Recorded<T>> {
  const emit = (event: DurableEvent) => emitNow(state, event);
  return recordedStep(state, key, (context) => {
    const { key: own, idempotencyKey, signal, now, elapsed } = context;
    return body({ key: own, idempotencyKey, signal, now, elapsed, emit });
  });
}

/**
 * Emits an event that no step leads to, as it comes from outside. It is recorded with the next step that ends, so that a
 * rebuilt run emits it before what follows from that step. Returns false, and does nothing, while a step that has ended
 * was not taken up: what follows from it comes first. To be called in a turn of the event loop of its own, in which the
 * engine has dealt with all there was.
 */
export function emitFromOutside(state: RunState, event: DurableEvent): boolean {
  if (state.settling > 0) return false;
  emitNow(state, event);
  return true;
}

function emitNow(state: RunState, event: DurableEvent): void {
  state.unrecorded ??= [];
  state.unrecorded.push(event);
  state.emit(event);
}

function taken<T>(state: RunState, output: Failed | Done<T>, isLive: boolean): Recorded<T> {
  if (isLive) state.settling -= 1;
  else for (const event of output.events ?? []) state.emit(event);
  state.time = output.time;
  if ('error' in output) throw fromRunError(output.error);
  return { value: output.value, time: output.time };
}

function asOutput<T>(state: RunState, context: StepContext, body: Body<T>): Promise<Failed | Done<T>> {
  return body(context).then(
    (value) => settled(state, { v: LOOP_VERSION, time: context.now(), value }),
    (error: unknown) => {
      if (!(error instanceof EngineError) || context.signal.aborted) throw error;
      return settled(state, { v: LOOP_VERSION, time: context.now(), error: toRunError(error) });
    },
  );
}

/** What was emitted since the last step ended is recorded with this one. */
function settled<T extends StepOutput>(state: RunState, output: T): T {
  const events = state.unrecorded;
  state.unrecorded = null;
  state.settling += 1;
  return events ? { ...output, events } : output;
}
