import { ConnectError, connect } from './mcp/connect.ts';
import type { ServerTarget } from './server-target.ts';
import { type ListedTool, ServerError, type ToolServer } from './tool-server.ts';
import { UnavailableError } from './unavailable.ts';

/** Starts after the first that are allowed in a window, so that one that always dies is not started for ever. */
const restarts = 3;
const windowMs = 5 * 60_000;
/** How long a server may take to say that it still serves, in milliseconds. */
const checkMs = 5000;

/** A server that is connected, with its tools as it listed them last. */
export interface Connected {
  readonly server: ToolServer;
  readonly tools: readonly ListedTool[];
  /** How long it took until its tools were known, in milliseconds. */
  readonly startMs: number;
}

/** What a shared server is made with. */
export interface SharedServerOptions {
  readonly target: ServerTarget;
  /** Whether it may elicit answers of the person. */
  readonly canElicit: boolean;
  readonly onDebug: (text: string) => void;
}

type Live = {
  readonly server: ToolServer;
  readonly startMs: number;
  tools: readonly ListedTool[];
  isStale: boolean;
  isDoubtful: boolean;
};

/** A server as runs share it: started when it is first used, and again when it is used after it died. */
export class SharedServer {
  readonly #options: SharedServerOptions;
  readonly #closing = new AbortController();
  #live: Live | null = null;
  #starting: Promise<Live> | null = null;
  #listing: Promise<void> | null = null;
  #startedAtMs: number[] = [];
  #lastEnd = '';
  #closed: Promise<void> | null = null;
  /** Connections that are about to end. */
  readonly #endings = new Set<Promise<void>>();

  constructor(options: SharedServerOptions) {
    this.#options = options;
  }

  /**
   * The connected server with its tools of now; it is started where that is needed, once for all who wait.
   *
   * Errors: `UnavailableError`, the reason of the signal.
   */
  async use(timeoutMs: number, signal: AbortSignal): Promise<Connected> {
    const live = this.#live;
    if (live && !live.isDoubtful && !live.isStale) return live;
    if (live?.isDoubtful) await this.#check(live, signal);
    const current = this.#live ?? (await orAborted(this.#start(timeoutMs), signal));
    if (!current.isStale) return current;
    try {
      await orAborted(this.#relist(current), signal);
      return current;
    } catch (error) {
      if (!(error instanceof ServerError) || signal.aborted) throw error;
      if (error.fault.kind === 'invalid') throw new UnavailableError(error.message);
      this.drop(current.server);
      return orAborted(this.#start(timeoutMs), signal);
    }
  }

  /** How it ended the last time; empty while it never has. */
  get lastEnd(): string {
    return this.#lastEnd;
  }

  /** Forgets a connection that is of no use any more, so that the next use makes another one. */
  drop(server: ToolServer): void {
    if (this.#live?.server === server) this.#live = null;
    this.#end(server);
  }

  /** Ends it; it is not used again. Never rejects. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort(new UnavailableError('it was ended'));
    const live = this.#live;
    this.#live = null;
    if (live) this.#end(live.server);
    await this.#starting?.catch(() => null);
    await Promise.all(this.#endings);
  }

  #end(server: ToolServer): void {
    const ending = server.end().finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }

  #start(timeoutMs: number): Promise<Live> {
    this.#starting ??= this.#connect(timeoutMs).finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async #connect(timeoutMs: number): Promise<Live> {
    this.#countStart();
    const before = performance.now();
    const late = new AbortController();
    const timer = setTimeout(
      () => late.abort(new UnavailableError(`it was not ready within ${timeoutMs} ms (startTimeoutMs)`)),
      timeoutMs,
    );
    const signal = AbortSignal.any([this.#closing.signal, late.signal]);
    let server: ToolServer | null = null;
    let ended: ConnectError | null = null;
    let isChanged = false;
    const listener = {
      onListChanged: () => {
        isChanged = true;
        if (this.#live) this.#live.isStale = true;
      },
      onDoubt: () => {
        if (this.#live && this.#live.server === server) this.#live.isDoubtful = true;
      },
      onEnd: (how: string, stderr: string) => {
        ended = new ConnectError(`the program ${how}`, { stderr });
        this.#lastEnd = ended.message;
        if (this.#live && this.#live.server === server) this.#live = null;
        // What it started may be left.
        if (server) this.#end(server);
      },
      onDebug: this.#options.onDebug,
    };
    try {
      server = await connect(this.#options.target, listener, { canElicit: this.#options.canElicit, timeoutMs, signal });
      const tools = await server.list(signal);
      const live: Live = { server, tools, startMs: performance.now() - before, isStale: isChanged, isDoubtful: false };
      if (!ended) this.#live = live;
      return live;
    } catch (error) {
      if (server) this.#end(server);
      throw this.#failure(ended ?? error);
    } finally {
      clearTimeout(timer);
    }
  }

  #failure(error: unknown): UnavailableError {
    const { isUnauthorized, stderr } = error instanceof ConnectError ? error : { isUnauthorized: false, stderr: '' };
    const failure =
      error instanceof UnavailableError
        ? error
        : new UnavailableError(error instanceof Error ? error.message : String(error), { isUnauthorized, stderr });
    this.#lastEnd = failure.reason;
    return failure;
  }

  /** Errors: `UnavailableError` when it was started too often of late. */
  #countStart(): void {
    const now = performance.now();
    this.#startedAtMs = this.#startedAtMs.filter((at) => now - at < windowMs);
    if (this.#startedAtMs.length > restarts)
      throw new UnavailableError(
        `it was started ${this.#startedAtMs.length} times within ${windowMs / 60_000} minutes, and the last time ${this.#lastEnd || 'it ended'}`,
      );
    this.#startedAtMs.push(now);
  }

  async #check(live: Live, signal: AbortSignal): Promise<void> {
    live.isDoubtful = false;
    try {
      await live.server.check(AbortSignal.any([signal, AbortSignal.timeout(checkMs)]));
    } catch {
      signal.throwIfAborted();
      this.drop(live.server);
    }
  }

  /** Lists the tools again, once for all who wait. A change that comes meanwhile is for the next time. */
  #relist(live: Live): Promise<void> {
    this.#listing ??= (async () => {
      live.isStale = false;
      try {
        live.tools = await live.server.list(this.#closing.signal);
      } catch (error) {
        live.isStale = true;
        throw error;
      }
    })().finally(() => {
      this.#listing = null;
    });
    return this.#listing;
  }
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
