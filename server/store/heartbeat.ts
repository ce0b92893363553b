import { beatMs, type Daemons } from './daemons.ts';

/** How long after its last sign of life a daemon looks whether its runs are still its own. */
const lateMs = 30_000;
/** When a store is looked through for what it does not keep, in milliseconds. */
const firstSweepMs = 60_000;
const sweepMs = 3_600_000;

/** Options of a `Heartbeat`. */
export interface HeartbeatOptions {
  readonly daemons: Daemons;
  /** Milliseconds of a steady clock. */
  readonly elapsed: () => number;
  /** Called when the process stood still for so long that others may have taken it for gone. */
  readonly onLate: () => void;
  /** Called from time to time; whatever goes wrong is tried again the next time. */
  readonly sweep?: (() => Promise<unknown>) | undefined;
}

/** Shows other daemons that this one lives, from its first run until it leaves. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #beatAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Begins, unless it has. Errors: those of the system. */
  start(): void {
    if (this.#timer) return;
    this.beat();
    this.#options.daemons.tidy();
    this.#timer = setInterval(() => this.#onBeat(), beatMs);
    this.#timer.unref();
    this.#sweepAfter(firstSweepMs);
  }

  /** Whether this process may have lost its runs to another one, which took it for gone. */
  get isLate(): boolean {
    return this.#options.elapsed() - this.#beatAt > lateMs;
  }

  /** Errors: those of the system. */
  beat(): void {
    this.#options.daemons.beat();
    this.#beatAt = this.#options.elapsed();
  }

  /** Says that this daemon is gone. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    clearTimeout(this.#sweeping);
    this.#options.daemons.leave();
  }

  #onBeat(): void {
    try {
      if (this.isLate) this.#options.onLate();
      this.beat();
    } catch {
      // The next line that is written fails, or the next beat succeeds.
    }
  }

  /** Once a while after the first run, then every hour. */
  #sweepAfter(ms: number): void {
    const { sweep } = this.#options;
    if (!sweep) return;
    this.#sweeping = setTimeout(() => {
      const swept = sweep().catch(() => null);
      void swept.then(() => this.#timer && this.#sweepAfter(sweepMs));
    }, ms);
    this.#sweeping.unref();
  }
}
