import type { CallbackMethod } from '../../protocol/catalogue.ts';

/** The error that a callback was answered with. */
export interface AnsweredError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** How a callback was answered in place of its client: a result or an error. */
export interface PendingAnswer {
  readonly result?: unknown;
  readonly error?: AnsweredError;
}

/** A callback that begins to wait for `pending/resolve`. */
export interface WaitingRequest {
  readonly id: string;
  readonly method: CallbackMethod;
  readonly params: Record<string, unknown>;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Its deadline; absent: none. */
  readonly until?: number;
}

/** Keeps what waits for humans, and how they answered, so that neither is lost with the process. */
export interface PendingJournal {
  /** Returns the answer that was given before the run was interrupted. */
  answerTo(pendingId: string): PendingAnswer | undefined;
  /** Returns since when something has waited, if it did before the run was interrupted. */
  openedBefore(pendingId: string): WaitingRequest | undefined;
  opened(request: WaitingRequest): void;
  /** Returns a promise while the answer is on its way to the disk. */
  answer(pendingId: string, answer: PendingAnswer): Promise<void> | undefined;
}
