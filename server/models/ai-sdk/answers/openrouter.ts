import { asObject, type Loose, wordOf } from '../raw/loose-json.ts';

/**
 * Returns what OpenRouter reports about a response: who served it, its cost, and the finish reason of the provider that
 * it used.
 *
 * Source: Pydantic AI `_map_openrouter_provider_details`, `_map_openrouter_usage_provider_details`.
 */
export function openRouterDetails({ provider, usage }: Loose): Record<string, unknown> {
  const { cost, cost_details, is_byok } = asObject(usage);
  const upstream = asObject(cost_details);
  return {
    ...(wordOf(provider) ? { downstream_provider: provider } : {}),
    ...(typeof cost === 'number' && cost > 0 ? { cost } : {}),
    ...(Object.keys(upstream).length > 0
      ? {
          upstream_inference_cost: upstream.upstream_inference_cost ?? null,
          upstream_inference_prompt_cost: upstream.upstream_inference_prompt_cost ?? null,
          upstream_inference_completions_cost: upstream.upstream_inference_completions_cost ?? null,
        }
      : {}),
    ...(typeof is_byok === 'boolean' ? { is_byok } : {}),
  };
}
