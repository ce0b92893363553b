import { setFlagsFromString } from 'node:v8';

/** Bytes of a response from which on memory matters more than speed. */
const large = 256 * 1024;

/** How long it stays so after a response, in milliseconds: the messages that hold it are made then. */
const afterMs = 1_000;

/** The large responses that are being read, or were read just now. */
let held = 0;

/**
 * Keeps the heap close to what lives in it while a large response is read: V8 would let the copies that packages make of
 * it pile up to several times its size before it looks for garbage. Each response has its own.
 */
export class TightHeap {
  #isHeld = false;

  /** True from when the response is large until it is over. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Notes how much of the response has come. */
  read(bytes: number): void {
    if (this.#isHeld || bytes < large) return;
    this.#isHeld = true;
    held += 1;
    if (held === 1) optimizeForSize(true);
  }

  /** Called once the response is over. */
  end(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    setTimeout(letGo, afterMs).unref();
  }
}

function letGo(): void {
  held -= 1;
  if (held === 0) optimizeForSize(false);
}

function optimizeForSize(isOn: boolean): void {
  // Bun has another engine, without such flags.
  if (!process.versions.bun) setFlagsFromString(isOn ? '--optimize-for-size' : '--no-optimize-for-size');
}
