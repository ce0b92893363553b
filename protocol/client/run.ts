import type { NotificationOf, ParamsInputOf, ResultOf } from '../catalogue.ts';
import type { RunResult } from '../result.ts';
import type { ConnectionLike } from './connection.ts';

/** A durable event with its number. @since 0.1.0 */
export type RunEventMessage = NotificationOf<'run/event'>;

type MessagesOptions = Omit<ParamsInputOf<'run/messages'>, 'runId'>;

/** A started run. @since 0.1.0 */
export class Run {
  readonly runId: string;
  /** Resolves when the run has ended, however it ended; rejects when it could not be started or the connection broke. */
  readonly result: Promise<RunResult>;
  readonly #connection: ConnectionLike;
  readonly #events: EventQueue;

  constructor(runId: string, connection: ConnectionLike, events: EventQueue, result: Promise<RunResult>) {
    this.runId = runId;
    this.result = result;
    this.#connection = connection;
    this.#events = events;
    // A caller that only reads events must not die of an unhandled rejection.
    result.catch(() => undefined);
  }

  /** The events in order, from the first to `run_finished`; may be read once. */
  get events(): AsyncIterable<RunEventMessage> {
    return this.#events;
  }

  cancel(reason?: string): Promise<ResultOf<'run/cancel'>> {
    return this.#connection.sendRequest('run/cancel', { runId: this.runId, ...(reason ? { reason } : {}) });
  }

  /**
   * Sends a message to the run: with its next model request, or when it would end otherwise. A tool that sends one names its
   * call, and the model reads it right after the result of that call.
   */
  steer(
    content: ParamsInputOf<'run/steer'>['content'],
    when: 'asap' | 'whenIdle' = 'asap',
    toolCallId?: string,
  ): Promise<ResultOf<'run/steer'>> {
    const call = toolCallId === undefined ? {} : { toolCallId };
    return this.#connection.sendRequest('run/steer', { runId: this.runId, content, when, ...call });
  }

  /** All messages, exact at this instant. */
  messages(options: MessagesOptions = {}): Promise<ResultOf<'run/messages'>> {
    return this.#connection.sendRequest('run/messages', { ...options, runId: this.runId });
  }

  /** The messages this run added. */
  newMessages(options: MessagesOptions = {}): Promise<ResultOf<'run/newMessages'>> {
    return this.#connection.sendRequest('run/newMessages', { ...options, runId: this.runId });
  }

  usage(): Promise<ResultOf<'run/usage'>> {
    return this.#connection.sendRequest('run/usage', { runId: this.runId });
  }
}

/** Events that were not read yet; ends after `run_finished`. @since 0.1.0 */
export class EventQueue implements AsyncIterable<RunEventMessage> {
  readonly #items: RunEventMessage[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  push(event: RunEventMessage): void {
    this.#items.push(event);
    if (event.event.event_kind === 'run_finished') this.#ended = true;
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RunEventMessage> {
    for (;;) {
      const next = this.#items.shift();
      if (next) yield next;
      else if (this.#ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    }
  }
}
