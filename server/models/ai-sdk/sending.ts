import type { ModelSettings } from '../../../protocol/spec.ts';
import { parseExact, stringifyExact } from '../../engine/exact-json.ts';
import { normalizedResponse } from './answers/normalized.ts';
import type { OwnError } from './answers/own-error.ts';
import type { Quirks } from './provider.ts';

/** Why an answer is none, or not whole: how its stream broke, or the error that the provider put into it. */
export interface Cut {
  error?: unknown;
  reported?: OwnError | undefined;
  /** A whole answer as its package got it: not every package gives it back. */
  body?: unknown;
}

/**
 * The function a provider's package sends with. Redirects are not followed: credentials in headers would travel along.
 * The JSON body goes through the last changes of the provider, then `extra_body` is laid over it. A stream that breaks
 * ends instead, and `cut` tells why: an error would overtake what came before it.
 *
 * Source: OpenAI SDK `extra_body`.
 * @since 0.1.0
 */
export function sendingFetch(
  fetch: typeof globalThis.fetch,
  settings: ModelSettings,
  { rewriteBody, normalizer }: Pick<Quirks, 'rewriteBody' | 'normalizer'> = {},
  cut: Cut = {},
  streamed = false,
): typeof globalThis.fetch {
  const extra = isObject(settings.extra_body) ? settings.extra_body : null;
  const rewritten = (text: string) => {
    const body = parsed(text);
    return stringifyExact({ ...(rewriteBody?.(body, settings) ?? body), ...extra });
  };
  return async (input, init) => {
    const given = init?.body;
    const body = (extra || rewriteBody) && typeof given === 'string' ? rewritten(given) : given;
    const response = await fetch(input, { ...init, ...(body === undefined ? {} : { body }), redirect: 'manual' });
    const whole = isStream(response) ? endingStream(response, cut) : response;
    if (!normalizer) return whole;
    const report = (error: OwnError) => {
      cut.reported = error;
    };
    const received = (answer: unknown) => {
      cut.body = answer;
    };
    return normalizedResponse(whole, { normalizer: normalizer(), streamed, report, received });
  };
}

const isStream = ({ headers }: Response) => /event-?stream/.test(headers.get('content-type') ?? '');

/** Streams hold back what was read until it is asked for, and throw it away on an error. */
function endingStream(response: Response, cut: Cut): Response {
  const reader = response.body?.getReader();
  if (!reader) return response;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          cut.error = error;
          controller.close();
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  const { status, headers } = response;
  return new Response(body, { status, headers });
}

const parsed = (body: string) => parseExact(body) as Record<string, unknown>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
