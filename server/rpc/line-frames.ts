import { type Frame, type FrameSplitter, noBytes, startBytes, type WireLimits } from './frames.ts';

const LF = 10;

/** One message a line; empty lines are ignored, and the last one need not end. Source: ndjson.org. @since 0.2.0 */
export class LineFrames implements FrameSplitter {
  readonly #limits: () => WireLimits;
  #input = noBytes;
  #at = 0;
  /** What has come of a line that is longer than a chunk. */
  #parts: Buffer[] = [];
  #size = 0;

  constructor(limits: () => WireLimits) {
    this.#limits = limits;
  }

  push(chunk: Buffer): void {
    this.#input = chunk;
    this.#at = 0;
  }

  next(): Frame | undefined {
    while (this.#at < this.#input.length) {
      const end = this.#input.indexOf(LF, this.#at);
      const part = this.#input.subarray(this.#at, end < 0 ? undefined : end);
      this.#at = end < 0 ? this.#input.length : end + 1;
      this.#add(part);
      const frame = end < 0 ? undefined : this.#line();
      if (frame) return frame;
    }
    return undefined;
  }

  end(): Frame | undefined {
    return this.#line();
  }

  /** Of a line that is too long only the start is kept. */
  #add(part: Buffer): void {
    const isKept = this.#size + part.length <= this.#limits().messageBytes;
    if (isKept) this.#parts.push(part);
    else if (this.#size <= this.#limits().messageBytes)
      this.#parts = [Buffer.concat([...this.#parts, part]).subarray(0, startBytes)];
    this.#size += part.length;
  }

  #line(): Frame | undefined {
    const [first = noBytes, ...others] = this.#parts;
    const bytes = others.length === 0 ? first : Buffer.concat(this.#parts);
    const size = this.#size;
    this.#parts = [];
    this.#size = 0;
    if (size > this.#limits().messageBytes) return { kind: 'tooLarge', size, start: bytes };
    return isBlank(bytes) ? undefined : { kind: 'body', bytes };
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 32 || byte === 13 || byte === 9);
}
