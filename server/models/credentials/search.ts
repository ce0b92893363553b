import { EngineError } from '../../engine/errors.ts';
import type { Expiring } from './expiring.ts';
import type { CredentialServices } from './services.ts';

/** What a failed search says: for which provider, and which variable would do without it. */
export interface Wanted {
  readonly provider: string;
  readonly envVar: string;
  readonly advice: string;
}

/** The longest part of what a library says that is repeated. */
const mostChars = 500;

/**
 * Bounds a search for credentials as a whole, also where a library takes no signal, and makes one kind of error of
 * whatever goes wrong in it.
 *
 * Errors: `auth.missing`, saying what failed and what to do; the reason of the signal once that is aborted.
 */
export function search<T>(
  find: (signal: AbortSignal) => Promise<Expiring<T>>,
  { provider, envVar, advice }: Wanted,
  { searchTimeoutMs }: CredentialServices,
): (signal: AbortSignal) => Promise<Expiring<T>> {
  return async (signal) => {
    const timeout = AbortSignal.timeout(searchTimeoutMs);
    const bounds = AbortSignal.any([signal, timeout]);
    try {
      return await Promise.race([find(bounds), rejection(bounds)]);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof EngineError) throw error;
      const reason = timeout.aborted
        ? `the search took longer than ${searchTimeoutMs} ms`
        : (error instanceof Error ? error.message : String(error))
            .replace(/^ServerFault: /, '')
            .slice(0, mostChars)
            .replace(/[.\s]+$/, '');
      throw new EngineError('auth.missing', `No credentials for '${provider}': ${reason}. ${advice}`, {
        envVar,
        provider,
      });
    }
  };
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}
