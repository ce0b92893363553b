import { userError } from '../../../../engine/errors.ts';
import { merged, type Profile, type ProfileOf, startsWith } from '../profile.ts';
import { anthropicProfile, inlineSystemModels } from './anthropic.ts';
import {
  amazonProfile,
  cohereProfile,
  deepSeekProfile,
  glmSchemaProfile,
  grokProfile,
  metaProfile,
  mistralProfile,
  moonshotProfile,
  overOpenAiSchemas,
  qwenProfile,
  specialTokens,
} from './families.ts';
import { googleProfile } from './google.ts';
import { openAiProfile } from './openai.ts';

/** Models that always reason, by vendor. Source: Pydantic AI `_MANDATORY_REASONING_MODEL_PREFIXES`. */
const alwaysReasoning: Readonly<Record<string, readonly string[]>> = {
  'aion-labs': ['aion-2.0', 'aion-3.0', 'aion-3.5'],
  anthropic: ['claude-sonnet-5-5', 'claude-fable-latest', 'claude-opus-latest', 'claude-sonnet-latest'],
  google: [
    'gemini-3.5-flash',
    'gemini-3.6-flash',
    'gemini-3.7-flash',
    'gemini-3.8-flash',
    'gemini-4-argon',
    'gemini-flash-latest',
  ],
  liquid: ['lfm-2.5-2.6b', 'lfm-2.5-24b-a2b'],
  meta: ['muse-glimmer-30b', 'muse-spark-1.1', 'muse-spark-1.2', 'muse-spark-1.3', 'muse-spark-open', 'muse-wonder'],
  minimax: ['minimax-m2.5', 'minimax-m2.7', 'minimax-m3.1-flash'],
  mistralai: ['mistral-large-4-0'],
  moonshotai: ['kimi-k2.7-code', 'kimi-k2-thinking'],
  openai: ['gpt-5.2-codex', 'gpt-oss-', 'gpt-6.1-terra-pro', 'gpt-astra-latest', 'gpt-sol-latest'],
  perplexity: ['sonar-deep-research', 'sonar-pro-search', 'sonar-reasoning-pro'],
  qwen: [
    'qwen3.8-max',
    'qwen3.8-2.4t',
    'qwen3-vl-30b-a3b-thinking',
    'qwen3-next-80b-a3b-thinking',
    'qwen3-235b-a22b-thinking',
  ],
  recursive: ['flint-v1.0'],
  reflection: ['beam-1.0-501b-a23b'],
  rekaai: ['reka-flash-3'],
  sakana: ['fugu-max', 'fugu-ultra'],
  stepfun: ['step-3.5-flash', 'step-3.7-flash', 'step-5-preview'],
  'x-ai': ['grok-4.20-multi-agent', 'grok-build', 'grok-latest'],
  'z-ai': ['glm-5.3', 'glm-latest', 'glm-flash-latest'],
};

const vendors: Readonly<Record<string, ProfileOf>> = {
  google: (name) => merged(googleProfile(name), { json_schema_transformer: '_OpenRouterGoogleJsonSchemaTransformer' }),
  openai: openAiProfile,
  anthropic: anthropicProfile,
  mistralai: mistralProfile,
  qwen: qwenProfile,
  'x-ai': grokProfile,
  cohere: cohereProfile,
  amazon: amazonProfile,
  deepseek: deepSeekProfile,
  'meta-llama': metaProfile,
  moonshotai: moonshotProfile,
  'z-ai': glmSchemaProfile,
};

/**
 * Models of OpenRouter.
 *
 * Errors: `run.invalid` for a name without its vendor.
 * Source: Pydantic AI `OpenRouterProvider.model_profile`.
 */
export function openRouterProfile(modelName: string): Profile {
  const [vendor = '', given = ''] = split(modelName);
  const name = vendor === 'anthropic' ? given.replaceAll('.', '-') : given;
  const lower = name.toLowerCase();
  const isClaude = vendor === 'anthropic';
  const isCached = isClaude || vendor === 'google';
  const reasons = startsWith(lower, ...(alwaysReasoning[vendor] ?? []));
  const isLow = vendor === 'perplexity' && lower.startsWith('sonar-deep-research');
  return overOpenAiSchemas(
    vendors[vendor]?.(name),
    reasons ? { thinking_always_enabled: true, openrouter_lowest_reasoning_effort: isLow ? 'low' : 'minimal' } : {},
    {
      openai_chat_send_back_thinking_parts: 'field',
      openai_chat_thinking_field: 'reasoning',
      openai_chat_supports_file_urls: true,
      openai_chat_supports_max_completion_tokens: false,
      supports_inline_system_prompts:
        (vendor === 'openai' && !lower.startsWith('gpt-oss-')) ||
        (isClaude && startsWith(lower, ...inlineSystemModels)),
      openrouter_system_messages_precede_generation: isClaude,
      supports_thinking: true,
      supports_cache: isCached,
      supported_cache_retentions: isClaude ? ['5m', '1h'] : [],
      openrouter_supports_cache_control: isCached,
      openrouter_supports_trailing_cache_control: vendor !== 'google',
      openrouter_supports_cache_ttl: isClaude,
      openrouter_supports_tool_cache: isClaude,
      openrouter_supports_dynamic_instruction_cache: isClaude,
      openrouter_max_cache_points: isClaude ? 4 : null,
      supports_forced_tool_choice_with_thinking: !isClaude,
    },
    specialTokens('openrouter', name),
  );
}

function split(modelName: string): readonly [vendor: string, name: string] {
  const bare = modelName.replace(/^~/, '');
  const slash = bare.indexOf('/');
  if (slash < 0) {
    throw userError(
      `OpenRouter model names must be prefixed with the upstream provider, e.g. 'openai/${modelName}', not '${modelName}'. ` +
        'See https://openrouter.ai/models for the available model names.',
    );
  }
  return [bare.slice(0, slash), bare.slice(slash + 1).split(':', 1)[0] ?? ''];
}
