import type { EngineError } from './engine/errors.ts';
import type { Framing } from './rpc/framing/frames.ts';

/** The parts of a daemon that its end uses. */
export interface LifecycleParts {
  /** True once `shutdown` was requested. */
  readonly isShutDown: () => boolean;
  /** Refuses new runs from here on. */
  readonly stop: () => void;
  /** Callbacks that are open, and those to come, fail as `client.gone`. */
  readonly clientGone: () => void;
  /** Resolves when no request is open and no run is live. */
  readonly idle: () => Promise<void>;
  /** Cancels the runs; resolves when they have ended, or after so many milliseconds. */
  readonly endRuns: (why: EngineError, ms: number) => Promise<void>;
  /** Resolves when every request is answered. */
  readonly answered: () => Promise<void>;
  /** Resolves when the output has been taken, or when nobody takes it. */
  readonly flushed: () => Promise<void>;
  readonly exit: (code: number) => void;
  /** Time in which runs of a client that has gone may end, in milliseconds. */
  readonly graceMs: () => number;
  readonly errors: { readonly gone: EngineError; readonly stopped: EngineError };
}

interface Ending {
  /** Absent: 0 after `shutdown`, else 1. */
  readonly code?: number;
  /** The exit code when everything ended within its time. */
  readonly idleCode?: number;
  readonly why: 'gone' | 'stopped';
  /** Time for which runs and requests may go on by themselves, in milliseconds. */
  readonly idleMs: number;
  /** How long runs may take to end once they are cancelled. */
  readonly grace: number;
  /** How long the output may take in the end. */
  readonly flush: number;
}

/** Time for responses once the runs have ended, and for output after a second signal, in milliseconds. */
const lastMs = 250;

/**
 * How a daemon ends. The first reason counts; a later one that is more urgent cuts the idleMs short.
 */
export class Lifecycle {
  readonly #parts: LifecycleParts;
  #ending: Ending | undefined;
  #hurry: () => void = () => undefined;
  #isHurried = false;

  constructor(parts: LifecycleParts) {
    this.#parts = parts;
  }

  /**
   * The input has ended. Requests that came are still answered: those on lines as long as it takes, as in a shell pipe;
   * those in frames within the grace, because a host that lives on does not close it.
   */
  inputEnded(framing: Framing | undefined): void {
    this.#parts.clientGone();
    if (framing === 'lines') this.#end({ ...this.#gone(), idleCode: 0, idleMs: forever, flush: forever });
    else this.#end({ ...this.#gone(), idleMs: this.#parts.graceMs() / 2 });
  }

  /** The client sent `exit`: open requests get their responses, which the end of the runs brings. */
  exitRequested(): void {
    const ms = this.#parts.graceMs();
    this.#end({ why: 'stopped', idleMs: 0, grace: ms, flush: ms });
  }

  /** No client reads the responses any more, or the process of the host is gone. */
  hostGone(): void {
    this.#parts.clientGone();
    this.#end({ ...this.#gone(), idleMs: 0 });
  }

  /** The input was no stream of messages. */
  inputLost(): void {
    this.#parts.clientGone();
    this.#end({ ...this.#gone(), code: 2, idleMs: 0 });
  }

  /** A signal: runs may go on for so long before they are cancelled; a second signal cancels them at once. */
  signalled(code: number, drainMs: number): void {
    this.#parts.stop();
    const ms = this.#parts.graceMs();
    this.#end({ code, why: 'stopped', idleMs: this.#ending ? 0 : drainMs, grace: ms, flush: ms });
  }

  #gone(): Pick<Ending, 'why' | 'grace' | 'flush'> {
    return { why: 'gone', grace: this.#parts.graceMs() / 4, flush: lastMs };
  }

  #end(ending: Ending): void {
    if (this.#ending) {
      if (ending.idleMs > 0) return;
      // The exit code is that of the event that ended it.
      this.#ending = ending;
      this.#hurry();
      return;
    }
    this.#ending = ending;
    void this.#wind(ending);
  }

  async #wind({ idleMs }: Ending): Promise<void> {
    const parts = this.#parts;
    const hurried = new Promise<void>((resolve) => {
      this.#hurry = () => {
        this.#isHurried = true;
        resolve();
      };
    });
    const isIdle = idleMs > 0 && (await within(parts.idle(), idleMs, hurried));
    const current = this.#ending as Ending;
    if (!isIdle) {
      await parts.endRuns(parts.errors[current.why], current.grace);
      await within(parts.answered(), current.grace / 2);
    }
    if (this.#isHurried) await within(parts.flushed(), lastMs);
    else await within(parts.flushed(), current.flush, hurried);
    const { code = parts.isShutDown() ? 0 : 1, idleCode = code } = this.#ending as Ending;
    parts.exit(isIdle ? idleCode : code);
  }
}

const forever = Number.POSITIVE_INFINITY;

/** Returns whether it resolved before the time was over or a second signal came. */
async function within(promise: Promise<unknown>, ms: number, hurried?: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const inTime = promise.then(() => true);
  const tooLate = new Promise<boolean>((resolve) => {
    // Kept short of what a timer can hold; somebody who waits for ever is woken by nothing else.
    timer = setTimeout(() => resolve(false), Math.min(ms, 2 ** 31 - 1));
    void hurried?.then(() => resolve(false));
  });
  const isInTime = await Promise.race([inTime, tooLate]);
  clearTimeout(timer);
  return isInTime;
}
