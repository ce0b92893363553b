/** Options of a `LineReader`. */
export interface LineReaderOptions {
  /** Bytes of one line. */
  readonly maxBytes: number;
  readonly onLine: (line: string) => void;
  /** Called once for a line that is too long; nothing is read after it. */
  readonly onTooLong: () => void;
}

const newline = 0x0a;

/** Puts chunks of bytes together to lines of UTF-8, without their ends. */
export class LineReader {
  readonly #options: LineReaderOptions;
  #pieces: Buffer[] = [];
  #size = 0;
  #isStopped = false;

  constructor(options: LineReaderOptions) {
    this.#options = options;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0 && !this.#isStopped; end = chunk.indexOf(newline, from)) {
      this.#add(chunk.subarray(from, end));
      from = end + 1;
      this.#emit();
    }
    if (from < chunk.length) this.#add(chunk.subarray(from));
  }

  #add(piece: Buffer): void {
    if (this.#isStopped) return;
    this.#size += piece.length;
    if (this.#size > this.#options.maxBytes) {
      this.#isStopped = true;
      this.#pieces = [];
      this.#options.onTooLong();
    } else if (piece.length > 0) this.#pieces.push(piece);
  }

  #emit(): void {
    if (this.#isStopped || this.#size === 0) return;
    const [first] = this.#pieces;
    const bytes = this.#pieces.length === 1 && first ? first : Buffer.concat(this.#pieces, this.#size);
    this.#pieces = [];
    this.#size = 0;
    this.#options.onLine(bytes.toString('utf8'));
  }
}
