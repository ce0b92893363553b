import { EngineError } from '../../engine/errors.ts';

/** The error of a database that cannot be used, without anything of its address. */
export function unavailable(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const { message, code } = error as { message?: string; code?: string };
  return new EngineError(
    'store.unavailable',
    `The database cannot be used: ${message || code || 'it does not answer'}. Nothing is lost; try again.`,
    { reason: 'database', retryAfterMs: 1000, isOutage: isOutage(error) },
  );
}

/** Longest pause before a database is tried again, in milliseconds. */
const mostPauseMs = 2000;

/** Does something again, with pauses that grow, for as long as the database does not answer. */
export async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, mostPauseMs)) {
    try {
      return await act();
    } catch (error) {
      if (!isOutage(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

/** The server is down, shuts down, starts, or the connection broke: classes 08 and 57P of SQLSTATE, and errors of sockets. */
function isOutage(error: unknown): boolean {
  if (error instanceof EngineError) return error.kind === 'store.unavailable' && error.details.isOutage === true;
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (/^(08...|57P0\d|53300)$/.test(code)) return true;
  if (/^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND)$/.test(code)) return true;
  return /connection (terminated|timeout)|timeout exceeded when trying to connect|Client has encountered a connection error/i.test(
    message,
  );
}
