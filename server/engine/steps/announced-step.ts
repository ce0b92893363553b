import type { PendingAdded, WaitingCall } from '../callbacks.ts';
import type { RunState } from '../state.ts';
import { type Recorded, recordedStep } from './recorded-step.ts';
import type { StepContext } from './steps.ts';

/**
 * A step that sends one callback. When no client is sent it, `pending_added` and `pending_resolved` are emitted before and
 * after the step. Both follow from the order in which steps begin and end, also with steps in parallel.
 */
export function announcedStep<T>(
  state: RunState,
  call: WaitingCall,
  body: (context: StepContext) => Promise<T>,
  signal: AbortSignal = state.input.signal,
): Promise<Recorded<T>> {
  const added = state.input.callbacks.waitsAs(call);
  const step = () => recordedStep(state, call.stepKey, body, signal);
  return added ? announced(state, added, step, signal) : step();
}

async function announced<T>(
  state: RunState,
  added: PendingAdded,
  step: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  state.emit(added);
  try {
    return await step();
  } finally {
    // The end of the run withdraws its pending items.
    if (!signal.aborted) state.emit({ event_kind: 'pending_resolved', pendingId: added.pendingId });
  }
}
