/** The return value of setting a handler, which differs between libraries. @since 0.1.0 */
export type Registration = unknown;

/** A token that signals when a request of the daemon is withdrawn, as `vscode-jsonrpc` passes it. @since 0.1.0 */
export interface CancellationLike {
  readonly isCancellationRequested: boolean;
  onCancellationRequested(listener: () => void): { dispose(): void };
}

/**
 * Any JSON-RPC connection: that of `vscode-jsonrpc`, of `vscode-languageclient`, or one of your own.
 *
 * @since 0.1.0
 */
export interface ConnectionLike {
  sendRequest<R>(method: string, params?: unknown): Promise<R>;
  sendNotification(method: string, params?: unknown): Promise<void> | void;
  onRequest(method: string, handler: (params: unknown, token?: CancellationLike) => unknown): Registration;
  onNotification(method: string, handler: (params: unknown) => void): Registration;
  /** Calls back when the connection has closed; without it a client waits for ever for what was open then. */
  onClose?(listener: () => void): Registration;
}
