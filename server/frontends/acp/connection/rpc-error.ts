import { EngineError, toRunError } from '../../../engine/errors.ts';

/** Codes of JSON-RPC and of the Agent Client Protocol. */
export const rpcCode = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  notFound: -32002,
} as const;

/** The error of a request, as it goes over the wire. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

export const invalidParams = (message: string) => new RpcError(rpcCode.invalidParams, message);

/** Any exception as the error of a request; what is a bug is reported, and shown as an incident. */
export function toRpcError(error: unknown, reportBug: (error: unknown) => EngineError): RpcError {
  if (error instanceof RpcError) return error;
  const known = error instanceof EngineError ? error : reportBug(error);
  return new RpcError(rpcCode.internal, known.message, toRunError(known));
}
