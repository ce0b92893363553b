import { EngineError } from '../engine/errors.ts';
import type { CallbackError } from './client.ts';

const errorText = 4096;
/** JSON-RPC's code. */
export const methodNotFound = -32601;

/** Returns the error of a callback whose response is an error. */
export function failed(call: { method: string; name: string }, { failure }: CallbackError): EngineError {
  const { method, name } = call;
  if (failure.kind === 'gone')
    return new EngineError('client.gone', `The client has gone while ${method} for '${name}' was open.`, {
      method,
      name,
    });
  if (failure.kind === 'unreadable')
    return new EngineError(
      'callback.invalid',
      `The answer of the host to ${method} for '${name}' could not be read: ${failure.reason}.`,
      { method, name },
    );
  if (failure.code === methodNotFound) {
    return new EngineError(
      'callback.unsupported',
      `The client does not serve ${method}, which '${name}' needs. Serve it, or leave it out of the specification.`,
      { method, name },
    );
  }
  return new EngineError('callback.failed', failure.message.slice(0, errorText), { method, name });
}

/** Returns the error of a callback whose deadline has passed. */
export function timedOut(call: { method: string; name: string }, timeoutMs: number): EngineError {
  const { method, name } = call;
  return new EngineError('callback.timeout', `${method} for '${name}' was not answered within ${timeoutMs} ms.`, {
    method,
    name,
    timeoutMs,
  });
}
