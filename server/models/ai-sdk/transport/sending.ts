import type { ModelSettings } from '../../../../protocol/spec.ts';
import { parseExact, stringifyExact } from '../../../engine/json/exact-json.ts';
import { normalizedResponse } from '../answers/normalized.ts';
import type { AnswerProfile } from '../provider.ts';
import type { Exchange } from './exchange.ts';
import { metered } from './metered-body.ts';

/**
 * Returns the function with which a provider's package sends. It follows no redirects: credentials in headers would be
 * sent along. The JSON body first gets the last changes of the provider, then `extra_body` is merged over it. Each
 * response is read through `metered`, on the clocks of the current exchange.
 *
 * Source: OpenAI SDK `extra_body`.
 */
export function sendingFetch(
  fetch: typeof globalThis.fetch,
  settings: ModelSettings,
  { rewriteBody, normalizer }: Pick<AnswerProfile, 'rewriteBody' | 'normalizer'>,
  current: () => Exchange,
): typeof globalThis.fetch {
  const extra = isObject(settings.extra_body) ? settings.extra_body : null;
  const rewritten = (text: string) => {
    const body = parsed(text);
    return stringifyExact({ ...(rewriteBody?.(body, settings) ?? body), ...extra });
  };
  return async (input, init) => {
    const given = init?.body;
    const body = (extra || rewriteBody) && typeof given === 'string' ? rewritten(given) : given;
    const exchange = current();
    const options: RequestInit = { ...init, ...(body === undefined ? {} : { body }), redirect: 'manual' };
    const response = await exchange.silence.wait(() => fetch(input, options));
    exchange.hasAnswer = true;
    const counted = metered(response, exchange);
    if (!normalizer) return counted;
    return normalizedResponse(counted, {
      normalizer: normalizer(),
      streamed: exchange.options.isStreamed,
      report(error) {
        exchange.reported = error;
      },
      received(answer) {
        exchange.body = exchange.longTexts.taken(answer);
        return exchange.body;
      },
      held: (slice) => exchange.longTexts.held(slice),
      isBroken: () => exchange.error !== undefined,
    });
  };
}

const parsed = (body: string) => parseExact(body) as Record<string, unknown>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
