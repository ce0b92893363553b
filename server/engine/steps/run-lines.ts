import type { CallbackMethod } from '../../../protocol/catalogue.ts';
import type { DurableEvent } from '../../../protocol/events.ts';
import type { RunError } from '../../../protocol/result.ts';
import type { StepOutput } from './steps.ts';

/** The callbacks that a client is sent; null: all of them. */
export type Serves = readonly CallbackMethod[] | null;

/**
 * One entry of a recorded run. The entries are in the order in which the engine learned of them; `after` is the step that
 * was opened last, '' before the first.
 */
export type RunLine =
  | { readonly kind: 'step'; readonly key: string; readonly output: StepOutput }
  /** The body of a step with an effect was about to be called. */
  | { readonly kind: 'try'; readonly key: string }
  /** An event that no output leads to; `key` is the step that emitted it, or null. */
  | { readonly kind: 'emitted'; readonly key: string | null; readonly after: string; readonly event: DurableEvent }
  /** The run was stopped from outside. */
  | { readonly kind: 'stop'; readonly after: string; readonly error: RunError; readonly at: string }
  /** Another owner took the run over. */
  | { readonly kind: 'claim'; readonly serves: Serves };

/** Writes down what a run does. A method that returns a promise is awaited before anything follows from the entry. */
export interface RunJournal {
  try(key: string, isOnce: boolean): Promise<void> | undefined;
  event(line: RunLine & { kind: 'emitted' }): Promise<void> | undefined;
  stop(line: RunLine & { kind: 'stop' }): Promise<void> | undefined;
  step(key: string, output: StepOutput): Promise<void> | undefined;
}
