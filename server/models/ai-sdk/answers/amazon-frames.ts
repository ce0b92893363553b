import { crc32 } from 'node:zlib';

/** A frame of an Amazon event stream: its name, its payload, and itself with another payload. */
export interface Frame {
  readonly name: string | undefined;
  readonly payload: string;
  readonly bytes: Uint8Array;
  with(payload: string): Uint8Array;
}

/** Total length, length of the headers, sum of both. */
const preludeSize = 12;
const sumSize = 4;

/** Reads frames out of bytes that may be cut anywhere; what is cut at the end is handed on as it is. */
export class FrameDecoder {
  #pieces: Buffer[] = [];
  #size = 0;

  *add(bytes: Uint8Array): Generator<Frame> {
    this.#pieces.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.#size += bytes.byteLength;
    if (this.#size < this.#wanted()) return;
    let rest = this.rest();
    while (rest.length >= sumSize && rest.length >= rest.readUInt32BE()) {
      const total = rest.readUInt32BE();
      if (total < preludeSize + sumSize) break; // no frame at all: the package says so
      yield frameOf(rest.subarray(0, total));
      rest = rest.subarray(total);
    }
    this.#pieces = [rest];
    this.#size = rest.length;
  }

  rest(): Buffer {
    const rest = Buffer.concat(this.#pieces);
    this.#pieces = [rest];
    return rest;
  }

  #wanted(): number {
    const [first] = this.#pieces;
    return first && first.length >= sumSize ? first.readUInt32BE() : sumSize;
  }
}

function frameOf(bytes: Buffer): Frame {
  const headersEnd = preludeSize + bytes.readUInt32BE(4);
  return {
    bytes,
    name: headerOf(bytes.subarray(preludeSize, headersEnd), ':event-type'),
    payload: bytes.toString('utf8', headersEnd, bytes.length - sumSize),
    with: (payload) => encoded(bytes.subarray(preludeSize, headersEnd), Buffer.from(payload)),
  };
}

/** The text of a header; all headers of events are texts, which are type 7. */
function headerOf(headers: Buffer, wanted: string): string | undefined {
  for (let at = 0; at < headers.length; ) {
    const nameEnd = at + 1 + headers.readUInt8(at);
    if (headers[nameEnd] !== 7) return undefined;
    const valueEnd = nameEnd + 3 + headers.readUInt16BE(nameEnd + 1);
    if (headers.toString('utf8', at + 1, nameEnd) === wanted) return headers.toString('utf8', nameEnd + 3, valueEnd);
    at = valueEnd;
  }
  return undefined;
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
