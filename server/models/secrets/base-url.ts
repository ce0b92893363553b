import { userError } from '../../engine/errors.ts';

/**
 * Refuses an address that requests cannot be sent to, or that contains what belongs into a header: an address is kept
 * with the run, shown in lists and logged by proxies.
 *
 * Errors: `run.invalid`, without the address.
 */
export function checkBaseUrl(baseUrl: string, id: string): void {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (!url || !/^https?:$/.test(url.protocol))
    throw userError(`The \`baseUrl\` of '${id}' is not an http or https URL.`);
  if (url.username || url.password || url.search || url.hash) {
    throw userError(
      `The \`baseUrl\` of '${id}' must not contain credentials, a query or a fragment. Pass credentials in \`headers\` as ` +
        '{"secret": "NAME"}, or as the API key of the provider.',
    );
  }
}
