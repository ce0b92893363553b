import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import type { RequestUsage } from '../../../../protocol/messages/usage.ts';
import { requestUsage, unmeasuredUsage } from '../../../engine/request/response.ts';

/**
 * Returns the usage of one request by its counts: those that were read in the body, else those of the package. Without any
 * it is unmeasured, which is not the same as a usage of zero. A number that no request can have counts nothing.
 *
 * Source: Pydantic AI `_map_usage`.
 */
export function usageOf(counts: Partial<RequestUsage> | undefined): RequestUsage {
  if (!counts) return unmeasuredUsage();
  const details = possibleCounts(counts.details ?? {});
  return requestUsage({
    ...possibleCounts(counts),
    details,
    output_reasoning_tokens: details.reasoning_tokens ?? 0,
  });
}

/** Beyond every number of tokens, and so small that thousands of them are added up exactly. */
const countLimit = 2 ** 40;

function possibleCounts<T extends object>(counts: T): T {
  const isPossible = (value: unknown) => typeof value !== 'number' || Math.abs(value) < countLimit;
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => isPossible(value))) as T;
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
