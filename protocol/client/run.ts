import type { NotificationOf, ParamsInputOf, ResultOf, RunResult } from '../types/client-types.ts';
import type { Requests } from './requests.ts';

/** A durable event with its number. @since 0.1.0 */
export type RunEventMessage = NotificationOf<'run/event'>;

type MessagesOptions = Omit<ParamsInputOf<'run/messages'>, 'runId'>;

/** A started run. @since 0.1.0 */
export class Run {
  readonly runId: string;
  /** Resolves when the run has ended, however it ended; rejects when it could not be started or the connection broke. */
  readonly result: Promise<RunResult>;
  /** Number of the last event that is not among `events`, because the run was continued; 0 for one that was started. */
  readonly lastSeq: number;
  readonly #requests: Requests;
  readonly #events: EventQueue;

  constructor(
    runId: string,
    requests: Requests,
    { events, result, lastSeq }: { events: EventQueue; result: Promise<RunResult>; lastSeq: number },
  ) {
    this.runId = runId;
    this.result = result;
    this.lastSeq = lastSeq;
    this.#requests = requests;
    this.#events = events;
    // A caller that only reads events must not die of an unhandled rejection.
    result.catch(() => undefined);
  }

  /** The events after `lastSeq` in order, up to `run_finished`. Errors: an `Error` for a second reader, which would miss some. */
  get events(): AsyncIterable<RunEventMessage> {
    return this.#events;
  }

  cancel(reason?: string): Promise<ResultOf<'run/cancel'>> {
    return this.#requests.send('run/cancel', { runId: this.runId, ...(reason ? { reason } : {}) });
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
    return this.#requests.send('run/steer', { runId: this.runId, content, when, ...call });
  }

  /** All messages, exact at this instant. */
  messages(options: MessagesOptions = {}): Promise<ResultOf<'run/messages'>> {
    return this.#requests.send('run/messages', { ...options, runId: this.runId });
  }

  /** The messages this run added. */
  newMessages(options: MessagesOptions = {}): Promise<ResultOf<'run/newMessages'>> {
    return this.#requests.send('run/newMessages', { ...options, runId: this.runId });
  }

  usage(): Promise<ResultOf<'run/usage'>> {
    return this.#requests.send('run/usage', { runId: this.runId });
  }
}

/** Events that were not read yet; ends after `run_finished`. @since 0.1.0 */
export class EventQueue implements AsyncIterable<RunEventMessage> {
  readonly #items: RunEventMessage[] = [];
  #ended = false;
  #isRead = false;
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

  [Symbol.asyncIterator](): AsyncGenerator<RunEventMessage> {
    if (this.#isRead) throw new Error('The events of this run are being read already; keep those you need.');
    this.#isRead = true;
    return this.#read();
  }

  async *#read(): AsyncGenerator<RunEventMessage> {
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
