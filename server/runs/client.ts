import type {
  CallbackMethod,
  EditorRequestMethod,
  NotificationOf,
  ServerNotificationMethod,
} from '../../protocol/catalogue.ts';

/** What a callback request ended with when it brought no result. @since 0.1.0 */
export type CallbackFailure =
  | { readonly kind: 'error'; readonly code: number; readonly message: string; readonly data: unknown }
  /** Something came in place of an answer. */
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'gone' };

/** Who waits for the answer to a request. An object rather than a promise, since a thousand runs may wait. @since 0.2.0 */
export interface AnswerListener {
  answered(result: unknown): void;
  failed(error: CallbackError): void;
}

/** A request that was sent. @since 0.2.0 */
export interface SentRequest {
  /** Tells the client with `$/cancelRequest`; an answer that comes all the same is still told. */
  withdraw(): void;
}

/** What a message that cannot be sent has too much of, in bytes. @since 0.2.0 */
export interface TooLarge {
  readonly size: number;
  readonly limit: number;
}

/**
 * The other end of a connection as runs see it; the only thing below that knows JSON-RPC.
 *
 * @since 0.1.0
 */
export interface Client {
  /** Sends a request, whose answer is told to the listener, perhaps at once. */
  request(method: CallbackMethod | EditorRequestMethod, params: object, listener: AnswerListener): SentRequest;
  /** The size in bytes and the limit when it is too large to be sent; a client that is gone is told nothing. */
  notify<M extends ServerNotificationMethod>(method: M, params: NotificationOf<M>): TooLarge | undefined;
  /**
   * Whether the client reads more slowly than it is told things. Nothing is lost then, but who makes something that can
   * be merged merges it, and who makes more than one message at a time awaits `drained` first.
   *
   * @since 0.2.0
   */
  readonly congested?: boolean;
  /** Resolves when little enough waits to be read, or when the client is gone; never rejects. @since 0.2.0 */
  drained?(): Promise<void>;
  /** Whether the client serves a callback. */
  serves(method: CallbackMethod): boolean;
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
    super(messageOf(failure));
    this.failure = failure;
  }
}

function messageOf(failure: CallbackFailure): string {
  switch (failure.kind) {
    case 'error':
      return failure.message;
    case 'unreadable':
      return `The answer could not be read: ${failure.reason}.`;
    case 'gone':
      return 'The client has gone.';
  }
}
