import { SharedServer, type SharedServerOptions } from './shared-server.ts';

/** How long the servers of an agent are kept when no run uses them, in milliseconds. */
const idleMs = 10 * 60_000;

/** What a scope is made with. */
export interface ScopeOptions {
  /** Whether it ends as soon as nobody uses it. */
  readonly isRetired: boolean;
  /** Every server of the daemon that was not ended yet: those of all scopes. */
  readonly held: Set<SharedServer>;
  readonly idleAfterMs?: number;
}

/**
 * The servers that belong to one agent or to one run. Those of an agent are shared by its runs, and end when it is unregistered
 * and its runs are over, or when they were idle for long; those of a run end with it.
 */
export class ServerScope {
  readonly #servers = new Map<string, SharedServer>();
  readonly #held: Set<SharedServer>;
  readonly #idleMs: number;
  #users = 0;
  #isRetired: boolean;
  #timer: NodeJS.Timeout | undefined;

  constructor({ isRetired, held, idleAfterMs = idleMs }: ScopeOptions) {
    this.#isRetired = isRetired;
    this.#held = held;
    this.#idleMs = idleAfterMs;
  }

  enter(): void {
    this.#users += 1;
    clearTimeout(this.#timer);
  }

  /** Resolves when what nobody uses any more has ended. */
  leave(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return Promise.resolve();
    if (this.#isRetired) return this.close();
    this.#timer = setTimeout(() => void this.close(), this.#idleMs).unref();
    return Promise.resolve();
  }

  /** Ends its servers as soon as no run uses them. */
  retire(): Promise<void> {
    this.#isRetired = true;
    clearTimeout(this.#timer);
    return this.#users === 0 ? this.close() : Promise.resolve();
  }

  /** The server of a key, which says everything it was made with. */
  server(key: string, options: () => SharedServerOptions): SharedServer {
    const known = this.#servers.get(key);
    if (known) return known;
    const server = new SharedServer(options());
    this.#servers.set(key, server);
    this.#held.add(server);
    return server;
  }

  /** Ends one of its servers. */
  end(key: string): void {
    const server = this.#servers.get(key);
    this.#servers.delete(key);
    if (server) void this.#closed(server);
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const servers = [...this.#servers.values()];
    this.#servers.clear();
    await Promise.all(servers.map((server) => this.#closed(server)));
  }

  async #closed(server: SharedServer): Promise<void> {
    await server.close();
    this.#held.delete(server);
  }
}
