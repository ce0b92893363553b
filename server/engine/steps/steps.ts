import type { DurableEvent } from '../../../protocol/events.ts';
import type { RunError } from '../../../protocol/result.ts';

/**
 * Version of the step keys and of the outputs of steps. A run that was recorded under another version is not rebuilt.
 */
export const LOOP_VERSION = 4;

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
  /** Counts how often the body of a step with an effect was called, also by processes before this one; from 1. */
  readonly attempt: number;
  /** The same whenever this step is tried again: handed to tools and providers. */
  readonly idempotencyKey: string;
  /** Aborted when the run ends or is cancelled. */
  readonly signal: AbortSignal;
  /** The time, RFC 3339. */
  now(): string;
  /** Milliseconds of a steady clock, for durations. */
  elapsed(): number;
  /** The events that earlier tries of this step emitted; present when the step was open when its run was interrupted. */
  readonly earlier?: readonly DurableEvent[];
  /** Emits an event while the step runs; absent in steps that do not emit any. */
  readonly emit?: (event: DurableEvent) => void;
}

/** The output of a step: plain JSON with the time at which it ended. */
export interface StepOutput {
  readonly v: typeof LOOP_VERSION;
  readonly time: string;
}

/** What a step does to the world, so that a runner records each try of it before the body is called. */
export interface StepEffect {
  /**
   * The output of a step that must not be done twice, when an earlier try of it was cut off; absent when the body may
   * be called again.
   */
  readonly once?: (time: string) => StepOutput;
  /** Returns whether the body sends something; until then it may be called again. */
  readonly isSent?: () => boolean;
}

/**
 * The only way from the engine to the world: everything that is not a function of the specification and of earlier
 * steps happens in the body of a step. A runner calls the body, or returns the output that was recorded before.
 */
export interface StepRunner {
  step<T extends StepOutput>(
    key: string,
    body: (context: StepContext) => Promise<T>,
    signal: AbortSignal,
    effect?: StepEffect,
  ): Promise<T>;
  /** Returns whether an output of the step was recorded before and is still to be returned. */
  hasRecorded?(key: string): boolean;
  /**
   * Records an event that no output leads to, and emits it in the order of what was recorded. `key` is the step that
   * emits it; null when it comes from outside. Absent: nothing is recorded.
   */
  recordEvent?(key: string | null, event: DurableEvent): void;
  /**
   * Records that the run is stopped from outside, and calls `act` with the time of it in the order of what was recorded.
   * Returns a promise when the record is still on its way to the disk. Absent: nothing is recorded.
   */
  stop?(error: RunError, act: (at: string) => void): Promise<void> | undefined;
  /** Called once, with what emits the events that `tell` was given. */
  attach?(emit: (event: DurableEvent) => void): void;
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
      return body({
        key,
        attempt: 1,
        idempotencyKey: `${runId}/${key}`,
        signal,
        now: world.now,
        elapsed: world.elapsed,
      });
    },
  };
}
