import type { WaitingCall } from './callbacks.ts';
import { type Recorded, recordedStep } from './recorded.ts';
import type { RunState } from './state.ts';
import type { StepContext } from './steps.ts';

/**
 * A step that asks one thing. When nobody is sent it, so that somebody has to come for it, that is told in front of the
 * step and behind it. Both events follow from the order in which steps begin and end, also beside other steps.
 *
 * @since 0.2.0
 */
export async function askingStep<T>(
  state: RunState,
  call: WaitingCall,
  body: (context: StepContext) => Promise<T>,
  signal: AbortSignal = state.input.signal,
): Promise<Recorded<T>> {
  const added = state.input.callbacks.waitsAs(call);
  if (!added) return recordedStep(state, call.stepKey, body, signal);
  state.emit(added);
  try {
    return await recordedStep(state, call.stepKey, body, signal);
  } finally {
    // The end of the run withdraws what waits.
    if (!signal.aborted) state.emit({ event_kind: 'pending_resolved', pendingId: added.pendingId });
  }
}
