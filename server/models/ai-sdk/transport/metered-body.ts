import type { EngineError } from '../../../engine/errors.ts';
import { type Exchange, refused, streamTooLong } from './exchange.ts';
import { AwsEventFraming, EventFraming, type Framing, WholeFraming } from './framing.ts';
import { turnIfDue } from './turns.ts';

/** The most bytes that are passed on at once: they are counted, and normalized, in a few milliseconds. */
const sliceBytes = 64 * 1024;

/** The most bytes that are read of an error, of which little is shown. */
const errorBytes = 64 * 1024;

/**
 * Returns the response with a body whose decoded bytes are counted and checked on the way to the package. A stream that
 * breaks, or is refused, ends instead, and the exchange holds the reason: an error would discard what came before it.
 */
export function metered(response: Response, exchange: Exchange): Response {
  const source = response.body?.getReader();
  if (!source) return response;
  const { status, statusText, headers } = response;
  // A status that the class refuses is not a status of HTTP.
  const shown = { status: Math.min(status, 599), statusText, headers };
  if (!response.ok) return new Response(pulled(new Meter(source, exchange, 'error')), shown);
  if (!exchange.options.isStreamed) return new Response(pulled(new Meter(source, exchange, 'whole')), shown);
  const isAws = /vnd\.amazon\.eventstream/.test(headers.get('content-type') ?? '');
  return new Response(pulled(new Meter(source, exchange, isAws ? 'aws' : 'events')), shown);
}

type Kind = 'error' | 'whole' | 'events' | 'aws';

const framings = { error: WholeFraming, whole: WholeFraming, events: EventFraming, aws: AwsEventFraming };

/** Streams are pulled: nothing is read in advance. */
const pulled = (meter: Meter) =>
  new ReadableStream<Uint8Array>(
    { pull: (controller) => meter.pull(controller), cancel: (reason) => meter.cancel(reason) },
    { highWaterMark: 0 },
  );

/** The body of a response while it is read. */
class Meter {
  readonly #source: ReadableStreamDefaultReader<Uint8Array>;
  readonly #exchange: Exchange;
  readonly #kind: Kind;
  readonly #framing: Framing;
  /** What has arrived, in slices, the next one last. */
  #come: Uint8Array[] = [];
  /** What of it may be passed on, the next one last. */
  #ready: Uint8Array[] = [];
  #bytes = 0;
  #isOver = false;

  constructor(source: ReadableStreamDefaultReader<Uint8Array>, exchange: Exchange, kind: Kind) {
    this.#source = source;
    this.#exchange = exchange;
    this.#kind = kind;
    const {
      responseBytes: bytes,
      nesting: depth,
      callsPerResponse: calls,
      partsPerResponse: parts,
    } = exchange.options.bounds;
    this.#framing = new framings[kind]({ bytes, depth, calls, parts });
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (this.#ready.length === 0 && !this.#isOver) {
      const slice = this.#come.pop();
      if (slice) this.#take(slice);
      else await this.#read();
    }
    const slice = this.#ready.pop();
    if (slice) {
      await turnIfDue();
      controller.enqueue(slice);
    } else if (this.#exchange.error === undefined || this.#isStream) controller.close();
    else controller.error(this.#exchange.error);
  }

  cancel(reason: unknown): Promise<void> {
    this.#isOver = true;
    return this.#source.cancel(reason);
  }

  get #isStream(): boolean {
    return this.#kind === 'events' || this.#kind === 'aws';
  }

  async #read(): Promise<void> {
    try {
      const { done, value } = await this.#exchange.silence.wait(() => this.#source.read());
      if (value) {
        this.#exchange.stall.heard();
        this.#come = sliced(value).reverse();
      }
      if (done) this.#end();
    } catch (error) {
      this.#isOver = true;
      if (!this.#isStream) throw error;
      this.#exchange.error ??= error;
      this.#end();
    }
  }

  #end(): void {
    this.#isOver = true;
    this.#ready = [...this.#framing.rest()].reverse();
  }

  /** Counts one slice at a time, so that the count is not far ahead of what was read. */
  #take(slice: Uint8Array): void {
    const { options } = this.#exchange;
    this.#bytes += slice.length;
    this.#exchange.heap.read(this.#bytes);
    if (this.#kind === 'error') {
      this.#ready = [slice];
      if (this.#bytes > errorBytes) this.#leave();
      return;
    }
    const { events } = this.#framing;
    const { pass, refusal } = this.#framing.take(slice);
    this.#ready = [...pass].reverse();
    if (refusal) this.#refuse(refused(refusal, options));
    else if (!this.#isStream) this.#hearWhole(slice);
    else if (this.#bytes > options.bounds.streamBytes) this.#refuse(streamTooLong(options, this.#bytes));
    else this.#hearNoise(slice.length, this.#framing.events - events);
  }

  #hearWhole(slice: Uint8Array): void {
    if (!isBlank(slice)) this.#exchange.content();
  }

  #hearNoise(bytes: number, events: number): void {
    const error = this.#exchange.noise(bytes, events);
    if (error) this.#refuse(error);
  }

  #refuse(error: EngineError): void {
    this.#exchange.error ??= error;
    this.#leave();
  }

  /** Drops the rest and closes the connection. */
  #leave(): void {
    this.#isOver = true;
    this.#source.cancel().catch(() => undefined); // it may have broken meanwhile
  }
}

function sliced(chunk: Uint8Array): Uint8Array[] {
  const slices: Uint8Array[] = [];
  for (let at = 0; at < chunk.length; at += sliceBytes) slices.push(chunk.subarray(at, at + sliceBytes));
  return slices;
}

/** Hosts keep a connection open with spaces and line ends before an answer that comes whole. */
const isBlank = (chunk: Uint8Array) => chunk.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
