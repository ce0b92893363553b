import type { RunResult } from '../../../../protocol/result.ts';
import { waitsAs } from '../../../callbacks/callback-requester.ts';
import type { Callbacks } from '../../../engine/callbacks.ts';
import { runToEnd } from '../../../engine/ending.ts';
import { EngineError } from '../../../engine/errors.ts';
import { initialState } from '../../../engine/start.ts';
import type { RunState } from '../../../engine/state.ts';
import { ReplayingRunner } from '../../../engine/steps/replaying-runner.ts';
import type { Serves } from '../../../engine/steps/run-lines.ts';
import { LOOP_VERSION, type StepRunner } from '../../../engine/steps/steps.ts';
import { EventRing, type SentEvent } from '../../../runs/events/event-ring.ts';
import { eventForWire } from '../../../runs/events/event-size.ts';
import { RunStop } from '../../../runs/run-stop.ts';
import type { Store } from '../../../store/store.ts';
import type { StoredRun } from '../../../store/stored-run.ts';
import { inputOf, storedPlan } from '../run-plan.ts';

/** A run as it stands after its last line. */
export interface RebuiltRun {
  readonly state: RunState;
  readonly events: EventRing;
}

const never = () => Promise.reject(new Error('a run that is looked at requests nobody'));
const nobody: Callbacks = {
  callTool: never,
  validateOutput: never,
  resolvePrompt: never,
  processHistory: never,
  prepareTools: never,
  handleDeferred: never,
  awaitHuman: never,
  waitsAs: () => null,
};

/** Nothing that was not recorded happens, but for the end of a run that was stopped. */
const stuck: StepRunner = {
  step: (_key, _body, signal) =>
    new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
};

/**
 * Rebuilds a run from what is stored of it, without sending anything.
 *
 * Errors: `run.incompatible` for a run of another loop, those of the store.
 */
export async function rebuild(run: StoredRun, store: Store): Promise<RebuiltRun> {
  checkLoop(run);
  const { head, result } = run;
  const plan = await storedPlan(head, await store.historyOf(head.history));
  const events = new EventRing({ eventsKept: Number.POSITIVE_INFINITY, eventsKeptBytes: Number.POSITIVE_INFINITY });
  const stop = new RunStop(() => head.startedAt);
  let serves: Serves = head.serves;
  const runner = new ReplayingRunner(run.recorded().lines, stuck, {
    onStop: (error, at) => stop.again(error, at),
    onServes: (now) => {
      serves = now;
    },
  });
  const input = inputOf(plan, {
    model: { id: head.spec.modelId, request: never },
    events: {
      emit: (seq, event) => events.add(asStored({ runId: run.runId, seq, event: eventForWire(event) }, result)),
    },
    callbacks: { ...nobody, waitsAs: (call) => waitsAs(run.runId, call, (method) => serves?.includes(method) ?? true) },
    signal: stop.signal,
    now: stop.time,
    runner,
  });
  const state = initialState(input);
  const ended = runToEnd(state, (error) => new EngineError('internal', String(error)));
  await runner.replayed;
  if (result) await ended;
  return { state, events };
}

/** Errors: `run.incompatible` for a run that another version of the loop recorded. */
export function checkLoop({ head: { loop, runId, by } }: StoredRun): void {
  if (loop === LOOP_VERSION) return;
  throw new EngineError(
    'run.incompatible',
    `Run '${runId}' was recorded by Runwire ${by}, whose loop has version ${loop}; this one has ${LOOP_VERSION}. Go on from its messages in another run: \`messageHistory: {"runId": …}\`.`,
    { runId, recorded: loop, current: LOOP_VERSION },
  );
}

/** What a bug ends a run with has an id of its own each time; the one that was emitted stands. */
function asStored(sent: SentEvent, result: RunResult | null): SentEvent {
  return result && sent.event.event_kind === 'run_finished' ? { ...sent, event: { ...sent.event, result } } : sent;
}
