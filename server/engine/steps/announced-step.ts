import type { PendingAdded, WaitingCall } from '../callbacks.ts';
import type { RunState } from '../state.ts';
import { emitRecorded, type Recorded, recordedStep } from './recorded-step.ts';
import type { StepContext, StepEffect, StepOutput } from './steps.ts';

/** How a step that sends a callback is run. */
export interface AnnouncedOptions {
  readonly signal?: AbortSignal;
  /** See `StepEffect.once`. */
  readonly once?: ((time: string) => StepOutput) | undefined;
}

type Body<T> = (context: StepContext) => Promise<T>;

/**
 * A step that sends one callback. When no client is sent it, `pending_added` and `pending_resolved` are emitted before and
 * after the step. Both follow from the order in which steps begin and end, also with steps in parallel.
 */
export function announcedStep<T>(
  state: RunState,
  call: WaitingCall,
  body: Body<T>,
  { signal = state.input.signal, once }: AnnouncedOptions = {},
): Promise<Recorded<T>> {
  const { runner, callbacks } = state.input;
  const added = callbacks.waitsAs(call);
  if (!runner.recordEvent) {
    const step = recordedStep(state, call.stepKey, body, { signal });
    return added ? announced(state, added, step, signal) : step;
  }
  const effect: StepEffect | undefined = once && { once, isSent: () => callbacks.waitsAs(call) === null };
  const resumable = (context: StepContext) =>
    context.earlier && !added ? announcedLate(state, call, body, context) : body(context);
  const step = recordedStep(state, call.stepKey, resumable, { signal, effect });
  return added ? announced(state, added, step, signal) : step;
}

/** The step has begun, so that what waits is written down before it is announced. */
async function announced<T>(state: RunState, added: PendingAdded, step: Promise<T>, signal: AbortSignal): Promise<T> {
  state.emit(added);
  try {
    return await step;
  } finally {
    // The end of the run withdraws its pending items.
    if (!signal.aborted) state.emit({ event_kind: 'pending_resolved', pendingId: added.pendingId });
  }
}

/** A step that was sent to one client, and waits now that another one has taken the run over. */
async function announcedLate<T>(state: RunState, call: WaitingCall, body: Body<T>, context: StepContext): Promise<T> {
  const { key, signal, earlier = [] } = context;
  const known = earlier.find((event) => event.event_kind === 'pending_added');
  const running = body(context);
  const added = known ?? state.input.callbacks.waitsAs(call);
  if (added && !known) emitRecorded(state, key, added);
  try {
    return await running;
  } finally {
    if (added && !signal.aborted)
      emitRecorded(state, key, { event_kind: 'pending_resolved', pendingId: added.pendingId });
  }
}
