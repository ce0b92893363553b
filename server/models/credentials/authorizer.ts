import { userError } from '../../engine/errors.ts';

/** A request as it is about to be sent. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

/** Authorizes requests with the credentials of the machine, which expire and are renewed on demand. */
export interface Authorizer {
  /** The address that the credentials are for; they are sent to no other host. */
  readonly baseUrl: string;
  /** The current values that must never be shown. */
  readonly secrets: readonly string[];
  /** Returns the headers to add; headers with a key are replaced. */
  authorize(request: OutgoingRequest, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Notes that a request with headers of `authorize` was refused. */
  refused(headers: object): void;
  /** Returns whether there are credentials other than the refused ones; searches for some when none are known. */
  renew(signal: AbortSignal): Promise<boolean>;
}

/** Headers in which packages send a key, even an empty one. */
const keyHeaders = ['authorization', 'x-goog-api-key'];

/**
 * Authorizes each request just before it is sent, when its body is final.
 *
 * Errors: `run.invalid` for a request to another host than that of the credentials.
 */
export function authorizedFetch(fetch: typeof globalThis.fetch, authorizer: Authorizer): typeof globalThis.fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const { origin } = new URL(authorizer.baseUrl);
    if (url.origin !== origin)
      throw userError(`The credentials of the machine are for '${origin}' and are not sent to '${url.origin}'.`);
    const headers = new Headers(init?.headers);
    for (const name of keyHeaders) headers.delete(name);
    const body = typeof init?.body === 'string' ? init.body : '';
    const request = { method: init?.method ?? 'GET', url, headers, body };
    const added = await authorizer.authorize(request, init?.signal ?? new AbortController().signal);
    for (const [name, value] of Object.entries(added)) headers.set(name, value);
    const response = await fetch(url, { ...init, headers });
    if (response.status === 401 || response.status === 403) authorizer.refused(added);
    return response;
  };
}
