/**
 * The function a provider's package sends with. Redirects are not followed: credentials in headers would travel along.
 * `extraBody` is laid over the JSON body.
 *
 * Source: OpenAI SDK `extra_body`.
 * @since 0.1.0
 */
export function sendingFetch(fetch: typeof globalThis.fetch, extraBody: unknown): typeof globalThis.fetch {
  const extra = isObject(extraBody) ? extraBody : null;
  return (input, init) => {
    const body =
      extra && typeof init?.body === 'string' ? JSON.stringify({ ...parsed(init.body), ...extra }) : init?.body;
    return fetch(input, { ...init, ...(body === undefined ? {} : { body }), redirect: 'manual' });
  };
}

const parsed = (body: string): Record<string, unknown> => JSON.parse(body);

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
