import { crc32 } from 'node:zlib';

/** A frame of an Amazon event stream: an event, or an error instead of one. */
export interface Frame {
  /** The name of the event; undefined for an error. */
  readonly name: string | undefined;
  /** The name of the error, and its message if that is in a header. */
  readonly error?: { readonly name: string; readonly message: string | undefined };
  /** The payload. */
  readonly data: string;
  readonly bytes: Uint8Array;
  /** Returns the frame with another payload. */
  with(data: string): Frame;
}

/** Thrown for bytes that are not frames, or were damaged. */
export class DamagedFrameError extends Error {
  override readonly name = 'DamagedFrameError';
}

/** The total length, the length of the headers, and the checksum of both. */
const preludeSize = 12;
const sumSize = 4;

/** Reads frames from bytes that may be cut anywhere; a frame cut at the end is passed on as it is. */
export class FrameDecoder {
  #pieces: Buffer[] = [];
  #size = 0;

  /** Throws `DamagedFrameError` when a checksum does not match, after returning the frames before it. */
  *add(bytes: Uint8Array): Generator<Frame> {
    this.#pieces.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.#size += bytes.byteLength;
    if (this.#size < this.#wanted()) return;
    let rest = this.rest();
    while (rest.length >= preludeSize) {
      const total = checkedLength(rest);
      if (rest.length < total) break;
      const frame = rest.subarray(0, total);
      rest = rest.subarray(total);
      this.#pieces = [rest];
      yield frameOf(frame);
    }
    this.#pieces = [rest];
    this.#size = rest.length;
  }

  rest(): Buffer {
    const rest = Buffer.concat(this.#pieces);
    this.#pieces = [rest];
    return rest;
  }

  /** Checks the prelude as soon as it is complete: a wrong length would be waited for to the end. */
  #wanted(): number {
    const [first] = this.#pieces;
    return first && first.length >= preludeSize ? checkedLength(first) : preludeSize;
  }
}

/** Returns the length of the frame that begins here. */
function checkedLength(bytes: Buffer): number {
  const total = bytes.readUInt32BE();
  const headers = bytes.readUInt32BE(4);
  const isFrame = bytes.readUInt32BE(8) === crc32(bytes.subarray(0, 8));
  if (isFrame && total >= preludeSize + headers + sumSize) return total;
  throw new DamagedFrameError('The answer is not an Amazon event stream: the checksum of a prelude does not match.');
}

function frameOf(bytes: Buffer): Frame {
  if (bytes.readUInt32BE(bytes.length - sumSize) !== crc32(bytes.subarray(0, -sumSize))) {
    throw new DamagedFrameError('The event stream is damaged: the checksum of a frame does not match.');
  }
  const headersEnd = preludeSize + bytes.readUInt32BE(4);
  const headers = headersOf(bytes.subarray(preludeSize, headersEnd));
  const error = headers.get(':exception-type') ?? headers.get(':error-code');
  return {
    bytes,
    name: error === undefined ? headers.get(':event-type') : undefined,
    ...(error === undefined ? {} : { error: { name: error, message: headers.get(':error-message') } }),
    data: bytes.toString('utf8', headersEnd, bytes.length - sumSize),
    with(data) {
      return { ...this, data, bytes: encoded(bytes.subarray(preludeSize, headersEnd), Buffer.from(data)) };
    },
  };
}

/** The lengths of header values by type; values of types 6 and 7 state their own. */
const valueSizes = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];
const textType = 7;

/** The headers that are texts. Source: Smithy, "Amazon Event Stream specification". */
function headersOf(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const type = bytes[nameEnd] ?? textType;
    const known = valueSizes[type];
    const start = nameEnd + (known === undefined ? 3 : 1);
    const end = start + (known ?? (start <= bytes.length ? bytes.readUInt16BE(nameEnd + 1) : 0));
    if (type === textType) headers.set(bytes.toString('utf8', at + 1, nameEnd), bytes.toString('utf8', start, end));
    at = end;
  }
  return headers;
}

function encoded(headers: Buffer, payload: Buffer): Uint8Array {
  const message = Buffer.alloc(preludeSize + headers.length + payload.length + sumSize);
  message.writeUInt32BE(message.length);
  message.writeUInt32BE(headers.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  headers.copy(message, preludeSize);
  payload.copy(message, preludeSize + headers.length);
  message.writeUInt32BE(crc32(message.subarray(0, -sumSize)), message.length - sumSize);
  return message;
}
