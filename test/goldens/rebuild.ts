import type { DurableEvent } from '../../protocol/events.ts';
import type { Callbacks } from '../../server/engine/callbacks.ts';
import { runToEnd } from '../../server/engine/ending.ts';
import { initialState } from '../../server/engine/start.ts';
import type { RunInput, RunState } from '../../server/engine/state.ts';
import {
  type RecordedStep,
  replayingRunner,
  type StepOutput,
  type StepRunner,
} from '../../server/engine/steps/steps.ts';

/** What a run leaves behind, as the text that is compared. */
export interface Trace {
  readonly messages: string;
  readonly usage: string;
  readonly events: readonly string[];
}

export function traceOf(run: { messages: unknown; usage: unknown }, events: readonly DurableEvent[]): Trace {
  return {
    messages: JSON.stringify(run.messages),
    usage: JSON.stringify(run.usage),
    events: events.map((event) => JSON.stringify(event)),
  };
}

const stateTrace = ({ history, usage }: RunState, events: readonly DurableEvent[]) =>
  traceOf({ messages: history.messages, usage }, events);

const asJson = (steps: readonly RecordedStep[]): RecordedStep[] => JSON.parse(JSON.stringify(steps));

const never = () => Promise.reject(new Error('a rebuilt run must not ask the world again'));
const noCallbacks: Callbacks = {
  callTool: never,
  validateOutput: never,
  resolvePrompt: never,
  processHistory: never,
  prepareTools: never,
  handleDeferred: never,
  awaitHuman: never,
  waitsAs: () => null,
};

/** Rebuilds a run from the first outputs alone and tells where it stands: nothing after them ever ends. */
export async function standingAfter(input: Omit<RunInput, 'runner'>, outputs: readonly RecordedStep[]): Promise<Trace> {
  const stuck: StepRunner = { step: () => new Promise(() => undefined) };
  const { state, events } = begin(input, replayingRunner(asJson(outputs), stuck));
  await turns(2 * outputs.length + 8);
  return stateTrace(state, events);
}

/** Rebuilds a run from the first outputs; the others come as if their steps ran now. */
export async function rebuiltFrom(
  input: Omit<RunInput, 'runner'>,
  outputs: readonly RecordedStep[],
  prefix: number,
): Promise<Trace> {
  const live = comingIn(asJson(outputs.slice(prefix)));
  const { state, events, ended } = begin(input, replayingRunner(asJson(outputs.slice(0, prefix)), live));
  await ended;
  return stateTrace(state, events);
}

function begin(input: Omit<RunInput, 'runner'>, runner: StepRunner) {
  const events: DurableEvent[] = [];
  const state = initialState({
    ...input,
    runner,
    // Who is asked is a function of what the run was started with.
    callbacks: { ...noCallbacks, waitsAs: (call) => input.callbacks.waitsAs(call) },
    model: { id: input.model.id, request: never },
    signal: new AbortController().signal,
    emit: (_seq, event) => events.push(event),
  });
  const ended = runToEnd(state, (error) => {
    throw error;
  });
  return { state, events, ended };
}

/** Gives outputs in the order in which they were recorded, each in a turn of its own. */
function comingIn(outputs: RecordedStep[]): StepRunner {
  const waiting = new Map<string, (output: StepOutput) => void>();
  const deliver = () => {
    const [next] = outputs;
    const resolve = next && waiting.get(next.key);
    if (!next || !resolve) return;
    outputs.shift();
    waiting.delete(next.key);
    resolve(next.output);
    setImmediate(deliver);
  };
  return {
    step: <T extends StepOutput>(key: string) =>
      new Promise<T>((resolve) => {
        waiting.set(key, resolve as (output: StepOutput) => void);
        setImmediate(deliver);
      }),
  };
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
