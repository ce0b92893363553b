import type { ProviderEntry } from '../provider.ts';

type Entry = Pick<ProviderEntry, 'apiKey' | 'apiVersion'>;

/** Returns whether the API is versioned by date; the v1 API and serverless endpoints refuse a version. */
export const isDated = (url: string, { apiVersion }: Entry) => apiVersion !== undefined && !url.endsWith('/v1');

/**
 * Sends as Azure wants it: the version of the API in the query, a key in a header of its own, and a token of Microsoft
 * Entra ID as a bearer. Which of both a secret is shows in its form: a token is a JWT, and no key has dots.
 *
 * Source: OpenAI SDK `AsyncAzureOpenAI`, with which Pydantic AI's `AzureProvider` sends.
 */
export function azureFetch(fetch: typeof globalThis.fetch, url: string, entry: Entry): typeof globalThis.fetch {
  const { apiKey, apiVersion } = entry;
  return (input, init) => {
    const requested = new URL(String(input));
    if (apiVersion !== undefined && isDated(url, entry)) requested.searchParams.set('api-version', apiVersion);
    const headers = new Headers(init?.headers);
    if (apiKey && headers.get('authorization') === `Bearer ${apiKey}` && !isToken(apiKey)) {
      headers.delete('authorization');
      headers.set('api-key', apiKey);
    }
    return fetch(requested.href, { ...init, headers });
  };
}

const isToken = (secret: string) => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(secret);
