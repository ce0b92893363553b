import type { CallbackMethod } from '../../protocol/catalogue.ts';
import type { EngineError } from '../engine/errors.ts';
import { CallbackError, type RequestSender } from './client.ts';

/** Serves a callback of a run. */
export type ServeCallback = (params: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<unknown>;

/** The callbacks that this process serves itself, by their methods. */
export type ServedCallbacks = Partial<Record<CallbackMethod, ServeCallback>>;

/** Serves the callbacks of runs in this process, as a client would. */
export function servedCallbacks(served: ServedCallbacks, reportBug: (error: unknown) => EngineError): RequestSender {
  return {
    serves: (method) => served[method] !== undefined,
    request: (method, params, listener) => {
      const controller = new AbortController();
      const serve = served[method as CallbackMethod];
      const answer = serve
        ? serve(params as Record<string, unknown>, controller.signal)
        : Promise.reject(
            new CallbackError({ kind: 'error', code: -32601, message: `${method} is not served`, data: null }),
          );
      answer.then(
        (result) => {
          if (!controller.signal.aborted) listener.answered(result);
        },
        (error: unknown) => {
          if (!controller.signal.aborted) listener.failed(failureOf(error, reportBug));
        },
      );
      // What is withdrawn has no listener any more.
      return { withdraw: () => controller.abort() };
    },
  };
}

function failureOf(error: unknown, reportBug: (error: unknown) => EngineError): CallbackError {
  if (error instanceof CallbackError) return error;
  const { message } = reportBug(error);
  return new CallbackError({ kind: 'error', code: -32603, message, data: null });
}
