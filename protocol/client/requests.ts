import type { ConnectionLike } from './connection.ts';

const brand = Symbol.for('runwire.ConnectionClosedError');

/** The connection has closed: requests that were open, and later ones, reject with it. @since 0.1.0 */
export class ConnectionClosedError extends Error {
  /** Recognises the errors of another copy of this package, too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && brand in value;
  }

  override readonly name = 'ConnectionClosedError';
  readonly [brand] = true;

  constructor() {
    super('The connection to the daemon is closed.');
  }
}

/**
 * The requests of one connection. Libraries leave what is open when a connection closes without an answer; here it
 * rejects, on connections that say when they close.
 */
export class Requests {
  readonly #connection: ConnectionLike;
  readonly #open = new Set<(error: ConnectionClosedError) => void>();
  #hasClosed = false;

  constructor(connection: ConnectionLike) {
    this.#connection = connection;
    connection.onClose?.(() => {
      this.#hasClosed = true;
      for (const reject of this.#open) reject(new ConnectionClosedError());
      this.#open.clear();
    });
  }

  /** Sends a request. Errors: that of the response, `ConnectionClosedError`. */
  async send<R>(method: string, params?: unknown): Promise<R> {
    if (this.#hasClosed) throw new ConnectionClosedError();
    const response = this.#connection.sendRequest<R>(method, params);
    // Not `Promise.race` with the end: that would keep something of every request until then.
    return new Promise<R>((resolve, reject) => {
      this.#open.add(reject);
      const settle = () => this.#open.delete(reject);
      response.then(resolve, reject).then(settle, settle);
    });
  }
}
