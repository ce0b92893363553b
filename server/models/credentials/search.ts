import { EngineError } from '../../engine/errors.ts';
import type { Expiring } from './expiring.ts';
import type { CredentialServices } from './services.ts';

/** The contents of the error of a failed search: the provider, and the variable that makes the search unnecessary. */
export interface Wanted {
  readonly provider: string;
  readonly envVar: string;
  readonly advice: string;
}

/** The most characters of a library's message that are repeated. */
const mostChars = 500;

/**
 * Limits the time of a search for credentials as a whole, even where a library takes no signal, and turns every failure
 * into one kind of error.
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
        ? `the search was given up after ${searchTimeoutMs} ms`
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
