import { userError } from '../../../../engine/errors.ts';
import { asObject, type Loose } from '../../raw/loose-json.ts';
import { claudeBudget, claudeEffort } from '../claude-thinking.ts';
import type { WireRequest } from '../request.ts';
import { canForce } from '../tool-choice.ts';

/**
 * Returns the field `thinking`: Anthropic's own setting, or the meaning of the setting `thinking`.
 *
 * Errors: `run.invalid` for a budget where the model takes none.
 * Source: Pydantic AI `AnthropicModel._translate_thinking`.
 */
export function thinkingField(request: WireRequest): Loose | undefined {
  const { settings, profile, modelName } = request;
  const own = settings.object('anthropic_thinking');
  if (Object.keys(own).length === 0) return unifiedThinking(request);
  if (own.type === 'enabled' && profile.anthropic_disallows_budget_thinking) {
    throw userError(
      `'${modelName}' does not support \`anthropic_thinking={'type': 'enabled', 'budget_tokens': ...}\`. ` +
        "Use `anthropic_thinking={'type': 'adaptive'}` and `anthropic_effort=...` instead.",
    );
  }
  return own;
}

function unifiedThinking({ thinking, profile, settings }: WireRequest): Loose | undefined {
  if (thinking === undefined) return undefined;
  if (thinking === false) {
    if (profile.thinking_always_enabled) return profile.anthropic_supports_effort ? { type: 'adaptive' } : undefined;
    if (profile.anthropic_disables_thinking_with_between_tools) return { type: 'between_tools' };
    return profile.thinking_enabled_by_default ? { type: 'disabled' } : undefined;
  }
  if (profile.anthropic_supports_adaptive_thinking) return { type: 'adaptive' };
  const budget_tokens = claudeBudget(thinking, settings.get('max_tokens'));
  if (budget_tokens !== undefined) return { type: 'enabled', budget_tokens };
  settings.leftOut('thinking');
  return undefined;
}

/** Returns the `thinking` that reaches the API: an object in `extra_body` replaces any other. */
export function effectiveThinking({ settings }: WireRequest, thinking: Loose | undefined): Loose | undefined {
  const { thinking: given } = settings.object('extra_body');
  return given === undefined ? thinking : asObject(given);
}

/** How the request thinks, as far as that decides about forced tools. Source: Pydantic AI `_effective_thinking_type`. */
function thinkingType({ settings, thinking, profile }: WireRequest): 'enabled' | 'adaptive' | undefined {
  const { type } = settings.object('anthropic_thinking');
  if (type !== undefined) return type === 'enabled' || type === 'adaptive' ? type : undefined;
  if (thinking) return profile.anthropic_supports_adaptive_thinking ? 'adaptive' : 'enabled';
  if (thinking === false && !profile.thinking_always_enabled) return undefined;
  return profile.thinking_enabled_by_default ? 'adaptive' : undefined;
}

/**
 * Returns whether a forced tool is sent. A thinking budget excludes it; adaptive thinking accepts it, and stops.
 *
 * Source: Pydantic AI `_support_tool_forcing` of its Anthropic model.
 */
export function mayForce(request: WireRequest): boolean {
  const { modelName, profile, isChoiceExplicit } = request;
  const type = thinkingType(request);
  const adaptive = profile.anthropic_supports_adaptive_thinking
    ? " Alternatively, `anthropic_thinking={'type': 'adaptive'}` supports forcing."
    : '';
  const reason = `Extended thinking doesn't support forcing tool use. Disable thinking or use \`tool_choice='auto'\`.${adaptive}`;
  return canForce({
    modelName,
    profile,
    isChoiceExplicit,
    thinks: type !== undefined,
    remedy: "Disable thinking with `thinking=False` or `anthropic_thinking={'type': 'disabled'}`",
    reason: type === 'enabled' ? reason : undefined,
  });
}

/**
 * Returns the effort: Anthropic's own setting, or that for a level of `thinking`.
 *
 * Errors: `run.invalid` for an effort that the model does not take without thinking.
 * Source: Pydantic AI `AnthropicModel._build_output_config`.
 */
export function effortOf(request: WireRequest, effective: Loose | undefined): unknown {
  const effort = request.settings.get('anthropic_effort') ?? unifiedEffort(request);
  const isTop = effort === 'xhigh' || effort === 'max';
  const isOff = effective?.type === 'disabled' || effective?.type === 'between_tools';
  if (isTop && isOff && request.profile.anthropic_disallows_top_effort_when_thinking_disabled) {
    throw userError(
      `Model '${request.modelName}' does not support \`anthropic_effort='${effort}'\` while thinking is disabled. ` +
        "Use an effort of 'high' or below, or enable thinking.",
    );
  }
  return effort;
}

function unifiedEffort({ thinking, profile }: WireRequest): string | undefined {
  if (!profile.anthropic_supports_effort) return undefined;
  if (typeof thinking === 'string') return claudeEffort(thinking, profile);
  return thinking === false && profile.thinking_always_enabled ? 'low' : undefined;
}

const defaultTokens = 16_384;
const smallDefaultTokens = 4_096;

/**
 * Returns the most tokens of a response: the requested number, capped by the model's maximum, or that maximum.
 *
 * Source: Pydantic AI `_default_max_tokens`, `cap_max_tokens`.
 */
export function maxTokens({ settings, profile }: WireRequest, effective: Loose | undefined, betas: readonly string[]) {
  const most = profile.anthropic_max_output_tokens;
  const requested = settings.get('max_tokens');
  if (typeof requested === 'number') {
    return most && !betas.some((beta) => beta.startsWith('output-')) ? Math.min(requested, most) : requested;
  }
  const usual = profile.anthropic_rejects_max_tokens_beyond_context_window
    ? smallDefaultTokens
    : (most ?? defaultTokens);
  const budget = effective?.type === 'enabled' ? effective.budget_tokens : 0;
  return Math.max(usual, (typeof budget === 'number' ? budget : 0) + smallDefaultTokens);
}
