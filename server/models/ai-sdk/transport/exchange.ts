import { EngineError, unexpectedBehavior } from '../../../engine/errors.ts';
import { type AnswerBounds, tooLarge } from '../../../engine/limits/bounds.ts';
import type { OwnError } from '../answers/own-error.ts';
import { SilenceClock, StallClock } from './clocks.ts';
import type { Refusal } from './json-scan.ts';
import { LongTexts } from './long-texts.ts';
import type { Timing } from './retry.ts';
import { TightHeap } from './tight-heap.ts';

/** Options of an exchange, the same in every attempt. */
export interface ExchangeOptions {
  readonly modelName: string;
  readonly provider: string;
  readonly bounds: AnswerBounds;
  /** True if the response is streamed. */
  readonly isStreamed: boolean;
  /** The longest silence on the wire. */
  readonly silenceMs: number;
}

/** Far more than providers send between two pieces of a response. */
const eventsWithoutContent = 10_000;

/** One attempt at a request, shared by its sender and the reader of its response. */
export class Exchange {
  readonly options: ExchangeOptions;
  readonly silence: SilenceClock;
  readonly stall: StallClock;
  /** Aborted when we give up. */
  readonly signal: AbortSignal;
  /**
   * The reason why we gave up, or how the stream broke: packages replace such errors, or drop what came before them.
   */
  error: unknown;
  /** The error that the provider reported in its response. */
  reported: OwnError | undefined;
  /** The whole response as its package received it, without long texts: not every package returns it. */
  body: unknown;
  readonly longTexts = new LongTexts();
  readonly heap = new TightHeap();
  /** True once the provider has begun to respond: later failures are about the response. */
  hasAnswer = false;
  readonly #closing = new AbortController();
  #noiseBytes = 0;
  #noiseEvents = 0;

  constructor(options: ExchangeOptions, timing: Timing) {
    this.options = options;
    this.signal = this.#closing.signal;
    this.silence = new SilenceClock(options.silenceMs, timing, () => this.#giveUp(timedOut(options)));
    const { streamStallMs: max } = options.bounds;
    const stall = () => this.#giveUp(stalled(options, `for ${max / 1000} s`, 'streamStallMs', max));
    this.stall = new StallClock(max, timing, stall);
  }

  /** True once the response is large. */
  get isLarge(): boolean {
    return this.heap.isHeld;
  }

  /** Notes that content of the response has arrived. */
  content(): void {
    this.#noiseBytes = 0;
    this.#noiseEvents = 0;
    this.stall.content();
  }

  /**
   * Counts what arrived of a stream without content. Packages hold all of it back until they see content, so that a
   * limit in time alone would let it grow. Returns the error of a stream with too much of it.
   */
  noise(bytes: number, events: number): EngineError | undefined {
    this.#noiseBytes += bytes;
    this.#noiseEvents += events;
    const { responseBytes } = this.options.bounds;
    if (this.#noiseEvents > eventsWithoutContent)
      return stalled(this.options, `in ${this.#noiseEvents} events`, 'eventsWithoutContent', eventsWithoutContent);
    if (this.#noiseBytes > responseBytes)
      return stalled(this.options, `in ${this.#noiseBytes} bytes`, 'responseBytes', responseBytes);
    return undefined;
  }

  /** Waits for our own client with both clocks paused. */
  async hold(pending: Promise<void>): Promise<void> {
    this.silence.pause();
    this.stall.pause();
    try {
      await pending;
    } finally {
      this.silence.resume();
      this.stall.resume();
    }
  }

  /** Ends the attempt and closes its connection. */
  close(): void {
    this.silence.stop();
    this.stall.stop();
    this.heap.end();
    this.#closing.abort();
  }

  #giveUp(error: EngineError): void {
    this.error = error;
    this.#closing.abort();
  }
}

/** The error of a provider that was silent for longer than the setting `timeout`. */
const timedOut = ({ provider, modelName }: ExchangeOptions) =>
  new EngineError('model.api', 'Request timed out.', { provider, model: modelName, retryable: true });

/** The error of a stream without content. It is not retried, since the next attempt would be kept alive as well. */
const stalled = ({ provider, modelName }: ExchangeOptions, since: string, limit: string, max: number) =>
  new EngineError(
    'model.api',
    `The response of '${modelName}' has had no content ${since}, only keep-alives, unknown events or empty pieces (limit: \`${limit}\` ${max}). Try again later, or use another provider.`,
    { provider, model: modelName, retryable: false, limit, max },
  );

/** Returns the error of a body that was refused while it was read. */
export function refused(refusal: Refusal, { modelName, bounds }: ExchangeOptions): EngineError {
  return 'fault' in refusal
    ? unexpectedBehavior(`The response of '${modelName}' was not read: it ${refusal.fault}.`)
    : tooLarge(refusal.limit, bounds[refusal.limit], refusal.value);
}

/** Returns the error of a stream that is too long. */
export const streamTooLong = ({ bounds: { streamBytes } }: ExchangeOptions, bytes: number): EngineError =>
  tooLarge('streamBytes', streamBytes, bytes);
