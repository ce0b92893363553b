import { StringDecoder } from 'node:string_decoder';
import { parseExact, stringifyExact } from '../../../engine/json/exact-json.ts';
import { asObject } from '../raw/loose-json.ts';
import { longPiece, PieceMerger } from '../raw/merged-pieces.ts';
import { slicedPieces } from '../raw/sliced-pieces.ts';
import { turnIfDue } from '../transport/turns.ts';
import { DamagedFrameError, type Frame, FrameDecoder } from './amazon-frames.ts';
import type { Normalizer } from './normalizer.ts';
import { errorOfFrame, type OwnError, ownError } from './own-error.ts';
import { EventDecoder, encodedEvent, type ServerSentEvent, withoutMark } from './server-sent-events.ts';

/** The parts of a request that are needed to read its response. */
export interface Reading {
  readonly normalizer: Normalizer;
  /** True if a stream was requested. */
  readonly streamed: boolean;
  /** Called with the provider's own error; everything before it is still read. */
  report(error: OwnError): void;
  /** Called with a whole response; returns what its package receives of it. */
  received(body: unknown): unknown;
  /** Called with a slice of a long piece of a stream; returns what its package receives in its place. */
  held(slice: string): string;
  /** Returns whether the connection broke: then the end of the stream is not the end of the response. */
  isBroken(): boolean;
}

/**
 * Returns the response in the form that the provider's package expects. Errors with a status of their own pass
 * unchanged.
 */
export async function normalizedResponse(response: Response, reading: Reading): Promise<Response> {
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok) return reading.normalizer.answerOf ? answerOfError(response, reading) : response;
  if (/text\/event-stream/.test(type)) return normalizedStream(response, new EventStream(reading));
  if (/amazon\.eventstream/.test(type)) return normalizedStream(response, new FrameStream(reading));
  return normalizedBody(response, reading);
}

async function answerOfError(response: Response, reading: Reading): Promise<Response> {
  const { normalizer, streamed, received } = reading;
  const text = await response.text();
  const answer = normalizer.answerOf?.(jsonOf(text)?.value);
  if (answer === undefined) return withBody(response, text);
  if (streamed) return asStream(response, answer, reading);
  return withBody(response, stringifyExact(received(normalizer.body(answer))), 200);
}

/** Normalizes a whole body. One that is not JSON is left to the package, which reports it. */
async function normalizedBody(response: Response, reading: Reading): Promise<Response> {
  const text = await textOf(response);
  await turnIfDue();
  const parsed = jsonOf(text);
  if (!parsed) return withBody(response, text);
  await turnIfDue();
  const body = reading.normalizer.body(parsed.value);
  const error = ownError(parsed.value) ?? (body === undefined ? noAnswer(parsed.value) : undefined);
  if (error) {
    reading.report(error);
    throw new Error(error.message);
  }
  if (reading.streamed) return asStream(response, parsed.value, reading);
  const written = stringifyExact(reading.received(body));
  await turnIfDue();
  return withBody(response, written);
}

/** Decodes a body as it comes: `text()` would hold all of its bytes, and then all of them once more. */
async function textOf({ body }: Response): Promise<string> {
  const decoder = new StringDecoder('utf8');
  let text = '';
  for await (const { buffer, byteOffset, length } of body ?? []) {
    text += decoder.write(Buffer.from(buffer, byteOffset, length));
  }
  return withoutMark(text + decoder.end());
}

/** The error of a body that contains no response; a retry may help. */
const noAnswer = (data: unknown): OwnError => ({
  message: 'The provider returned a body without a response.',
  statusCode: undefined,
  isRetryable: true,
  data,
});

/** Returns a whole response as a stream: some servers ignore the request for one. */
function asStream(response: Response, body: unknown, reading: Reading): Response {
  const { normalizer } = reading;
  const events = [...normalizer.event(body), ...(normalizer.end?.(true) ?? [])];
  const headers = new Headers(response.headers);
  headers.set('content-type', 'text/event-stream');
  return new Response(pulled(slicesOfWhole(events, reading)), { status: 200, headers });
}

async function* slicesOfWhole(events: readonly unknown[], reading: Reading): AsyncGenerator<Uint8Array, void> {
  for (const text of writtenSlices(undefined, events, reading)) {
    await turnIfDue();
    yield encoder.encode(text);
  }
  yield encoder.encode('data: [DONE]\n\n');
}

function withBody({ status, headers }: Response, text: string, replaced = status): Response {
  const kept = new Headers(headers);
  for (const name of ['content-length', 'content-encoding']) kept.delete(name);
  return new Response(text, { status: replaced, headers: kept });
}

/** The events of one stream, as they are passed on. */
interface StreamReading {
  /** True once the provider has reported an error; nothing after it is read. */
  readonly isOver: boolean;
  /** Returns slices, each of which its package takes a few milliseconds for. */
  add(bytes: Uint8Array): Iterable<Uint8Array>;
  end(): Iterable<Uint8Array>;
}

/** The characters at which a slice is passed on. */
const sliceLength = 8 * 1024;

function normalizedStream(response: Response, events: StreamReading): Response {
  const reader = response.body?.getReader();
  if (!reader) return response;
  const { status, headers } = response;
  return new Response(
    pulled(slicesOf(reader, events), (reason) => reader.cancel(reason)),
    { status, headers },
  );
}

/** A body of which nothing is made in advance. */
function pulled(
  slices: AsyncGenerator<Uint8Array, void>,
  cancel?: (reason: unknown) => Promise<void>,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await slices.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      ...(cancel ? { cancel } : {}),
    },
    { highWaterMark: 0 },
  );
}

/** What was read is normalized only as far as it is taken. */
async function* slicesOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  events: StreamReading,
): AsyncGenerator<Uint8Array, void> {
  for (let isAtEnd = false; !isAtEnd && !events.isOver; ) {
    const { done, value } = await reader.read();
    isAtEnd = done;
    for (const slice of done ? events.end() : events.add(value)) {
      await turnIfDue();
      if (slice.length > 0) yield slice;
    }
    if (events.isOver && !done) reader.cancel().catch(() => {}); // the rest is not needed
  }
}

/** Amazon's frames; only those whose payload changes are rewritten. */
class FrameStream implements StreamReading {
  readonly #reading: Reading;
  readonly #decoder = new FrameDecoder();
  readonly #merger = new PieceMerger<Frame>((frame, data) => frame.with(data));
  isOver = false;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  *add(bytes: Uint8Array): Generator<Uint8Array> {
    let written: Uint8Array[] = [];
    let length = 0;
    for (const frame of this.#frames(bytes)) {
      for (const one of this.#frame(frame)) {
        written.push(one);
        length += one.length;
        if (length < sliceLength) continue;
        yield Buffer.concat(written);
        written = [];
        length = 0;
      }
    }
    if (length > 0) yield Buffer.concat(written);
  }

  /** The frames up to the first error. */
  *#frames(bytes: Uint8Array): Generator<Frame> {
    try {
      for (const frame of this.#merger.merged(this.#decoder.add(bytes))) {
        if (frame.error) {
          this.#fail(errorOfFrame(frame.error, jsonOf(frame.data)?.value));
          return;
        }
        yield frame;
      }
    } catch (error) {
      if (!(error instanceof DamagedFrameError)) throw error;
      this.#fail({ message: error.message, statusCode: undefined, isRetryable: true, data: null });
    }
  }

  #fail(error: OwnError): void {
    this.isOver = true;
    this.#reading.report(error);
  }

  end(): readonly Uint8Array[] {
    const rest = this.#decoder.rest();
    return rest.length > 0 ? [rest] : [];
  }

  *#frame(frame: Frame): Generator<Uint8Array> {
    const { name } = frame;
    const parsed = jsonOf(frame.data);
    if (name === undefined || !parsed) {
      yield frame.bytes;
      return;
    }
    const normal = this.#reading.normalizer.event({ [name]: parsed.value });
    const events = frame.data.length > longPiece ? slicedEvents(normal, this.#reading) : normal;
    for (const event of events) yield frame.with(stringifyExact(asObject(event)[name])).bytes;
  }
}

/** Server-sent events. */
class EventStream implements StreamReading {
  readonly #reading: Reading;
  readonly #decoder = new EventDecoder();
  readonly #merger = new PieceMerger<ServerSentEvent>(({ name }, data) => ({ name, data }));
  #marked = false;
  isOver = false;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  add(bytes: Uint8Array): Iterable<Uint8Array> {
    return this.#written(this.#decoder.add(bytes));
  }

  *end(): Generator<Uint8Array> {
    // An event that was cut off is none.
    if (this.#reading.isBroken()) return;
    yield* this.#written(this.#decoder.end());
    const ending = this.#marked || this.isOver ? '' : this.#ending(false);
    if (ending !== '') yield encoder.encode(ending);
  }

  *#written(events: Iterable<ServerSentEvent>): Generator<Uint8Array> {
    let text = '';
    for (const event of this.#merger.merged(events)) {
      if (this.isOver) break;
      if (event.data.length > longPiece) yield nothing;
      for (const one of this.#event(event)) {
        text += one;
        if (text.length < sliceLength) continue;
        yield encoder.encode(text);
        text = '';
      }
    }
    if (text !== '') yield encoder.encode(text);
  }

  #event(event: ServerSentEvent): Iterable<string> {
    if (event.data.trim() === '[DONE]') {
      this.#marked = true;
      return [this.#ending(true) + encodedEvent(event)];
    }
    const parsed = jsonOf(event.data);
    // A keep-alive is not JSON; what begins as JSON was cut, which the package reports.
    if (!parsed) return /^\s*[[{"]/.test(event.data) ? [encodedEvent(event)] : [];
    const { normalizer } = this.#reading;
    const answer = normalizer.answerOf?.(parsed.value);
    if (answer !== undefined) {
      this.isOver = true;
      const events = [...normalizer.event(answer), ...(normalizer.end?.(true) ?? [])];
      return events.map((one) => written(event, one));
    }
    const error = ownError(parsed.value);
    if (error) {
      this.isOver = true;
      this.#reading.report(error);
    }
    const normal = normalizer.event(parsed.value);
    if (event.data.length > longPiece) {
      event.data = '';
      return writtenSlices(event.name, normal, this.#reading);
    }
    return normal.map((one) => (one === parsed.value ? encodedEvent(event) : written(event, one)));
  }

  #ending(marked: boolean): string {
    const events = this.#reading.normalizer.end?.(marked) ?? [];
    return events.map((event) => written({ name: undefined, data: '' }, event)).join('');
  }
}

const encoder = new TextEncoder();

/** Gives others a turn. */
const nothing = new Uint8Array();

/** Slices are made as they are taken. */
function* slicedEvents(events: readonly unknown[], { held }: Reading): Generator<unknown> {
  for (const event of events) yield* slicedPieces(event, held);
}

function* writtenSlices(name: string | undefined, events: readonly unknown[], reading: Reading): Generator<string> {
  for (const event of slicedEvents(events, reading)) yield written({ name, data: '' }, event);
}

const written = ({ name }: ServerSentEvent, event: unknown) => encodedEvent({ name, data: stringifyExact(event) });

function jsonOf(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: parseExact(text) };
  } catch {
    return undefined;
  }
}
