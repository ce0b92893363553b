import type { DurableEvent } from '../../protocol/events.ts';
import type { RunError } from '../../protocol/result.ts';
import { EngineError, fromRunError, toRunError } from './errors.ts';
import type { RunState } from './state.ts';
import { LOOP_VERSION, type StepContext, type StepOutput } from './steps.ts';

/** A step that ended the run: errors are values, so that a rebuilt run fails the same way. @since 0.1.0 */
type Failed = StepOutput & { readonly error: RunError };
type Done<T> = StepOutput & { readonly value: T };
type Body<T> = (context: StepContext) => Promise<T>;

/** The value of a step and the time at which it ended. @since 0.1.0 */
export interface Recorded<T> {
  readonly value: T;
  readonly time: string;
}

/**
 * Runs a step whose body may fail with an `EngineError`; the error is recorded and thrown again. The time of the state
 * moves to that of the step.
 *
 * @since 0.1.0
 */
export function recordedStep<T>(
  state: RunState,
  key: string,
  body: Body<T>,
  signal: AbortSignal = state.input.signal,
): Promise<Recorded<T>> {
  const output = state.input.runner.step<Failed | Done<T>>(key, (context) => asValue(context, body), signal);
  return output.then((one) => taken(state, one));
}

/**
 * The same for a step that asks for several things one after another, and tells of them: events told by its body are
 * recorded with it, so that a rebuilt run tells them too. No other step may run beside it.
 *
 * @since 0.2.0
 */
export async function tellingStep<T>(state: RunState, key: string, body: Body<T>): Promise<Recorded<T>> {
  const told: DurableEvent[] = [];
  let isLive = false;
  const tell = (event: DurableEvent) => {
    told.push(event);
    state.emit(event);
  };
  const step = async (context: StepContext) => {
    isLive = true;
    const output = await asValue({ ...context, tell }, body);
    return told.length > 0 ? { ...output, told } : output;
  };
  const output = await state.input.runner.step<Failed | Done<T>>(key, step, state.input.signal);
  if (!isLive) for (const event of output.told ?? []) state.emit(event);
  return taken(state, output);
}

function taken<T>(state: RunState, output: Failed | Done<T>): Recorded<T> {
  state.time = output.time;
  if ('error' in output) throw fromRunError(output.error);
  return { value: output.value, time: output.time };
}

function asValue<T>(context: StepContext, body: Body<T>): Promise<Failed | Done<T>> {
  return body(context).then(
    (value) => ({ v: LOOP_VERSION, time: context.now(), value }),
    (error: unknown) => {
      if (!(error instanceof EngineError) || context.signal.aborted) throw error;
      return { v: LOOP_VERSION, time: context.now(), error: toRunError(error) };
    },
  );
}
