import { CancellationTokenSource, ErrorCodes, type MessageConnection, ResponseError } from 'vscode-jsonrpc/node';
import type { CallbackMethod } from '../../protocol/catalogue.ts';
import { CallbackError, type CallbackFailure, type Client } from '../runs/client.ts';
import type { Session } from '../session.ts';

const connectionCodes = new Set<number>([
  ErrorCodes.PendingResponseRejected,
  ErrorCodes.ConnectionInactive,
  ErrorCodes.MessageWriteError,
  ErrorCodes.MessageReadError,
]);

/** The client at the other end of a connection. @since 0.1.0 */
export function connectionClient(connection: MessageConnection, session: () => Session): Client & { close(): void } {
  let closed = false;
  const gone = () => new CallbackError({ kind: 'gone' });
  // Requests that are open when the connection closes never get an answer of the library.
  const open = new Set<(error: CallbackError) => void>();
  return {
    close() {
      closed = true;
      for (const reject of [...open]) reject(gone());
    },
    notify(method, params) {
      if (closed) return;
      connection.sendNotification(method, params).catch(() => undefined);
    },
    serves: (method: CallbackMethod) => session().serves(method),
    request(method, params, signal) {
      if (closed) return Promise.reject(gone());
      return new Promise((resolve, reject) => {
        const source = new CancellationTokenSource();
        const onAbort = () => source.cancel();
        const settle = (then: () => void) => {
          open.delete(onGone);
          signal.removeEventListener('abort', onAbort);
          source.dispose();
          then();
        };
        const onGone = (error: CallbackError) => settle(() => reject(error));
        open.add(onGone);
        signal.addEventListener('abort', onAbort, { once: true });
        connection.sendRequest(method, params, source.token).then(
          (value) => settle(() => resolve(value)),
          (error: unknown) => settle(() => reject(new CallbackError(failureOf(error)))),
        );
      });
    },
  };
}

function failureOf(error: unknown): CallbackFailure {
  if (error instanceof ResponseError && !connectionCodes.has(error.code)) {
    return { kind: 'error', code: error.code, message: error.message, data: error.data };
  }
  return { kind: 'gone' };
}
