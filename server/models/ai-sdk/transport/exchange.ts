import { EngineError, unexpectedBehavior } from '../../../engine/errors.ts';
import { type AnswerBounds, tooLarge } from '../../../engine/limits/bounds.ts';
import type { OwnError } from '../answers/own-error.ts';
import { SilenceClock, StallClock } from './clocks.ts';
import type { Refusal } from './framing.ts';
import type { Timing } from './retry.ts';

/** How an answer is requested, the same in every try. */
export interface ExchangeOptions {
  readonly modelName: string;
  readonly provider: string;
  readonly bounds: AnswerBounds;
  /** Whether the answer is wanted piece by piece. */
  readonly isStreamed: boolean;
  /** The longest silence on the wire. */
  readonly silenceMs: number;
}

/** Far beyond what providers send between two pieces of an answer. */
const eventsWithoutContent = 10_000;

/** One try of a request, as its sender and the reader of its answer see it. */
export class Exchange {
  readonly options: ExchangeOptions;
  readonly silence: SilenceClock;
  readonly stall: StallClock;
  /** Aborted when we give up. */
  readonly signal: AbortSignal;
  /** Why we gave up, or how the stream broke: packages replace such errors, or throw away what came before them. */
  error: unknown;
  /** The error that the provider put into its answer. */
  reported: OwnError | undefined;
  /** A whole answer as its package got it: not every package gives it back. */
  body: unknown;
  /** Whether the provider has begun to answer: from then on whatever goes wrong is about the answer. */
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

  /** A part of the answer has come. */
  content(): void {
    this.#noiseBytes = 0;
    this.#noiseEvents = 0;
    this.stall.content();
  }

  /**
   * Counts what came of a stream until there is content. Packages hold all of it back until they see the first, so that a
   * limit in time alone would let it grow. Returns the error of what is too much.
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

  /** Waits for our own reader; its time counts on no clock. */
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

  /** Nothing of this try is wanted any more; its connection closes. */
  close(): void {
    this.silence.stop();
    this.stall.stop();
    this.#closing.abort();
  }

  #giveUp(error: EngineError): void {
    this.error = error;
    this.#closing.abort();
  }
}

/** The provider was silent for longer than the setting `timeout`. */
const timedOut = ({ provider, modelName }: ExchangeOptions) =>
  new EngineError('model.api', 'Request timed out.', { provider, model: modelName, retryable: true });

/** The next try would be kept alive as well: it is not retried. */
const stalled = ({ provider, modelName }: ExchangeOptions, since: string, limit: string, max: number) =>
  new EngineError(
    'model.api',
    `The answer of '${modelName}' has brought no content ${since}, only keep-alives, unknown events or empty pieces (limit ${max}, ${limit}). Try again later, or use another provider.`,
    { provider, model: modelName, retryable: false, limit, max },
  );

/** The error of a body that was refused on its way. */
export function refused(refusal: Refusal, { modelName, bounds }: ExchangeOptions): EngineError {
  return 'fault' in refusal
    ? unexpectedBehavior(`The answer of '${modelName}' ${refusal.fault}; it was not read.`)
    : tooLarge('responseBytes', bounds.responseBytes, refusal.bytes);
}

/** The error of a stream that went on too long. */
export const streamTooLong = ({ bounds: { streamBytes } }: ExchangeOptions, bytes: number): EngineError =>
  tooLarge('streamBytes', streamBytes, bytes);
