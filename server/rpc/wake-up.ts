import type { InitializeParams } from '../../protocol/lifecycle.ts';
import type { Outgoing } from './pump.ts';

/** How soon after a response a callback has to be sent, and how long the line must be quiet then, in milliseconds. */
const closeMs = 100;

/** The clock and the timer; a test has its own. */
export interface WakeUpTime {
  now(): number;
  /** Calls back later; must not keep the process alive. */
  after(ms: number, callback: () => void): void;
}

const realTime: WakeUpTime = {
  now: () => performance.now(),
  after: (ms, callback) => {
    setTimeout(callback, ms).unref();
  },
};

/**
 * Returns whether a client has to be woken up: it declares it (`wakeUp`), or it is an Emacs by its name. Emacs clients
 * call themselves "Eglot", "emacs" (lsp-mode), "Emacs" or "mcp-emacs"; others log every notification they do not know,
 * or count it as an error.
 */
export function needsWakeUp({ clientInfo, initializationOptions }: InitializeParams): boolean {
  return initializationOptions?.wakeUp ?? /emacs|eglot/i.test(clientInfo?.name ?? '');
}

/**
 * Sends one more message when the line has been quiet for a while after a callback that was sent soon after a response. A client
 * may look at what it read together with the answer it waited for only when it reads again: in Emacs the answer to a
 * `jsonrpc-request` leaves its reader by a `throw`. Such a client never sees the callback, and both wait for each other.
 */
export class WakeUp {
  /** True when the client needs it. */
  isEnabled = false;
  readonly #send: () => void;
  readonly #time: WakeUpTime;
  #answeredAt = Number.NEGATIVE_INFINITY;
  /** True when a callback was sent soon after a response, and no callback has been responded to since. */
  #isExposed = false;
  #isArmed = false;
  #lastSentAt = 0;

  constructor(send: () => void, time: WakeUpTime = realTime) {
    this.#send = send;
    this.#time = time;
  }

  /** Called with everything that is sent. */
  sent({ id, method }: Outgoing): void {
    if (!this.isEnabled) return;
    if (method === undefined) this.#answeredAt = this.#time.now();
    else if (id !== undefined) this.#expose();
    if (this.#isExposed) this.#lastSentAt = this.#time.now();
  }

  /** The client has responded to a callback, so it reads. */
  heard(): void {
    this.#isExposed = false;
  }

  #expose(): void {
    if (this.#isExposed || this.#time.now() - this.#answeredAt >= closeMs) return;
    this.#isExposed = true;
    if (!this.#isArmed) this.#arm(closeMs);
  }

  #arm(ms: number): void {
    this.#isArmed = true;
    this.#time.after(ms, () => {
      this.#isArmed = false;
      if (!this.#isExposed) return;
      const left = closeMs - (this.#time.now() - this.#lastSentAt);
      if (left >= 1) return this.#arm(left);
      this.#isExposed = false;
      this.#send();
    });
  }
}
