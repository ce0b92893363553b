import type { CallbackMethod, NotificationOf, ServerNotificationMethod } from '../../protocol/catalogue.ts';

/** What a callback request ended with when it brought no result. @since 0.1.0 */
export type CallbackFailure =
  | { readonly kind: 'error'; readonly code: number; readonly message: string; readonly data: unknown }
  | { readonly kind: 'gone' };

/**
 * The other end of a connection as runs see it; the only thing below that knows JSON-RPC.
 *
 * @since 0.1.0
 */
export interface Client {
  /** Sends a callback; rejects with `CallbackError`. An abort withdraws it with `$/cancelRequest`. */
  request(method: CallbackMethod, params: object, signal: AbortSignal): Promise<unknown>;
  notify<M extends ServerNotificationMethod>(method: M, params: NotificationOf<M>): void;
  /** Whether the client serves a callback. */
  serves(method: CallbackMethod): boolean;
  /** Whether so much waits to be written that nothing should be added but what must be told. */
  readonly congested?: boolean;
  /** Resolves when that is over, or the client has gone. */
  drained?(): Promise<void>;
}

/** Resolves when the client has read what waited, or on an abort. @since 0.2.0 */
export function drained(client: Pick<Client, 'drained'>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted || !client.drained) done();
    else void client.drained().then(done);
  });
}

/** A callback that brought no result. @since 0.1.0 */
export class CallbackError extends Error {
  override readonly name = 'CallbackError';
  readonly failure: CallbackFailure;

  constructor(failure: CallbackFailure) {
    super(failure.kind === 'error' ? failure.message : 'The client has gone.');
    this.failure = failure;
  }
}
