/** Bounds of what is read and written. @since 0.2.0 */
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

/** How messages are told apart on a stream. @since 0.2.0 */
export type Framing = 'contentLength' | 'lines';

/**
 * What was found next in the input: a body, or something that is none. After `lost` nothing more can be told apart.
 *
 * @since 0.2.0
 */
export type Frame =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  /** A message over the cap, which is skipped; `start` is as much of it as is at hand. */
  | { readonly kind: 'tooLarge'; readonly size: number; readonly start: Buffer }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'lost'; readonly reason: string };

/** Splits input into frames: bytes are pushed in as they come, and whole frames pulled out. @since 0.2.0 */
export interface FrameSplitter {
  push(chunk: Buffer): void;
  /** The next frame, or undefined when more input is needed. */
  next(): Frame | undefined;
  /** The input has ended: what is left of it, when that is something. */
  end(): Frame | undefined;
}

/** How much of a skipped message is looked at, to find out whom to answer. */
export const startBytes = 1024;

export const noBytes: Buffer = Buffer.alloc(0);
