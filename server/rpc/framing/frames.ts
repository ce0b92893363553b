import type { MessageParts } from '../message-parts.ts';

/** Limits of the messages that are read and written. */
export interface WireLimits {
  /** Bytes of one message, in and out. */
  readonly messageBytes: number;
  /** Bytes of the header of one message. */
  readonly headerBytes: number;
  /** How deep a message may be nested. */
  readonly nesting: number;
  /** Requests of the client that may be open at once; those that wait for a run are not counted. */
  readonly requestsInFlight: number;
}

/** How messages are separated on a stream; `messages`: the stream is one of objects, each of them a message. */
export type Framing = 'contentLength' | 'lines' | 'messages';

/** Why the body of a message is not read. */
export type WhySkipped = { readonly kind: 'tooLarge' } | { readonly kind: 'unreadable'; readonly reason: string };

/** A message that was passed over, in full or as far as it came. */
export interface SkippedFrame {
  readonly kind: 'skipped';
  readonly why: WhySkipped;
  /** Bytes of it; as many as have come where the number is not known. */
  readonly size: number;
  readonly isSizeKnown: boolean;
  /** Its visible parts. */
  readonly parts: MessageParts;
  /** True when it was reported before, while its id was unknown. */
  readonly isAgain: boolean;
}

/**
 * The next item of the input: a body, or something else. After `lost` no more messages can be found.
 */
export type Frame =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | SkippedFrame
  | { readonly kind: 'lost'; readonly reason: string };

/** Splits input into frames: bytes are pushed in as they come, and whole frames pulled out. */
export interface FrameSplitter {
  push(chunk: Buffer): void;
  /** The next frame, or undefined when more input is needed. */
  next(): Frame | undefined;
  /** True while a message is being skipped that was not reported yet. */
  readonly isSilent: boolean;
  /** The report of a message that is being skipped, when nothing more has come for a while. */
  quiet(): Frame | undefined;
  /** Returns the rest of the input at its end, when there is any. */
  end(): Frame | undefined;
}

export const noBytes: Buffer = Buffer.alloc(0);
