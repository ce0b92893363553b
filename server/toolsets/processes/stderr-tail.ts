/** Keeps the end of what a program writes to stderr, however much that is. */
export class StderrTail {
  readonly #maxBytes: number;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): void {
    const all = chunk.length >= this.#maxBytes ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#bytes = Buffer.from(all.subarray(Math.max(0, all.length - this.#maxBytes)));
  }

  get text(): string {
    return this.#bytes.toString('utf8').trim();
  }
}
