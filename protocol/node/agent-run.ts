import type { Run, RunEventMessage } from '../client/run.ts';
import type { NotificationOf, RunResult } from '../types/client-types.ts';
import { RunFailedError } from './errors.ts';
import type { TextQueue } from './text-queue.ts';

/** A delta of a run. @since 0.1.0 */
export type RunDelta = NotificationOf<'run/delta'>;

/** How a run ended, with its output as the schema gives it. */
export interface Finished<Output> {
  readonly output: Output;
  readonly result: RunResult;
}

/** The parts of an `AgentRun`. */
export interface AgentRunParts<Output> {
  readonly run: Run;
  readonly text: TextQueue;
  /** Rejects with `DaemonGoneError` in place of whatever a broken connection rejects with. */
  readonly whileAlive: <T>(work: Promise<T>) => Promise<T>;
  /** Reads the output of a run that succeeded. */
  readonly read: (output: unknown) => Promise<Output>;
}

/**
 * A run that was started: iterate over it for its events.
 *
 * Source: Pydantic AI `AgentRun`.
 * @since 0.1.0
 */
export class AgentRun<Output> implements AsyncIterable<RunEventMessage> {
  readonly runId: string;
  /** Number of the last event that is not iterated over, because the run was continued; 0 for one that was started. */
  readonly lastSeq: number;
  /** Resolves when the run has ended, however it ended. Errors: `DaemonGoneError`. */
  readonly result: Promise<RunResult>;
  /** Resolves with the output. Errors: `RunFailedError` for any other end of the run, `DaemonGoneError`. */
  readonly output: Promise<Output>;
  readonly #run: Run;
  readonly #text: TextQueue;

  constructor({ run, text, whileAlive, read }: AgentRunParts<Output>) {
    this.runId = run.runId;
    this.lastSeq = run.lastSeq;
    this.#run = run;
    this.#text = text;
    this.result = whileAlive(run.result);
    this.output = this.result.then((result) => {
      if (result.outcome !== 'success') throw new RunFailedError(result);
      return read(result.output);
    });
    // A caller that only reads events must not die of an unhandled rejection.
    this.output.catch(() => undefined);
  }

  /**
   * The events after `lastSeq` in order, up to `run_finished`. There is one reader.
   *
   * Errors: `DaemonGoneError`.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<RunEventMessage, void, undefined> {
    yield* this.#run.events;
    // They end early when the daemon is gone.
    await this.result;
  }

  /** The text of the model as it comes; the run has to have the model's streaming interface, which it has unless `stream` is false. */
  get textStream(): AsyncIterable<string> {
    return this.#text.until(this.result);
  }

  /** Cancels the run; it ends with its messages kept. */
  async cancel(reason?: string): Promise<boolean> {
    return (await this.#run.cancel(reason)).accepted;
  }

  /** Sends a message to the run; see `run/steer`. */
  async steer(...said: Parameters<Run['steer']>): Promise<boolean> {
    return (await this.#run.steer(...said)).accepted;
  }

  /** All messages, exact at this instant. */
  messages(...options: Parameters<Run['messages']>): ReturnType<Run['messages']> {
    return this.#run.messages(...options);
  }

  /** The messages that this run added. */
  newMessages(...options: Parameters<Run['newMessages']>): ReturnType<Run['newMessages']> {
    return this.#run.newMessages(...options);
  }

  /** The usage so far. */
  usage(): ReturnType<Run['usage']> {
    return this.#run.usage();
  }
}
