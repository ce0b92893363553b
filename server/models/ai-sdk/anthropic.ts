import { createAnthropic } from '@ai-sdk/anthropic';
import type { JSONValue } from '@ai-sdk/provider';
import type { ModelSettings } from '../../../protocol/spec.ts';
import { AnthropicNormalizer } from './answers/anthropic.ts';
import { anthropicWords } from './answers/finish-words.ts';
import { AnthropicBodyReader } from './body-anthropic.ts';
import { asObject } from './json.ts';
import { createFor } from './keyed-host.ts';
import type { Quirks } from './provider.ts';
import { chatQuirks } from './quirks.ts';

const settings = {
  anthropic_effort: 'effort',
  anthropic_metadata: 'metadata',
  anthropic_container: 'container',
  anthropic_betas: 'anthropicBeta',
  anthropic_speed: 'speed',
  service_tier: 'serviceTier',
  anthropic_service_tier: 'serviceTier',
  anthropic_context_management: 'contextManagement',
};

const quirks: Quirks = {
  ...chatQuirks,
  finishWords: anthropicWords,
  settings,
  defaults: { max_tokens: 4096 },
  thinkingParts: true,
  inlineSystem: false,
  errorResults: true,
  filesInResults: true,
  nativeTools: true,
  parsedArguments: true,
  textArguments: false,
  joinTexts: false,
  inlineTextFiles: false,
  jsonObject: false,
  metadata: { signature: 'signature', redacted: { name: 'redactedData', id: 'redacted_thinking' } },
  cachePoint: (ttl) => ({ cacheControl: { type: 'ephemeral', ttl } }),
  cacheSettings: {
    instructions: 'anthropic_cache_instructions',
    messages: 'anthropic_cache_messages',
    tools: 'anthropic_cache_tool_definitions',
  },
  handledSettings: ['parallel_tool_calls', 'anthropic_thinking', 'anthropic_cache'],
  settingOptions,
  rewriteBody,
  normalizer: () => new AnthropicNormalizer(),
  bodyReader: () => new AnthropicBodyReader(),
};

/** Source: Pydantic AI `AnthropicModelSettings`. */
function settingOptions(settings: ModelSettings): Record<string, JSONValue> {
  const { type, budget_tokens, display } = asObject(settings.anthropic_thinking);
  const thinking = {
    type,
    ...(typeof budget_tokens === 'number' ? { budgetTokens: budget_tokens } : {}),
    ...(typeof display === 'string' ? { display } : {}),
  };
  return {
    ...(typeof type === 'string' ? { thinking: thinking as JSONValue } : {}),
    ...(settings.parallel_tool_calls === false ? { disableParallelToolUse: true } : {}),
    ...cacheControl(settings.anthropic_cache),
  };
}

/** `true` is five minutes; else how long. */
function cacheControl(asked: unknown): Record<string, JSONValue> {
  if (asked !== true && typeof asked !== 'string') return {};
  return { cacheControl: { type: 'ephemeral', ttl: asked === true ? '5m' : asked } };
}

/** The package adds the thinking budget to what was asked for; `max_tokens` bounds both together. */
function rewriteBody(body: Record<string, unknown>, { max_tokens }: ModelSettings): Record<string, unknown> {
  const budget = asObject(body.thinking).budget_tokens;
  const fits = typeof budget === 'number' && typeof max_tokens === 'number' && budget < max_tokens;
  return fits ? { ...body, max_tokens } : body;
}

/**
 * A model of Anthropic's Messages API.
 *
 * Source: Pydantic AI `AnthropicModel`, `AnthropicProvider`.
 * @since 0.2.0
 */
export const create = createFor({
  name: 'anthropic',
  url: 'https://api.anthropic.com',
  version: 'v1',
  envVar: 'ANTHROPIC_API_KEY',
  quirks,
  open: createAnthropic,
});
