import type {
  CallbackMethod,
  EditorRequestMethod,
  NotificationOf,
  ServerNotificationMethod,
} from '../../protocol/catalogue.ts';

/** How a callback ended that brought no result. */
export type CallbackFailure =
  | { readonly kind: 'error'; readonly code: number; readonly message: string; readonly data: unknown }
  /** A message that cannot be read came in place of a response. */
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'gone' };

/** Receives the response to a request. An object rather than a promise, since thousands of runs may wait. */
export interface AnswerListener {
  answered(result: unknown): void;
  failed(error: CallbackError): void;
}

/** A request that was sent. */
export interface SentRequest {
  /** Sends `$/cancelRequest`. A response that arrives nevertheless goes to `late`, so that nothing of the run is kept for it. */
  withdraw(late?: AnswerListener): void;
}

/** The size in bytes of a message that is too large to be sent, and the limit. */
export interface TooLarge {
  readonly size: number;
  readonly limit: number;
}

/** Sends requests to a client. */
export interface RequestSender {
  /** Sends a request; the listener is called with its response, perhaps at once. */
  request(method: CallbackMethod | EditorRequestMethod, params: object, listener: AnswerListener): SentRequest;
  /** Returns whether the client serves a callback. */
  serves(method: CallbackMethod): boolean;
  /** Whether the client keeps the histories of model requests, so that what it was sent before may be left out. */
  readonly keepsHistories?: boolean;
}

/** Sends notifications to a client, or to whatever else follows a run. */
export interface NotificationSender {
  /**
   * Returns the size in bytes and the limit when it is too large to be sent; nothing is sent to a client that is gone.
   * `bytes` is about its size, where that is known.
   */
  notify<M extends ServerNotificationMethod>(
    method: M,
    params: NotificationOf<M>,
    bytes?: number,
  ): TooLarge | undefined;
  /**
   * True while the client reads more slowly than it is sent messages. Nothing is lost then, but senders merge what can be
   * merged, and await `drained` before they make more than one message at a time.
   */
  readonly congested: boolean;
  /** Resolves when the client has read enough, or is gone; never rejects. */
  drained(): Promise<void>;
}

/** A callback that brought no result. */
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
