import type { DurableEvent } from '../../protocol/events.ts';
import type { Callbacks } from '../../server/engine/callbacks.ts';
import { runToEnd } from '../../server/engine/ending.ts';
import { fromRunError } from '../../server/engine/errors.ts';
import { initialState } from '../../server/engine/start.ts';
import type { RunInput, RunState } from '../../server/engine/state.ts';
import { type ReplayHooks, ReplayingRunner } from '../../server/engine/steps/replaying-runner.ts';
import type { RunLine } from '../../server/engine/steps/run-lines.ts';
import type { StepRunner } from '../../server/engine/steps/steps.ts';
import { byEffort } from '../support/effort.ts';

/** What remains of a run, as the text that is compared. */
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

/** Which prefixes of the steps of a run are tried: each third one, and in CI all of them. */
const everyPrefix = byEffort({ quick: 3, ci: 1, thorough: 1 });

/** The lengths of the prefixes that are tried; the whole is among them. */
export const prefixesOf = (steps: readonly RunLine[]): number[] =>
  Array.from({ length: steps.length + 1 }, (_, prefix) => prefix).filter(
    (prefix) => prefix % everyPrefix === 0 || prefix === steps.length,
  );

const asJson = (lines: readonly RunLine[]): RunLine[] => JSON.parse(JSON.stringify(lines));

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

type Input = Omit<RunInput, 'runner'>;

/** Nothing that is not recorded ever ends, but for a stop. */
const stuck: StepRunner = {
  step: (_key, _body, signal) =>
    new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      else signal.addEventListener('abort', () => reject(signal.reason));
    }),
};

/** Rebuilds a run from the first entries alone and returns where it stands: nothing after them ever ends. */
export async function standingAfter(input: Input, lines: readonly RunLine[]): Promise<Trace> {
  const { state, events, replayed } = begin(input, (hooks) => new ReplayingRunner(asJson(lines), stuck, hooks));
  await replayed;
  await turns(4);
  return stateTrace(state, events);
}

/** Rebuilds a run from the first entries; the others come as if their steps ran now. */
export async function rebuiltFrom(input: Input, lines: readonly RunLine[], prefix: number): Promise<Trace> {
  const first = asJson(lines.slice(0, prefix));
  const opened = first.flatMap((line) => ('key' in line && line.key !== null ? [line.key] : []));
  const rest = asJson(lines.slice(prefix));
  const { state, events, ended } = begin(
    input,
    (hooks) => new ReplayingRunner(first, new ReplayingRunner(rest, stuck, { ...hooks, opened }), hooks),
  );
  await ended;
  return stateTrace(state, events);
}

function begin(input: Input, runnerWith: (hooks: ReplayHooks) => ReplayingRunner) {
  const events: DurableEvent[] = [];
  const controller = new AbortController();
  let now = input.now;
  const runner = runnerWith({
    onStop: (error, at) => {
      now = () => at;
      controller.abort(fromRunError(error));
    },
  });
  const state = initialState({
    ...input,
    runner,
    // Who gets the request is a function of what the run was started with.
    callbacks: { ...noCallbacks, waitsAs: (call) => input.callbacks.waitsAs(call) },
    model: { id: input.model.id, request: never },
    signal: controller.signal,
    now: () => now(),
    events: { emit: (_seq, event) => events.push(event) },
  });
  const ended = runToEnd(state, (error) => {
    throw error;
  });
  ended.catch(() => undefined);
  return { state, events, ended, replayed: runner.replayed };
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
