import { userError } from '../../engine/errors.ts';

/**
 * Refuses an address that requests cannot go to, or that holds what only a header may: it is kept with the run, shown in
 * lists and logged by proxies.
 *
 * Errors: `run.invalid`, without the address.
 */
export function checkBaseUrl(baseUrl: string, id: string): void {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (!url || !/^https?:$/.test(url.protocol)) throw userError(`The base URL of '${id}' is not an http or https URL.`);
  if (url.username || url.password || url.search || url.hash) {
    throw userError(
      `The base URL of '${id}' must have neither credentials nor a query nor a fragment; give credentials in \`headers\` as ` +
        '{"secret": "NAME"}, or as the key of the provider.',
    );
  }
}
