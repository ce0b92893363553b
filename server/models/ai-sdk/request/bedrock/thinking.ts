import { asObject } from '../../raw/loose-json.ts';
import { claudeBudget, claudeEffort } from '../claude-thinking.ts';
import type { WireRequest } from '../request.ts';
import type { Thinking } from '../settings.ts';
import { canForce } from '../tool-choice.ts';

type Fields = Record<string, unknown>;

const highOnly = { false: 'none' };

/** Levels of `thinking` as each family takes them, where it does not take them as they are. */
const efforts: Readonly<Record<string, { readonly rest?: string; readonly levels: Readonly<Record<string, string>> }>> =
  {
    openai: { levels: { true: 'medium', false: 'low', minimal: 'low', xhigh: 'high', max: 'high' } },
    deepseek: { levels: highOnly, rest: 'high' },
    zai: { levels: highOnly, rest: 'high' },
    zai_effort: { levels: { true: 'max', false: 'low', minimal: 'low' } },
    qwen: { levels: { false: 'none', minimal: 'low', low: 'low' }, rest: 'high' },
    xai: { levels: { true: 'medium', false: 'low', minimal: 'low', max: 'xhigh' } },
    openai_responses: { levels: { true: 'medium', false: 'none', minimal: 'low', max: 'xhigh' } },
  };

function effortOf(variant: string, thinking: Thinking): string {
  const { levels, rest } = efforts[variant] ?? { levels: {} };
  return levels[String(thinking)] ?? rest ?? String(thinking);
}

/**
 * Adds what the setting `thinking` stands for, unless the user set the field.
 *
 * Source: Pydantic AI `_add_thinking_fields`.
 */
export function addThinking(fields: Fields, request: WireRequest): void {
  const { thinking, profile } = request;
  if (thinking === undefined) return;
  const variant = profile.bedrock_thinking_variant;
  switch (variant) {
    case undefined:
      if (thinking) request.settings.leftOut('thinking');
      return;
    case 'anthropic':
      if (!('thinking' in fields)) addClaudeThinking(fields, thinking, request);
      return;
    case 'qwen':
      fields.reasoning_config ??= effortOf(variant, thinking);
      return;
    case 'xai':
      if (!(thinking === true && profile.grok_default_effort_omitted))
        fields.reasoning ??= { effort: effortOf(variant, thinking) };
      return;
    case 'openai_responses': {
      const isForced = thinking === false && profile.thinking_always_enabled;
      fields.reasoning ??= { effort: isForced ? 'low' : effortOf(variant, thinking) };
      return;
    }
    default:
      fields.reasoning_effort ??= effortOf(variant, thinking);
  }
}

/** Source: Pydantic AI `_add_anthropic_thinking_fields`. */
function addClaudeThinking(fields: Fields, thinking: Thinking, { profile, settings }: WireRequest): void {
  if (!profile.bedrock_supports_adaptive_thinking) {
    const budget_tokens = thinking === false ? undefined : claudeBudget(thinking, settings.get('max_tokens'));
    if (thinking === false) fields.thinking = { type: 'disabled' };
    else if (budget_tokens === undefined) settings.leftOut('thinking');
    else fields.thinking = { type: 'enabled', budget_tokens };
    return;
  }
  const takesEffort = profile.bedrock_supports_effort ?? false;
  if (thinking !== false) {
    fields.thinking = { type: 'adaptive' };
    if (takesEffort && typeof thinking === 'string')
      fields.output_config ??= { effort: claudeEffort(thinking, profile) };
  } else if (profile.thinking_always_enabled) {
    if (!takesEffort) return;
    fields.thinking = { type: 'adaptive' };
    fields.output_config ??= { effort: 'low' };
  } else if (profile.anthropic_disables_thinking_with_between_tools) fields.thinking = { type: 'between_tools' };
  else if (profile.thinking_enabled_by_default) fields.thinking = { type: 'disabled' };
}

/** How the request thinks, as far as that decides about forced tools. Source: Pydantic AI `_effective_thinking_type`. */
function thinkingType({ settings, thinking, profile }: WireRequest): 'enabled' | 'adaptive' | undefined {
  const isClaude = profile.bedrock_thinking_variant === 'anthropic';
  const given = settings.object('bedrock_additional_model_requests_fields');
  if (isClaude && 'thinking' in given) {
    const { type } = asObject(given.thinking);
    return type === 'adaptive' || type === 'enabled' ? type : undefined;
  }
  if (thinking) return isClaude && profile.bedrock_supports_adaptive_thinking ? 'adaptive' : 'enabled';
  const isDefault = thinking === undefined || (profile.thinking_always_enabled ?? false);
  return isClaude && isDefault && profile.thinking_enabled_by_default ? 'adaptive' : undefined;
}

/** Source: Pydantic AI `_thinking_rejects_tool_forcing`. */
function rejectsForcing(request: WireRequest): boolean {
  const variant = request.profile.bedrock_thinking_variant;
  return thinkingType(request) === 'enabled' && variant !== 'xai' && variant !== 'openai_responses';
}

/** Returns whether thinking rules out that the output is given by a tool. Source: Pydantic AI `_thinking_rejects_output_tools`. */
export function rejectsOutputTools(request: WireRequest): boolean {
  const variant = request.profile.bedrock_thinking_variant;
  return variant !== undefined && !/^(anthropic|zai)/.test(variant) && rejectsForcing(request);
}

/**
 * Returns whether a forced tool is sent.
 *
 * Source: Pydantic AI `_support_tool_forcing` of its Bedrock model.
 */
export function mayForce(request: WireRequest): boolean {
  const { modelName, profile, isChoiceExplicit } = request;
  const isClaude = profile.bedrock_thinking_variant === 'anthropic';
  const unsupported = "This model does not support forcing tool use. Use `tool_choice='auto'` instead.";
  const whileThinking = isClaude
    ? "Extended thinking doesn't support forcing tool use. Disable thinking or use `tool_choice='auto'`."
    : "Bedrock doesn't support forcing tool use with thinking enabled for this model. Disable thinking or use `tool_choice='auto'`.";
  return canForce({
    modelName,
    profile,
    isChoiceExplicit,
    thinks: thinkingType(request) !== undefined,
    remedy: 'Disable thinking with `thinking=False`',
    reason: !profile.bedrock_supports_tool_choice ? unsupported : rejectsForcing(request) ? whileThinking : undefined,
  });
}
