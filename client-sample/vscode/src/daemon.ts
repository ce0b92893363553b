import { type DaemonExit, type Runwire, startRunwire } from 'runwire';

/** What a daemon is started with. */
export interface DaemonSettings {
  /** The program and its arguments; the extension's own daemon when absent. */
  readonly command: readonly [string, ...string[]];
  /** The folder in which conversations are kept. */
  readonly store: string;
  /** Gives the key of a provider; null when there is none. */
  readonly secret: (request: { name: string; runId: string; optional?: boolean | undefined }) => Promise<string | null>;
  readonly onLog: (line: string) => void;
  /** Called when a daemon has ended that was not closed. */
  readonly onGone: (exit: DaemonExit) => void;
}

/** The one daemon of the window: started when it is first used, and again after it has died. */
export class Daemon {
  readonly #settings: DaemonSettings;
  #running: Promise<Runwire> | null = null;
  #isClosed = false;

  constructor(settings: DaemonSettings) {
    this.#settings = settings;
  }

  /** Errors: `DaemonGoneError` when it cannot be started. */
  get(): Promise<Runwire> {
    this.#running ??= this.#start();
    return this.#running;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await (await this.#running?.catch(() => null))?.close();
  }

  async #start(): Promise<Runwire> {
    const { command, store, secret, onLog } = this.#settings;
    try {
      const runwire = await startRunwire({
        command: [...command, '--store', store] as [string, ...string[]],
        secret,
        onLog,
      });
      void runwire.exited.then((exit) => this.#gone(exit));
      return runwire;
    } catch (error) {
      this.#running = null;
      throw error;
    }
  }

  #gone(exit: DaemonExit): void {
    this.#running = null;
    if (!this.#isClosed) this.#settings.onGone(exit);
  }
}
