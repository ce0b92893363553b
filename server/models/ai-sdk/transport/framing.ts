import { crc32 } from 'node:zlib';
import { JsonScan, type Refusal, type ScanBounds } from './json-scan.ts';

/** The limits of each JSON text in a body. */
export interface TextBounds extends ScanBounds {
  readonly bytes: number;
}

/**
 * Checks a body on its way to a provider's package. Returns the pieces that may be passed on; what is refused never
 * reaches the package.
 */
export interface Framing {
  /** The number of complete events. */
  readonly events: number;
  take(chunk: Uint8Array): { readonly pass: readonly Uint8Array[]; readonly refusal?: Refusal };
  /** Returns what was held back, at the end of the body. */
  rest(): readonly Uint8Array[];
}

const tooLong = (value: number): Refusal => ({ limit: 'responseBytes', value });

/** One JSON text. */
export class WholeFraming implements Framing {
  readonly events = 0;
  readonly #bounds: TextBounds;
  readonly #scan: JsonScan;
  #bytes = 0;

  constructor(bounds: TextBounds) {
    this.#bounds = bounds;
    this.#scan = new JsonScan(bounds);
  }

  take(chunk: Uint8Array) {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#bounds.bytes) return { pass: [], refusal: tooLong(this.#bytes) };
    const refusal = this.#scan.add(chunk, 0, chunk.length);
    return refusal ? { pass: [], refusal } : { pass: [chunk] };
  }

  rest() {
    return [];
  }
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const dataField = [...'data:'].map((letter) => letter.charCodeAt(0));

/**
 * Server-sent events whose data lines are JSON texts. They are passed on as they arrive: the packages' parser waits for
 * the ends of events efficiently.
 *
 * Source: HTML Living Standard 9.2.6, "Interpreting an event stream".
 */
export class EventFraming implements Framing {
  events = 0;
  readonly #bounds: TextBounds;
  readonly #scan: JsonScan;
  #eventBytes = 0;
  /** The position in the line, whose first characters show whether it holds data. */
  #column = 0;
  #isData = true;
  /** The byte that ended the previous line. */
  #lastEnd: number | undefined;

  constructor(bounds: TextBounds) {
    this.#bounds = bounds;
    this.#scan = new JsonScan(bounds);
  }

  take(chunk: Uint8Array) {
    let eventStart = 0;
    const hasReturns = chunk.includes(carriageReturn);
    for (let at = 0; at < chunk.length; ) {
      const end = lineEnd(chunk, at, hasReturns);
      const refusal = this.#add(chunk, at, end);
      // The events before it were complete.
      if (refusal) return { pass: [chunk.subarray(0, eventStart)], refusal };
      at = end + 1;
      if (end < chunk.length && this.#endsEvent(chunk[end])) eventStart = at;
    }
    return { pass: [chunk] };
  }

  rest() {
    return [];
  }

  #add(chunk: Uint8Array, from: number, to: number): Refusal | undefined {
    this.#eventBytes += to - from;
    if (this.#eventBytes > this.#bounds.bytes) return tooLong(this.#eventBytes);
    let at = from;
    for (; at < to && this.#isData && this.#column < dataField.length; at += 1) {
      this.#isData = chunk[at] === dataField[this.#column];
      this.#column += 1;
    }
    this.#column += to - at;
    return this.#isData ? this.#scan.add(chunk, at, to) : undefined;
  }

  /** An empty line ends the event. A line feed after a carriage return is not a line of its own. */
  #endsEvent(byte: number | undefined): boolean {
    const isHalf = this.#column === 0 && byte === lineFeed && this.#lastEnd === carriageReturn;
    this.#lastEnd = byte;
    if (isHalf) return false;
    const isEmpty = this.#column === 0;
    this.#column = 0;
    this.#isData = true;
    if (!isEmpty) return false;
    this.events += 1;
    this.#eventBytes = 0;
    this.#scan.reset();
    return true;
  }
}

function lineEnd(chunk: Uint8Array, from: number, hasReturns: boolean): number {
  if (!hasReturns) {
    const end = chunk.indexOf(lineFeed, from);
    return end < 0 ? chunk.length : end;
  }
  for (let at = from; at < chunk.length; at += 1) {
    const byte = chunk[at];
    if (byte === lineFeed || byte === carriageReturn) return at;
  }
  return chunk.length;
}

/** The lengths of the message and of its headers, with their checksum. */
const preludeBytes = 12;
const checksumBytes = 4;

/**
 * The binary event stream of AWS, passed on in whole messages: the package joins a message anew with each piece that
 * arrives, which takes seconds for one of several megabytes.
 *
 * Source: Smithy, "Amazon Event Stream specification".
 */
export class AwsEventFraming implements Framing {
  events = 0;
  readonly #bounds: TextBounds;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** The length of the message that is held, once it is known. */
  #wanted = preludeBytes;

  constructor(bounds: TextBounds) {
    this.#bounds = bounds;
  }

  take(chunk: Uint8Array) {
    if (chunk.length > 0) this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    const pass: Uint8Array[] = [];
    while (this.#heldBytes >= this.#wanted) {
      const bytes = joined(this.#held);
      // Bytes that are not a message are left to the decoder, which reports them: waiting for their length could take
      // forever.
      if (!hasPrelude(bytes)) {
        this.#hold(new Uint8Array(), preludeBytes);
        return { pass: [...pass, bytes] };
      }
      const length = announcedLength(bytes);
      if (length > this.#bounds.bytes) return { pass, refusal: tooLong(length) };
      if (length > bytes.length) {
        this.#hold(bytes, length);
        break;
      }
      const message = bytes.subarray(0, length);
      const refusal = this.#refusalOf(message);
      if (refusal) return { pass, refusal };
      this.events += 1;
      pass.push(message);
      this.#hold(bytes.subarray(length), preludeBytes);
    }
    return { pass };
  }

  rest() {
    return this.#held;
  }

  #hold(bytes: Uint8Array, wanted: number): void {
    this.#held = bytes.length > 0 ? [bytes] : [];
    this.#heldBytes = bytes.length;
    this.#wanted = wanted;
  }

  #refusalOf(message: Uint8Array): Refusal | undefined {
    const headers = wordAt(message, 4);
    return new JsonScan(this.#bounds).add(message, preludeBytes + headers, message.length - checksumBytes);
  }
}

const joined = (pieces: readonly Uint8Array[]): Uint8Array => {
  const [only] = pieces;
  return pieces.length === 1 && only ? only : Buffer.concat(pieces);
};

const wordAt = ({ buffer, byteOffset, byteLength }: Uint8Array, at: number) =>
  new DataView(buffer, byteOffset, byteLength).getUint32(at);

const hasPrelude = (bytes: Uint8Array) => wordAt(bytes, 8) === crc32(bytes.subarray(0, 8));

/** An impossible length is left to the package, which reports it. */
const announcedLength = (bytes: Uint8Array) => Math.max(wordAt(bytes, 0), preludeBytes + checksumBytes);
