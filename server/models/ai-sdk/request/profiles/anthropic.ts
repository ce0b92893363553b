import { merged, type Profile, startsWith } from '../profile.ts';
import { splitBedrockId } from './bedrock-ids.ts';

const fable = ['claude-fable-5', 'claude-mythos-5'];
const opusFrom46 = ['claude-opus-4-6', 'claude-opus-4-7', 'claude-opus-4-8', 'claude-opus-5'];
const opusFrom47 = opusFrom46.slice(1);
const newest = [...fable, ...opusFrom47, 'claude-sonnet-5', 'claude-haiku-5-5'];
const adaptive = [...newest, 'claude-mythos-preview', 'claude-sonnet-4-6', 'claude-opus-4-6'];

const structured = [
  ...newest,
  'claude-haiku-4-5',
  'claude-sonnet-4-5',
  'claude-sonnet-4-6',
  'claude-opus-4-1',
  'claude-opus-4-5',
  'claude-opus-4-6',
];

/** Models that honour a system message inside the conversation. */
export const inlineSystemModels = ['claude-fable-5', 'claude-mythos-5', 'claude-opus-4-8', 'claude-opus-5'];

const requestScoped = [...inlineSystemModels, 'claude-sonnet-5-5', 'claude-haiku-5-5'];

const unforced = [
  'claude-fable-5-1',
  'claude-fable-5-2',
  'claude-mythos-5-1',
  'claude-mythos-5-2',
  'claude-opus-5-5',
  'claude-sonnet-5-5',
];

const smallWindow = [
  'claude-3',
  'claude-4-',
  'claude-opus-4-0',
  'claude-opus-4-1',
  'claude-opus-4-2',
  'claude-opus-4@',
  'claude-sonnet-4-0',
  'claude-sonnet-4-2',
  'claude-sonnet-4@',
];

/** Claude, wherever it is served. Source: Pydantic AI `anthropic_model_profile`. */
export function anthropicProfile(name: string): Profile {
  return {
    thinking_tags: ['<thinking>', '</thinking>'],
    mimics_assistant_message_formatting: true,
    supports_json_schema_output: startsWith(name, ...structured),
    supports_thinking: true,
    thinking_always_enabled: startsWith(name, ...fable, 'claude-mythos-preview', 'claude-opus-5-5'),
    thinking_enabled_by_default: startsWith(
      name,
      ...fable,
      'claude-mythos-preview',
      'claude-opus-5',
      'claude-sonnet-5',
      'claude-haiku-5-5',
    ),
    forced_tool_choice_disables_thinking: true,
    supports_forced_tool_choice: !startsWith(name, ...unforced),
    needs_sealed_system_blocks: startsWith(name, 'claude-sonnet-4-6', 'claude-sonnet-5-5', 'claude-haiku-5-5'),
    anthropic_supports_fast_speed: startsWith(name, ...opusFrom46, 'claude-fable-5-2', 'claude-mythos-5-2'),
    anthropic_supports_adaptive_thinking: startsWith(name, ...adaptive),
    anthropic_supports_effort: startsWith(name, ...newest, 'claude-opus-4-5', 'claude-opus-4-6', 'claude-sonnet-4-6'),
    anthropic_supports_xhigh_effort: startsWith(name, ...newest),
    anthropic_supports_max_effort: !name.startsWith('claude-opus-4-5'),
    anthropic_disallows_budget_thinking: startsWith(name, ...newest),
    anthropic_disallows_sampling_settings: startsWith(name, ...newest),
    anthropic_disallows_top_effort_when_thinking_disabled:
      (name.startsWith('claude-opus-5') && !name.startsWith('claude-opus-5-5')) ||
      startsWith(name, 'claude-sonnet-5-5', 'claude-haiku-5-5'),
    anthropic_disables_thinking_with_between_tools: name.startsWith('claude-sonnet-5-5'),
    anthropic_supports_task_budgets: startsWith(name, ...newest),
    anthropic_max_output_tokens: maxOutput(name),
    anthropic_rejects_max_tokens_beyond_context_window:
      ['claude-opus-4', 'claude-sonnet-4'].includes(name) || startsWith(name, ...smallWindow),
    anthropic_distrusts_system_after_tool_result: name.startsWith('claude-haiku-5-5'),
  };
}

function maxOutput(name: string): number | null {
  if (startsWith(name, ...newest, 'claude-opus-4-6', 'claude-sonnet-4-6')) return 128_000;
  return startsWith(name, 'claude-haiku-4-5', 'claude-opus-4-5', 'claude-sonnet-4-5') ? 64_000 : null;
}

/** Anthropic's own API. Source: Pydantic AI `AnthropicProvider.model_profile`. */
export function anthropicDirectProfile(modelName: string): Profile {
  const [vendor, bare] = splitBedrockId(modelName);
  const name = vendor === 'anthropic' ? bare : modelName;
  return merged({ json_schema_transformer: 'AnthropicJsonSchemaTransformer' }, anthropicProfile(name), {
    supports_inline_system_prompts: startsWith(name, ...inlineSystemModels),
    supports_request_scoped_system_prompts: startsWith(name, ...requestScoped),
    supports_cache: true,
    supported_cache_retentions: ['5m', '1h'],
    supports_auto_cache: true,
  });
}
