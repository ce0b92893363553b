import { EngineError } from '../../engine/errors.ts';

/** The error of a database that cannot be used, without anything of its address. */
export function unavailable(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const { message, code } = error as { message?: string; code?: string };
  return new EngineError(
    'store.unavailable',
    `The database cannot be used: ${message || code || 'it does not answer'}. Nothing is lost; try again.`,
    { reason: 'database', retryAfterMs: 1000 },
  );
}
