import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import type { RequestUsage } from '../../../../protocol/messages/usage.ts';
import { requestUsage, unmeasuredUsage } from '../../../engine/request/response.ts';

/**
 * Returns the usage of a request from its counts: those read in the body, else those of the package. Without any it is
 * unmeasured, which differs from a usage of zero.
 *
 * Source: Pydantic AI `_map_usage`.
 */
export function usageOf(counts: Partial<RequestUsage> | undefined): RequestUsage {
  if (!counts) return unmeasuredUsage();
  return requestUsage({ ...counts, output_reasoning_tokens: counts.details?.reasoning_tokens ?? 0 });
}

/** Returns the counts of a package, whose totals include cache reads, cache writes and reasoning, as ours do. */
export function packageCounts({ inputTokens, outputTokens }: LanguageModelV4Usage): Partial<RequestUsage> | undefined {
  if (inputTokens.total === undefined && outputTokens.total === undefined) return undefined;
  return {
    input_tokens: inputTokens.total ?? 0,
    cache_read_tokens: inputTokens.cacheRead ?? 0,
    cache_write_tokens: inputTokens.cacheWrite ?? 0,
    output_tokens: outputTokens.total ?? 0,
    details: outputTokens.reasoning === undefined ? {} : { reasoning_tokens: outputTokens.reasoning },
  };
}
