import type { Profile } from './profile.ts';
import type { Thinking } from './settings.ts';

/** The thinking budgets in tokens by level, for Claude models that require a budget. */
const budgets: Readonly<Record<string, number>> = {
  true: 10_000,
  minimal: 1_024,
  low: 2_048,
  medium: 10_000,
  high: 16_384,
  xhigh: 32_768,
  max: 32_768,
};

/** The smallest budget that Claude accepts, in tokens. */
const leastBudget = 1_024;

/**
 * Returns the budget for thinking. `max_tokens` limits thinking and response together and is never raised, so a budget
 * that does not fit is lowered; undefined if nothing would be left.
 *
 * Source: Pydantic AI `ANTHROPIC_THINKING_BUDGET_MAP`.
 */
export function claudeBudget(thinking: Exclude<Thinking, false>, maxTokens: unknown): number | undefined {
  const budget = budgets[String(thinking)] ?? leastBudget;
  if (typeof maxTokens !== 'number' || budget < maxTokens) return budget;
  return maxTokens > leastBudget ? leastBudgetBelow(maxTokens) : undefined;
}

/** Half is left for the response, as far as the smallest budget allows. */
const leastBudgetBelow = (maxTokens: number) => Math.max(leastBudget, Math.floor(maxTokens / 2));

const efforts: Readonly<Record<string, string>> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'max',
  max: 'max',
};

/** Returns the effort for a level of `thinking`. Source: Pydantic AI `resolve_anthropic_effort`. */
export function claudeEffort(level: Exclude<Thinking, boolean>, profile: Profile): string {
  const takesXhigh = profile.anthropic_supports_xhigh_effort ?? false;
  if (level === 'xhigh' && takesXhigh) return 'xhigh';
  const effort = efforts[level] ?? 'low';
  if (effort !== 'max' || profile.anthropic_supports_max_effort !== false) return effort;
  return takesXhigh ? 'xhigh' : 'high';
}
