import { userError } from '../../engine/errors.ts';
import { checkBaseUrl } from '../secrets/base-url.ts';
import type { ProviderEntry } from './provider.ts';

/**
 * Refuses an address or headers that `fetch` would reject: its own messages quote the value, which may be a key.
 *
 * Errors: `run.invalid`, naming what is wrong but no value.
 */
export function checkEntry(entry: ProviderEntry, extraHeaders: Readonly<Record<string, string | undefined>>): void {
  if (entry.baseUrl !== undefined) checkBaseUrl(entry.baseUrl, entry.id);
  if (!isHeaderValue(`Bearer ${entry.apiKey}`)) {
    throw userError(`The API key of '${entry.id}' contains characters that are not allowed in a header.`);
  }
  for (const [name, value] of Object.entries({ ...entry.headers, ...extraHeaders })) {
    if (!isHeader(name, value ?? ''))
      throw userError(
        `The header '${name}' of '${entry.id}' is not valid: its name or value contains characters that are not allowed.`,
      );
  }
}

const isHeaderValue = (value: string) => isHeader('authorization', value);

function isHeader(name: string, value: string): boolean {
  try {
    new Headers([[name, value]]);
    return true;
  } catch {
    return false;
  }
}
