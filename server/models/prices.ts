import { calcPrice, findProvider, type ModelInfo } from '@pydantic/genai-prices';
import type { ModelResponse } from '../../protocol/messages/messages.ts';
import type { RequestUsage } from '../../protocol/messages/usage.ts';
import { plainDecimal } from '../engine/json/decimal.ts';
import { factsOf, type ModelFacts } from './model-facts.ts';

// The prices that came with this version: nothing is fetched.

/** The known facts about a model of a provider. */
export interface KnownModel extends ModelFacts {
  readonly name: string;
  readonly contextWindow?: number;
  readonly prices?: Prices;
}

/** US dollars by what is counted: `input_mtok` is a million tokens, `web_searches_kcount` a thousand searches. */
export type Prices = Record<string, number | { base: number; tiers: { start: number; price: number }[] }>;

const counted = [
  'input_tokens',
  'cache_write_tokens',
  'cache_read_tokens',
  'output_tokens',
  'input_audio_tokens',
  'cache_audio_read_tokens',
  'output_audio_tokens',
] as const;

/**
 * Returns the cost of a response in US dollars, as a decimal string; null when its model has no known price or nothing
 * was counted. The price is that at the time of the response.
 *
 * Source: Pydantic AI `ModelResponse.cost`.
 */
export function priceOf(response: ModelResponse): string | null {
  const { model_name, provider_name, provider_url, usage, timestamp } = response;
  if (!model_name || !counted.some((name) => usage[name] > 0)) return null;
  const at = { timestamp: new Date(timestamp) };
  const byUrl = provider_url ? total(usage, model_name, { ...at, providerApiUrl: provider_url }) : null;
  return byUrl ?? (provider_name ? total(usage, model_name, { ...at, providerId: provider_name }) : null);
}

function total(usage: RequestUsage, modelName: string, options: Parameters<typeof calcPrice>[2]): string | null {
  const counts = Object.fromEntries(counted.map((name) => [name, usage[name]]));
  try {
    const price = calcPrice(counts, modelName, options);
    // A double has some noise after the digits that a sum of prices can have.
    return price ? plainDecimal(String(Number(price.total_price.toPrecision(13)))) : null;
  } catch {
    return null; // counts that contradict each other have no price
  }
}

/** Models that do something else than to converse. */
const otherPurpose =
  /^(ada|babbage|curie)$|embed|whisper|transcribe|tts|realtime|moderation|guard|ocr|voice|sonic|-live|davinci|-image/;

/** The models of a provider that are known, by its name upstream. */
export function knownModels(providerName: string, timestamp: Date): KnownModel[] {
  const provider = findProvider({ providerId: providerName });
  if (!provider) return [];
  return provider.models.filter(isConversational).map((model): KnownModel => {
    const prices = pricesAt(model, provider.id, timestamp);
    return {
      name: model.id,
      ...(model.context_window ? { contextWindow: model.context_window } : {}),
      ...factsOf(model.id),
      ...(prices ? { prices } : {}),
    };
  });
}

function isConversational({ id, deprecated, prices }: ModelInfo): boolean {
  // Some entries stand for all names that begin so.
  const isName = !id.startsWith('ft:') && !id.endsWith('-');
  const latest = Array.isArray(prices) ? prices.at(-1)?.prices : prices;
  return isName && !deprecated && latest?.output_mtok !== undefined && !otherPurpose.test(id);
}

/** Prices may depend on the date, or on the time of day. */
function pricesAt(model: ModelInfo, providerId: string, timestamp: Date): Prices | undefined {
  const found = Array.isArray(model.prices)
    ? calcPrice({ input_tokens: 0 }, model.id, { providerId, timestamp })
    : { model_price: model.prices };
  const prices = found?.model_price;
  return prices && (JSON.parse(JSON.stringify(prices)) as Prices);
}
