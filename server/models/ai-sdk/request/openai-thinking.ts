import { type OpenAiEffort, openAiEfforts, type Profile } from './profile.ts';
import type { WireRequest } from './request.ts';
import type { Thinking } from './settings.ts';

const byLevel: Readonly<Record<string, OpenAiEffort>> = {
  true: 'medium',
  false: 'none',
  minimal: 'minimal',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
  max: 'xhigh',
};

const rank = (effort: OpenAiEffort) => openAiEfforts.indexOf(effort);

/**
 * Returns the effort of OpenAI's APIs that is nearest to the requested one; none if the model has nothing to set.
 *
 * Source: Pydantic AI `resolve_openai_thinking_effort`.
 */
export function openAiEffort(thinking: Thinking, profile: Profile, takesMax: boolean): OpenAiEffort | undefined {
  const supported = profile.openai_reasoning_efforts;
  const requested = thinking === 'max' && takesMax ? 'max' : (byLevel[String(thinking)] ?? 'medium');
  if (!supported) {
    if (thinking === false && profile.thinking_always_enabled) return undefined;
    return thinking === 'minimal' && profile.openai_supports_minimal_reasoning_effort === false ? 'low' : requested;
  }
  const accepted = openAiEfforts.filter((effort) => supported.includes(effort) && (effort !== 'max' || takesMax));
  if (thinking === false) return accepted[0];
  const active = accepted.filter((effort) => effort !== 'none');
  return active.find((effort) => rank(effort) >= rank(requested)) ?? active.at(-1);
}

/** Source: Pydantic AI `reasoning_active`. */
export function reasons({ profile, settings, thinking }: WireRequest): boolean {
  const effort = settings.get('openai_reasoning_effort');
  if (effort !== undefined) return effort !== 'none';
  if (thinking !== undefined) return thinking !== false || (profile.thinking_always_enabled ?? false);
  return profile.thinking_enabled_by_default ?? false;
}

const sampling = [
  'temperature',
  'top_p',
  'presence_penalty',
  'frequency_penalty',
  'logit_bias',
  'openai_logprobs',
  'openai_top_logprobs',
];

/**
 * Drops sampling parameters, which reasoning models do not support. Source: Pydantic AI
 * `drop_sampling_params_for_reasoning`.
 */
export function dropSampling(request: WireRequest): void {
  const { profile, settings } = request;
  if (!profile.openai_supports_reasoning) return;
  const canStop =
    profile.openai_reasoning_efforts?.includes('none') ?? profile.openai_supports_reasoning_effort_none ?? false;
  if (canStop && !reasons(request)) return;
  settings.drop(sampling, 'not supported while the model reasons, so left out.');
}

/** Drops settings that a host does not support. */
export function dropUnsupported({ profile, settings, providerName }: WireRequest): void {
  settings.drop(profile.openai_unsupported_model_settings ?? [], `not supported by '${providerName}', so left out.`);
}

/** Source: Pydantic AI `resolve_openai_service_tier`. */
export function serviceTier({ settings }: WireRequest): Record<string, unknown> {
  const tier = settings.first('openai_service_tier', 'service_tier');
  return tier === undefined ? {} : { service_tier: tier };
}

/** How to turn thinking off, for error messages. */
export const openAiRemedy = "Disable thinking with `thinking=False` or `openai_reasoning_effort='none'`";

/** Returns the effort of a chat completion. Source: Pydantic AI `OpenAIChatModel._translate_thinking`. */
export function chatEffort({ settings, thinking, profile }: WireRequest): unknown {
  const own = settings.get('openai_reasoning_effort');
  if (own) return own;
  if (thinking === undefined || (thinking === false && profile.openai_chat_thinking_false_body)) return undefined;
  return openAiEffort(thinking, profile, profile.openai_chat_supports_max_reasoning_effort ?? false);
}
