import type { Writable } from 'node:stream';
import { stringifyExact } from '../engine/json/exact-json.ts';
import type { Framing } from './framing/frames.ts';
import { LargeMessage, writeLarge } from './large-message.ts';

/** A message as it is on the wire; its sender has checked its parts. */
export type Outgoing = { readonly jsonrpc: '2.0' } & Record<string, unknown>;

/** The outcome of sending a message. */
export type Sent =
  | { readonly kind: 'queued' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'tooLarge'; readonly size: number; readonly limit: number };

export interface PumpOptions {
  /** Bytes of one message. */
  readonly messageBytes: () => number;
  /** Bytes in the queue at which senders should wait, and down to which they wait. */
  readonly highWater?: number;
  readonly lowWater?: number;
}

const flushBytes = 64 * 1024;
/** Bytes of a message that is encoded in pieces, and written by itself. */
const large = 256 * 1024;
const queued: Sent = { kind: 'queued' };
const closed: Sent = { kind: 'closed' };
const done = Promise.resolve();

/**
 * The only way out. A message is encoded when it is sent, so that what happens to its objects afterwards cannot change
 * it; all messages of a burst leave in one write, in the order in which they were sent. Nothing here ever rejects: a
 * pipe that broke is reported once, and later messages are dropped.
 */
export class OutboundPump {
  framing: Framing = 'contentLength';
  readonly #stream: Writable;
  readonly #messageBytes: () => number;
  readonly #highWater: number;
  readonly #lowWater: number;
  /** Chunks that wait for the write before them; messages are added to the last one. */
  #batches: Batch[] = [emptyBatch()];
  #waitingBytes = 0;
  #writingBytes = 0;
  #sentBytes = 0;
  #isWriting = false;
  #isScheduled = false;
  #isClosed = false;
  #waiters: Waiter[] = [];
  readonly #closeListeners: (() => void)[] = [];
  /** Called with each message that was queued. */
  onSent: ((message: Outgoing) => void) | undefined;

  constructor(stream: Writable, { messageBytes, highWater = 1 << 20, lowWater = 1 << 18 }: PumpOptions) {
    this.#stream = stream;
    this.#messageBytes = messageBytes;
    this.#highWater = highWater;
    this.#lowWater = lowWater;
    stream.on('error', () => this.#close()).on('close', () => this.#close());
  }

  /** Bytes that were sent and not taken by the pipe. */
  get queuedBytes(): number {
    return this.#waitingBytes + this.#writingBytes;
  }

  /** Bytes that the pipe has taken since the beginning. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** True while the client is congested: senders merge messages, or wait, when they can. */
  get congested(): boolean {
    return this.queuedBytes >= this.#highWater;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Resolves when the queue is short enough for more messages (or for so many bytes), or when the client is gone.
   */
  drained(bytes: number = this.#lowWater): Promise<void> {
    if (this.#isClosed || this.queuedBytes <= bytes) return done;
    return new Promise((resolve) => this.#waiters.push({ bytes, resolve }));
  }

  /** Calls back once, when the pipe broke or was closed. */
  onClose(listener: () => void): void {
    this.#closeListeners.push(listener);
  }

  /**
   * Sends a message; `bytes` is about its size, where that is known. One that `overtakes` is written before large ones that wait
   * still. Errors: those of `JSON.stringify` for values other than JSON.
   */
  send(message: Outgoing, bytes = 0, overtakes = false): Sent {
    if (this.#isClosed) return closed;
    const limit = this.#messageBytes();
    const isLarge = bytes >= large && this.framing !== 'messages';
    const size = isLarge
      ? this.#addLarge(message, { bytes, limit })
      : this.#addText(stringifyExact(message), { limit, overtakes });
    if (size > limit) return { kind: 'tooLarge', size, limit };
    this.#waitingBytes += size;
    this.onSent?.(message);
    if (this.#waitingBytes >= flushBytes) this.#flush();
    else if (!this.#isScheduled) {
      this.#isScheduled = true;
      // Runs when the microtasks are done: after all responses to the messages of one chunk.
      process.nextTick(() => {
        this.#isScheduled = false;
        this.#flush();
      });
    }
    return queued;
  }

  /** Begins a new write, apart from earlier messages. */
  separate(): void {
    if (this.#lastBatch().bytes) this.#batches.push(emptyBatch());
  }

  /** Adds a message if it is within the limit; returns its bytes. */
  #addText(json: string, { limit, overtakes }: { limit: number; overtakes: boolean }): number {
    const size = Buffer.byteLength(json);
    if (size > limit) return size;
    const batch = overtakes ? this.#firstBatch() : this.#lastBatch();
    if (this.framing === 'messages') batch.texts.push(json);
    else if (this.framing === 'lines') batch.texts.push(json, '\n');
    else batch.texts.push(`Content-Length: ${size}\r\n\r\n`, json);
    batch.bytes += size;
    batch.isAscii &&= size === json.length;
    if (batch.bytes >= flushBytes && this.framing !== 'messages' && batch === this.#lastBatch()) {
      // One text is less for the collector to keep than all that it is made of.
      batch.texts = [batch.texts.join('')];
      this.#batches.push(emptyBatch());
    }
    return size;
  }

  /** The same for a large one, whose bytes are known about. */
  #addLarge(message: Outgoing, { bytes, limit }: { bytes: number; limit: number }): number {
    const large = new LargeMessage(message);
    const over = large.bytesOver(limit);
    if (over !== undefined) return over;
    const size = Math.min(bytes, limit);
    this.separate();
    Object.assign(this.#lastBatch(), { bytes: size, large });
    this.#batches.push(emptyBatch());
    return size;
  }

  #lastBatch(): Batch {
    return this.#batches[this.#batches.length - 1] as Batch;
  }

  /** The batch of what is written before the large messages that wait. */
  #firstBatch(): Batch {
    if (!this.#batches.some(({ large }) => large)) return this.#lastBatch();
    const first = emptyBatch();
    this.#batches.unshift(first);
    return first;
  }

  #flush(): void {
    const [batch] = this.#batches;
    if (this.#isWriting || this.#isClosed || !batch?.bytes) return;
    this.#batches.shift();
    if (this.#batches.length === 0) this.#batches.push(emptyBatch());
    this.#isWriting = true;
    this.#waitingBytes -= batch.bytes;
    this.#writingBytes = batch.bytes;
    const onWritten = (error: Error | null | undefined) => (error ? this.#close() : this.#written());
    if (this.framing === 'messages') {
      this.#stream.write(batch.texts, onWritten);
      return;
    }
    if (batch.large) {
      void writeLarge(this.#stream, batch.large, this.framing).then(
        () => this.#written(),
        () => this.#close(),
      );
      return;
    }
    // The same bytes, without a search for other characters.
    const encoding = batch.isAscii ? 'latin1' : 'utf8';
    this.#stream.write(batch.texts.join(''), encoding, onWritten);
  }

  #written(): void {
    this.#isWriting = false;
    this.#sentBytes += this.#writingBytes;
    this.#writingBytes = 0;
    this.#flush();
    this.#wake();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#batches = [];
    this.#waitingBytes = 0;
    this.#writingBytes = 0;
    this.#wake();
    for (const listener of this.#closeListeners) listener();
  }

  #wake(): void {
    if (this.#waiters.length === 0) return;
    const ready = this.#waiters.filter(({ bytes }) => this.queuedBytes <= bytes);
    this.#waiters = this.#waiters.filter(({ bytes }) => this.queuedBytes > bytes);
    for (const { resolve } of ready) resolve();
  }
}

interface Waiter {
  readonly bytes: number;
  readonly resolve: () => void;
}

interface Batch {
  texts: string[];
  /** Bytes of the messages; those of headers are not counted. */
  bytes: number;
  isAscii: boolean;
  /** A large message, which nothing else is written with. */
  large?: LargeMessage;
}

const emptyBatch = (): Batch => ({ texts: [], bytes: 0, isAscii: true });
