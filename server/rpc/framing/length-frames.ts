import { type Frame, type FrameSplitter, noBytes, type WhySkipped, type WireLimits } from './frames.ts';
import { SkippedMessage } from './skipped-message.ts';

const CR = 13;
const LF = 10;
const usual = 'Content-Length: ';

/** A length beyond both this and so many times the limit is a mistake: the next message could never be found. */
const plausibleBytes = 2 ** 30;
const plausibleTimes = 16;

/**
 * Messages after headers. A wrong header cannot be distinguished from a lost position, so it is reported at once: waiting for more
 * would leave the host waiting too.
 *
 * Source: LSP 3.17 base protocol, header part.
 */
export class ContentLengthFrames implements FrameSplitter {
  readonly #limits: () => WireLimits;
  /** Input that was not taken yet: from `#at` on. */
  #input = noBytes;
  #at = 0;
  /** A body that has not come whole, and how much of it is there. */
  #body: Buffer | undefined;
  #filled = 0;
  /** The message that is being skipped, and how much of it is still to come. */
  #skipped: SkippedMessage | undefined;
  #skip = 0;

  constructor(limits: () => WireLimits) {
    this.#limits = limits;
  }

  push(chunk: Buffer): void {
    // The rest is at most a part of a header: bodies and skipped bytes are taken as they come.
    this.#input = this.#at < this.#input.length ? Buffer.concat([this.#input.subarray(this.#at), chunk]) : chunk;
    this.#at = 0;
  }

  next(): Frame | undefined {
    const report = this.#skipped && this.#skipOver(this.#skipped);
    if (report) return report;
    if (this.#at === this.#input.length) return undefined;
    if (this.#body) return this.#fill(this.#body);
    return this.#header();
  }

  get isSilent(): boolean {
    return this.#skipped?.isSilent ?? false;
  }

  quiet(): Frame | undefined {
    return this.#skipped?.conclude(false);
  }

  end(): Frame | undefined {
    const report = this.#skipped?.isSilent ? this.#skipped.conclude(false) : undefined;
    if (report) return report;
    const isInside = this.#at < this.#input.length || this.#body !== undefined || this.#skipped !== undefined;
    return isInside ? { kind: 'lost', reason: 'the input ended inside a message' } : undefined;
  }

  #skipOver(skipped: SkippedMessage): Frame | undefined {
    const count = Math.min(this.#skip, this.#input.length - this.#at);
    const report = skipped.add(this.#input.subarray(this.#at, this.#at + count));
    this.#skip -= count;
    this.#at += count;
    if (this.#skip > 0) return report;
    this.#skipped = undefined;
    return report ?? skipped.conclude(true);
  }

  #fill(body: Buffer): Frame | undefined {
    const count = this.#input.copy(body, this.#filled, this.#at);
    this.#filled += count;
    this.#at += count;
    if (this.#filled < body.length) return undefined;
    this.#body = undefined;
    return { kind: 'body', bytes: body };
  }

  #header(): Frame | undefined {
    const usualEnd = this.#usualLength();
    const header = usualEnd ?? this.#parsedHeader();
    if (header === undefined || 'kind' in header) return header;
    this.#at = header.end;
    const { length, refused } = header;
    if (refused !== undefined) return this.#refuse(length, { kind: 'unreadable', reason: refused });
    const limit = this.#limits().messageBytes;
    if (length > limit) return this.#refuse(length, { kind: 'tooLarge' });
    if (length <= this.#input.length - this.#at) {
      const bytes = this.#input.subarray(this.#at, this.#at + length);
      this.#at += length;
      return { kind: 'body', bytes };
    }
    this.#body = Buffer.allocUnsafe(length);
    this.#filled = 0;
    return this.#fill(this.#body);
  }

  #refuse(length: number, why: WhySkipped): Frame | undefined {
    const limit = this.#limits().messageBytes;
    if (length > Math.max(plausibleBytes, plausibleTimes * limit))
      return { kind: 'lost', reason: `Content-Length is ${length}, far beyond the limit of ${limit} bytes` };
    this.#skipped = new SkippedMessage(why, length);
    this.#skip = length;
    return this.next();
  }

  /** The header nearly everybody sends, read without making strings of its lines. */
  #usualLength(): Header | undefined {
    const input = this.#input;
    const digits = this.#at + usual.length;
    if (input.length < digits + 5 || input.toString('latin1', this.#at, digits) !== usual) return undefined;
    let at = digits;
    let length = 0;
    for (let digit = (input[at] ?? 0) - 48; digit >= 0 && digit <= 9; digit = (input[at] ?? 0) - 48) {
      length = length * 10 + digit;
      at += 1;
    }
    const isWhole = input[at] === CR && input[at + 1] === LF && input[at + 2] === CR && input[at + 3] === LF;
    return isWhole && at > digits && at - digits <= 15 ? { length, end: at + 4 } : undefined;
  }

  #parsedHeader(): Header | Frame | undefined {
    const input = this.#input;
    const fields: [string, string][] = [];
    for (let at = this.#at; ; ) {
      const end = input.indexOf(LF, at);
      const size = (end < 0 ? input.length : end) - this.#at;
      if (size > this.#limits().headerBytes)
        return { kind: 'lost', reason: `a header is longer than ${this.#limits().headerBytes} bytes` };
      const line = input.toString('latin1', at, end < 0 ? input.length : end);
      if (line !== '' && line !== '\r' && !/^[a-z]/i.test(line))
        return { kind: 'lost', reason: `expected a header, found ${quoted(line.slice(0, 1))}` };
      if (end < 0) return undefined;
      if (!line.endsWith('\r'))
        return { kind: 'lost', reason: `expected a header that ends with CR LF, found ${quoted(line)}` };
      if (line === '\r') return headerOf(fields, end + 1);
      const field = /^([a-z][a-z0-9-]*)[ \t]*:(.*)\r$/i.exec(line);
      if (!field) return { kind: 'lost', reason: `expected a header, found ${quoted(line)}` };
      fields.push([(field[1] ?? '').toLowerCase(), (field[2] ?? '').trim()]);
      at = end + 1;
    }
  }
}

interface Header {
  readonly length: number;
  /** Where the body begins. */
  readonly end: number;
  /** Why the body cannot be read, though its length is known. */
  readonly refused?: string;
}

function headerOf(fields: readonly [string, string][], end: number): Header | Frame {
  const lengths = fields.filter(([name]) => name === 'content-length').map(([, value]) => value);
  const [length] = lengths;
  if (length === undefined) return { kind: 'lost', reason: 'a header has no Content-Length' };
  if (lengths.length > 1) return { kind: 'lost', reason: 'a header has more than one Content-Length' };
  if (!/^\d{1,15}$/.test(length)) return { kind: 'lost', reason: `Content-Length is ${quoted(length)}` };
  const type = fields.find(([name]) => name === 'content-type')?.[1] ?? '';
  const charset = /charset\s*=\s*"?([^";\s]+)/i.exec(type)?.[1];
  const isServed = charset === undefined || /^utf-?8$/i.test(charset);
  return {
    length: Number(length),
    end,
    ...(isServed ? {} : { refused: `the charset ${quoted(charset)} is not served` }),
  };
}

/** Text of a stranger as it may stand in a message: short, and without control characters. */
function quoted(text: string): string {
  const plain = text.replace(/\r$/, '').replace(/[^ -~]/g, '?');
  return `'${plain.length > 40 ? `${plain.slice(0, 40)}…` : plain}'`;
}
