import { isAscii } from 'node:buffer';
import type { Readable } from 'node:stream';
import type { DataCallback, Disposable, Message, MessageReader } from 'vscode-jsonrpc/node';
import { parseMessage } from '../errors/json-overflow.ts';
import type { Frame, FrameSplitter, Framing, WireLimits } from './framing/frames.ts';
import { ContentLengthFrames } from './framing/length-frames.ts';
import { LineFrames } from './framing/line-frames.ts';
import { MessageFrames } from './framing/message-frames.ts';
import { jsonFault } from './json-fault.ts';
import { type MessageParts, readablePartsOf } from './message-parts.ts';
import { neverFires } from './never-fires.ts';

/** Something in the input that was no JSON value. */
export type Fault =
  | Exclude<Frame, { kind: 'body' }>
  | { readonly kind: 'parse'; readonly reason: string; readonly parts: MessageParts };

/** How long nothing must come before a message that was not reported yet is reported as far as it came, in milliseconds. */
const quietMs = 50;

/** Receives the items of the input. */
export interface ReaderSink {
  /** Called once, before anything else. */
  framing(framing: Framing): void;
  /** A JSON value of so many bytes: the message to dispatch, or undefined when there is nothing left to do. */
  value(value: unknown, size: number): Message | undefined;
  /** The same for input that is not a value. */
  fault(fault: Fault): Message | undefined;
  /** Returns whether messages that were passed on wait to be dispatched: no more are read then. */
  isBacklogged(): boolean;
  /** The input has ended and everything in it was passed on. */
  end(): void;
}

/**
 * Reads messages from a stream. Which framing the client uses shows in its first byte: a JSON value is on a line of its
 * own, everything else begins with a header.
 *
 * The end of the input is not the end of the connection, unlike in the library: requests that were read still get their responses.
 * It is a reader of the library by its interface alone, since it reads before the library is loaded.
 */
export class WireReader implements MessageReader {
  readonly onError = neverFires;
  readonly onClose = neverFires;
  readonly onPartialMessage = neverFires;
  readonly #stream: Readable;
  readonly #limits: () => WireLimits;
  readonly #sink: ReaderSink;
  // Fatal: text that is not UTF-8 is refused, not read with replacement characters.
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #callback: DataCallback | undefined;
  /** Messages that nobody has listened to yet. */
  readonly #early: Message[] = [];
  #start: Buffer | undefined = Buffer.alloc(0);
  #splitter: FrameSplitter | undefined;
  #isLost = false;
  #hasEnded = false;
  #isResting = false;
  #isHeld = false;
  #quietTimer: NodeJS.Timeout | undefined;
  #reading: Disposable | undefined;

  /** `framing`: known before anything was read. */
  constructor(stream: Readable, limits: () => WireLimits, sink: ReaderSink, framing?: 'messages') {
    this.#stream = stream;
    this.#limits = limits;
    this.#sink = sink;
    if (framing) this.#splitter = new MessageFrames(limits);
  }

  /** Begins to read; what `begin` has read already comes first. */
  listen(callback: DataCallback): Disposable {
    this.#callback = callback;
    for (const message of this.#early.splice(0)) callback(message);
    return this.begin();
  }

  /** Begins to read before there is anybody to listen: one message at a time, until one of them waits to be dispatched. */
  begin(): Disposable {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  dispose(): void {
    // Nothing is kept but what the streams keep.
  }

  #read(): Disposable {
    const onData = (chunk: Buffer) => this.#push(chunk);
    const onEnd = () => this.#end();
    // A pipe that broke brings nothing more: the same as its end.
    const onError = () => this.#end();
    this.#stream.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onError);
    return {
      dispose: () => {
        this.#stream.off('data', onData).off('end', onEnd).off('close', onEnd).off('error', onError);
        this.#stream.pause();
      },
    };
  }

  /** Stops reading while the client does not read the responses; the input stays in the pipe. */
  hold(): void {
    this.#isHeld = true;
    this.#stream.pause();
  }

  release(): void {
    this.#isHeld = false;
    if (!this.#isResting) this.#stream.resume();
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  #push(chunk: Buffer): void {
    if (this.#isLost) return;
    const rest = this.#splitter ? chunk : this.#detect(chunk);
    if (!rest || !this.#splitter) return;
    this.#splitter.push(rest);
    this.#pull(this.#splitter);
  }

  /** Chooses the framing by the first byte that is neither of a byte order mark nor blank. */
  #detect(chunk: Buffer): Buffer | undefined {
    const start = Buffer.concat([this.#start ?? chunk, chunk]);
    this.#start = start;
    const mark = start.subarray(0, byteOrderMark.length);
    if (start.length < byteOrderMark.length && byteOrderMark.subarray(0, start.length).equals(mark)) return undefined;
    let at = mark.equals(byteOrderMark) ? byteOrderMark.length : 0;
    while (blanks.has(start[at] ?? 0)) at += 1;
    if (at === start.length) return undefined;
    const isJson = jsonStarts.has(start[at] ?? 0);
    this.#splitter = new (isJson ? LineFrames : ContentLengthFrames)(this.#limits);
    this.#start = undefined;
    this.#sink.framing(isJson ? 'lines' : 'contentLength');
    return start.subarray(at);
  }

  /** Takes so many messages, then rests for a turn of the event loop: those that came at once are served in between. */
  #pull(splitter: FrameSplitter): void {
    for (let left = this.#perTurn(); left > 0 && !this.#isLost; left -= 1) {
      const frame = splitter.next();
      if (!frame) {
        if (this.#hasEnded) this.#finish(splitter);
        else if (splitter.isSilent) this.#awaitMore(splitter);
        return;
      }
      this.#take(frame);
    }
    if (this.#isLost) return;
    this.#isResting = true;
    this.#stream.pause();
    setImmediate(() => this.#goOn(splitter));
  }

  #goOn(splitter: FrameSplitter): void {
    if (this.#sink.isBacklogged()) {
      setImmediate(() => this.#goOn(splitter));
      return;
    }
    this.#isResting = false;
    if (!this.#isHeld) this.#stream.resume();
    this.#pull(splitter);
  }

  /** Waits for more of a message that is skipped; its sender may wait for a response before it sends the rest. */
  #awaitMore(splitter: FrameSplitter): void {
    clearTimeout(this.#quietTimer);
    this.#quietTimer = setTimeout(() => {
      if (this.#hasEnded || this.#isLost || !splitter.isSilent) return;
      // While it does not read, the rest may be in the pipe.
      const frame = this.#isHeld || this.#isResting ? undefined : splitter.quiet();
      if (frame) this.#take(frame);
      else this.#awaitMore(splitter);
    }, quietMs);
    this.#quietTimer.unref();
  }

  /** Half of what may be in flight, so that many small requests in one chunk are no overload. */
  #perTurn(): number {
    if (!this.#callback) return 1;
    return Math.max(1, Math.min(128, this.#limits().requestsInFlight >> 1));
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (!this.#isResting) this.#finish(this.#splitter);
  }

  #finish(splitter: FrameSplitter | undefined): void {
    while (!this.#isLost) {
      const frame = splitter?.end();
      if (!frame) break;
      this.#take(frame);
    }
    if (!this.#isLost) this.#reportEnd();
  }

  /** Called after everything that came before it. */
  #reportEnd(): void {
    if (this.#sink.isBacklogged()) setImmediate(() => this.#reportEnd());
    else this.#sink.end();
  }

  #take(frame: Frame): void {
    if (frame.kind === 'lost') this.#isLost = true;
    const message = frame.kind === 'body' ? this.#parse(frame.bytes) : this.#sink.fault(frame);
    if (!message) return;
    if (this.#callback) this.#callback(message);
    else this.#early.push(message);
  }

  #parse(bytes: Buffer): Message | undefined {
    let text: string | undefined;
    let value: unknown;
    try {
      // Most messages are ASCII, which needs no decoder.
      text = isAscii(bytes) ? bytes.toString('latin1') : this.#decoder.decode(bytes);
      value = parseMessage(text);
    } catch {
      return this.#sink.fault({ kind: 'parse', reason: reasonOf(text), parts: readablePartsOf(bytes) });
    }
    return this.#sink.value(value, bytes.length);
  }
}

/** The message of the parser is not repeated: it holds some of the text, which may be secret. */
function reasonOf(text: string | undefined): string {
  if (text === undefined) return 'it is not valid UTF-8';
  const fault = jsonFault(text);
  return fault ? `it is not valid JSON (${fault})` : 'it is not valid JSON';
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const blanks: ReadonlySet<number> = new Set([9, 10, 13, 32]);
const jsonStarts: ReadonlySet<number> = new Set([0x7b, 0x5b]);
