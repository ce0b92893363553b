import type { SessionUpdate } from '@agentclientprotocol/sdk';
import type { RequestUsage, RunUsage } from '../../../../protocol/messages/usage.ts';

/** The cost of runs in US dollars; null as soon as one of them is not known. */
export function addedCost(before: number | null, usage: Pick<RunUsage, 'cost'>): number | null {
  const cost = costOf(usage);
  return before === null || cost === null ? null : before + cost;
}

/** Null when it is not known. */
export function costOf({ cost }: Pick<RunUsage, 'cost'>): number | null {
  const amount = cost === null || cost === undefined ? Number.NaN : Number(cost);
  return Number.isFinite(amount) ? amount : null;
}

/** How full the window of the model is after a response: of that response alone, since each request sends all of it. */
export function usageUpdate(
  { input_tokens, output_tokens }: Pick<RequestUsage, 'input_tokens' | 'output_tokens'>,
  { size, cost }: { size: number; cost: number | null },
): SessionUpdate {
  return {
    sessionUpdate: 'usage_update',
    used: Math.max(0, input_tokens + output_tokens),
    size,
    ...(cost === null ? {} : { cost: { amount: cost, currency: 'USD' } }),
  };
}

/** `PromptResponse.usage`, a draft field. */
export const promptUsage = (usage: RunUsage) => ({
  totalTokens: usage.input_tokens + usage.output_tokens,
  inputTokens: usage.input_tokens,
  outputTokens: usage.output_tokens,
  cachedReadTokens: usage.cache_read_tokens,
  cachedWriteTokens: usage.cache_write_tokens,
});
