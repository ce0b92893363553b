import type { ModelSettings } from '../../../protocol/spec.ts';
import type { Quirks } from './provider.ts';

/**
 * The function a provider's package sends with. Redirects are not followed: credentials in headers would travel along.
 * The JSON body goes through the last changes of the provider, then `extra_body` is laid over it.
 *
 * Source: OpenAI SDK `extra_body`.
 * @since 0.1.0
 */
export function sendingFetch(
  fetch: typeof globalThis.fetch,
  settings: ModelSettings,
  { rewriteBody, rewriteAnswer }: Pick<Quirks, 'rewriteBody' | 'rewriteAnswer'> = {},
): typeof globalThis.fetch {
  const extra = isObject(settings.extra_body) ? settings.extra_body : null;
  const rewritten = (text: string) => {
    const body = parsed(text);
    return JSON.stringify({ ...(rewriteBody?.(body, settings) ?? body), ...extra });
  };
  return async (input, init) => {
    const given = init?.body;
    const body = (extra || rewriteBody) && typeof given === 'string' ? rewritten(given) : given;
    const response = await fetch(input, { ...init, ...(body === undefined ? {} : { body }), redirect: 'manual' });
    return rewriteAnswer ? withAnswer(response, rewriteAnswer) : response;
  };
}

/** Streams and errors pass as they are. */
async function withAnswer(response: Response, rewrite: (body: unknown) => unknown): Promise<Response> {
  if (!response.ok || !/json/.test(response.headers.get('content-type') ?? '')) return response;
  const text = await response.text();
  const { status, headers } = response;
  try {
    return new Response(JSON.stringify(rewrite(JSON.parse(text))), { status, headers });
  } catch {
    return new Response(text, { status, headers }); // no JSON: left to the package, which says so
  }
}

const parsed = (body: string): Record<string, unknown> => JSON.parse(body);

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
