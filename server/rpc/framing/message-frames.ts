import type { Frame, FrameSplitter, WireLimits } from './frames.ts';
import { SkippedMessage } from './skipped-message.ts';

/** Messages that come one by one, as a WebSocket has them. */
export class MessageFrames implements FrameSplitter {
  /** A message that is skipped is whole when it is seen. */
  readonly isSilent = false;
  readonly #limits: () => WireLimits;
  #message: Buffer | undefined;

  constructor(limits: () => WireLimits) {
    this.#limits = limits;
  }

  push(message: Buffer): void {
    this.#message = message;
  }

  next(): Frame | undefined {
    const bytes = this.#message;
    this.#message = undefined;
    if (!bytes) return undefined;
    if (bytes.length <= this.#limits().messageBytes) return { kind: 'body', bytes };
    const skipped = new SkippedMessage({ kind: 'tooLarge' });
    skipped.add(bytes);
    return skipped.conclude(true);
  }

  quiet(): undefined {
    return undefined;
  }

  end(): undefined {
    return undefined;
  }
}
