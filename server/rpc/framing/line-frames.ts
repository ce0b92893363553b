import { type Frame, type FrameSplitter, noBytes, type WireLimits } from './frames.ts';
import { SkippedMessage } from './skipped-message.ts';

const LF = 10;

/** One message a line; empty lines are ignored, and the last one need not end. Source: ndjson.org. */
export class LineFrames implements FrameSplitter {
  readonly #limits: () => WireLimits;
  #input = noBytes;
  #at = 0;
  /** The received part of a line that is longer than a chunk. */
  #parts: Buffer[] = [];
  #size = 0;
  /** The line, when it is too long to be read. */
  #skipped: SkippedMessage | undefined;

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

  get isSilent(): boolean {
    return this.#skipped?.isSilent ?? false;
  }

  quiet(): Frame | undefined {
    return this.#skipped?.conclude(false);
  }

  end(): Frame | undefined {
    return this.#line();
  }

  #add(part: Buffer): void {
    this.#size += part.length;
    if (this.#skipped) {
      this.#skipped.add(part);
      return;
    }
    this.#parts.push(part);
    if (this.#size <= this.#limits().messageBytes) return;
    this.#skipped = new SkippedMessage({ kind: 'tooLarge' });
    this.#skipped.add(Buffer.concat(this.#parts));
    this.#parts = [];
  }

  #line(): Frame | undefined {
    const skipped = this.#skipped;
    const [first = noBytes, ...others] = this.#parts;
    const bytes = others.length === 0 ? first : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    this.#skipped = undefined;
    if (skipped) return skipped.conclude(true);
    return isBlank(bytes) ? undefined : { kind: 'body', bytes };
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 32 || byte === 13 || byte === 9);
}
