import type { DurableEvent } from '../../../protocol/events.ts';

/**
 * Version of the step keys and of the outputs of steps. A run that was recorded under another version is not rebuilt.
 */
export const LOOP_VERSION = 3;

/**
 * The keys of the steps of a run. They are a wire format: `n` is the run step (number of the model request), `i` the
 * position of the call in the response, `j` the position in the chain of output function and validators.
 */
export const stepKey = {
  start: 't0.prepare',
  prepare: (n: number) => `t${n}.prepare`,
  model: (n: number) => `t${n}.model`,
  call: (n: number, i: number) => `t${n}.call.${i}`,
  /** `k` counts the runs of a call that was approved in the same step. */
  rerun: (n: number, i: number, k: number) => `t${n}.call.${i}.r${k}`,
  output: (n: number, i: number | 'text', j: number) => `t${n}.output.${i}.${j}`,
  deferred: (n: number) => `t${n}.deferred`,
  /** One call that waits for humans; `k` counts the times it was deferred again in the same step. */
  waiting: (n: number, i: number, k: number) => (k === 0 ? `t${n}.deferred.${i}` : `t${n}.deferred.${i}.r${k}`),
} as const;

/** The facilities of the body of a step. */
export interface StepContext {
  readonly key: string;
  /** The same whenever this step is tried again: handed to tools and providers. */
  readonly idempotencyKey: string;
  /** Aborted when the run ends or is cancelled. */
  readonly signal: AbortSignal;
  /** The time, RFC 3339. */
  now(): string;
  /** Milliseconds of a steady clock, for durations. */
  elapsed(): number;
  /** Emits an event while the step runs; absent in steps that may run in parallel with others. */
  readonly emit?: (event: DurableEvent) => void;
}

/** The output of a step: plain JSON with the time at which it ended. */
export interface StepOutput {
  readonly v: typeof LOOP_VERSION;
  readonly time: string;
  /** Events that were emitted since the step before it ended. */
  readonly events?: readonly DurableEvent[];
}

/**
 * The only way from the engine to the world: everything that is not a function of the specification and of earlier
 * steps happens in the body of a step. A runner calls the body, or returns the output that was recorded before.
 */
export interface StepRunner {
  step<T extends StepOutput>(key: string, body: (context: StepContext) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Returns whether an output of the step was recorded before and is still to be returned. */
  hasRecorded?(key: string): boolean;
}

/** Clock and ids, handed in so that a run is a function of its inputs. */
export interface World {
  now(): string;
  elapsed(): number;
}

/**
 * Calls every body. The body handles aborts itself: the step of a broken stream records what arrived.
 */
export function directRunner(runId: string, world: World): StepRunner {
  return {
    step(key, body, signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      return body({ key, idempotencyKey: `${runId}/${key}`, signal, now: world.now, elapsed: world.elapsed });
    },
  };
}

/** One entry of a recorded run. */
export interface RecordedStep {
  readonly key: string;
  readonly output: StepOutput;
}

/** Wraps a runner so that each output is kept in the order in which the steps ended. */
export function recordingRunner(inner: StepRunner, recorded: RecordedStep[]): StepRunner {
  return {
    ...(inner.hasRecorded ? { hasRecorded: (key: string) => inner.hasRecorded?.(key) ?? false } : {}),
    async step(key, body, signal) {
      const output = await inner.step(key, body, signal);
      recorded.push({ key, output });
      return output;
    },
  };
}

/**
 * Returns recorded outputs in the order in which they were recorded, then goes on with `inner`. A step without a
 * recorded output waits until all of them were returned: a batch that ended with an error must not call its other
 * tools again.
 */
export function replayingRunner(recorded: readonly RecordedStep[], inner: StepRunner): StepRunner {
  const queue = [...recorded];
  const waiting = new Map<string, (output: StepOutput) => void>();
  const live: (() => void)[] = [];
  let scheduled = false;
  const startLive = () => {
    for (const start of live.splice(0)) start();
  };
  const deliver = () => {
    scheduled = false;
    const next = queue[0];
    const resolve = next && waiting.get(next.key);
    if (next && resolve) {
      queue.shift();
      waiting.delete(next.key);
      resolve(next.output);
    }
    if (queue.length === 0) setImmediate(startLive);
    else if (waiting.has(queue[0]?.key ?? '')) schedule();
  };
  // One output per turn of the event loop: the engine has dealt with it, and started what follows, before the next.
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(deliver);
  };
  return {
    hasRecorded: (key) => queue.some((entry) => entry.key === key) || (inner.hasRecorded?.(key) ?? false),
    step<T extends StepOutput>(key: string, body: (context: StepContext) => Promise<T>, signal: AbortSignal) {
      if (queue.length === 0) return inner.step(key, body, signal);
      schedule();
      if (queue.some((entry) => entry.key === key)) {
        return new Promise<T>((resolve) => waiting.set(key, resolve as (output: StepOutput) => void));
      }
      return new Promise<T>((resolve, reject) => {
        live.push(() => inner.step(key, body, signal).then(resolve, reject));
      });
    },
  };
}
