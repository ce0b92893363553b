import type { SentOptions } from '../connection/client-requests.ts';

/** Sends requests about one session to its editor. */
export interface EditorRequests {
  /** Errors: those of `AcpConnection.request`. */
  request(method: string, params: object, options: SentOptions): Promise<unknown>;
}
