import { asObject } from '../../raw/loose-json.ts';
import type { Profile } from '../profile.ts';
import type { WireRequest } from '../request.ts';
import type { Thinking } from '../settings.ts';

type Config = Record<string, unknown>;

const scale = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'];

const levels: Readonly<Record<string, string>> = { minimal: 'MINIMAL', low: 'LOW', medium: 'MEDIUM' };

const budgets: Readonly<Record<string, number>> = { minimal: 128, low: 2_048, medium: 8_192 };
const mostBudget = 24_576;
const leastBudget = 128;

/**
 * Returns the requested thinking: Google's own setting, or the meaning of the setting `thinking`.
 *
 * Source: Pydantic AI `GoogleModel._translate_thinking`.
 */
export function thinkingConfig(request: WireRequest): Config | undefined {
  const { settings, thinking, profile } = request;
  const own = settings.object('google_thinking_config');
  if (Object.keys(own).length > 0) return inCamelCase(own);
  if (thinking === undefined) return undefined;
  const hasLevels = profile.google_supports_thinking_level ?? true;
  if (thinking === false) {
    if (profile.google_disables_thinking_with_zero_budget) return { thinkingBudget: 0 };
    if (hasLevels) return { thinkingLevel: nearestLevel('MINIMAL', profile) };
    return { thinkingBudget: profile.thinking_always_enabled ? leastBudget : 0 };
  }
  if (thinking === true) return { includeThoughts: true };
  if (!hasLevels) return withBudget(thinking, request);
  return { includeThoughts: true, thinkingLevel: nearestLevel(levels[thinking] ?? 'HIGH', profile) };
}

const inCamelCase = (config: Config): Config =>
  Object.fromEntries(
    Object.entries(asObject(config)).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

/**
 * `max_tokens` limits thinking and response together: half of it is left for the response, as far as the smallest
 * budget allows.
 */
function withBudget(thinking: Exclude<Thinking, boolean>, { settings }: WireRequest): Config {
  const requested = budgets[thinking] ?? mostBudget;
  const maxTokens = settings.get('max_tokens');
  if (typeof maxTokens !== 'number' || requested < maxTokens)
    return { includeThoughts: true, thinkingBudget: requested };
  const thinkingBudget = Math.max(leastBudget, Math.floor(maxTokens / 2));
  if (thinkingBudget < maxTokens) return { includeThoughts: true, thinkingBudget };
  settings.leftOut('thinking');
  return { includeThoughts: true };
}

/** Returns the supported level nearest to the requested one; of two equally near, the lower. */
function nearestLevel(requested: string, profile: Profile): string {
  const taken =
    profile.google_thinking_levels ??
    (profile.google_supports_minimal_thinking_level === false ? scale.slice(1) : scale);
  const distance = (level: string) => Math.abs(scale.indexOf(level) - scale.indexOf(requested));
  const known = scale.filter((level) => taken.includes(level));
  return known.reduce((best, level) => (distance(level) < distance(best) ? level : best), known[0] ?? requested);
}
