import { merged, type OpenAiEffort, type Profile, startsWith } from '../profile.ts';
import { specialTokens } from './families.ts';

/** The reasoning support of a family of models. */
interface Reasoning {
  readonly byDefault: boolean;
  readonly canStop: boolean;
  /** True if it supports `reasoning.mode`, and the context `all_turns`. */
  readonly mode?: boolean;
  readonly context?: boolean;
  readonly efforts?: readonly OpenAiEffort[];
}

const none: Reasoning = { byDefault: false, canStop: false };
const optIn: Reasoning = { byDefault: false, canStop: true };
const oSeries: Reasoning = { byDefault: true, canStop: false, efforts: ['low', 'medium', 'high'] };
const chatLatest: Reasoning = { byDefault: true, canStop: false, efforts: ['medium'] };
const codex: Reasoning = { byDefault: true, canStop: false };
const pro: Reasoning = { byDefault: true, canStop: false, efforts: ['medium', 'high', 'xhigh'] };
const flagship: Reasoning = { byDefault: true, canStop: true, mode: true, context: true };
const unstoppable: Reasoning = {
  byDefault: true,
  canStop: false,
  mode: true,
  context: true,
  efforts: ['low', 'medium', 'high', 'xhigh', 'max'],
};

/** By prefix of the name; the first one counts. Source: Pydantic AI `_REASONING_SUPPORT_BY_PREFIX`. */
const families: readonly [prefix: string, reasoning: Reasoning][] = [
  ['gpt-6-astra', unstoppable],
  ['gpt-6.1-sol', unstoppable],
  ['gpt-6.1-terra', flagship],
  ['gpt-6-sol', flagship],
  ['gpt-6-luna', flagship],
  ['gpt-5.6', flagship],
  ['gpt-5.5-pro', { ...pro, context: true }],
  ['gpt-5.5', { byDefault: true, canStop: true, context: true }],
  ['gpt-5.4-pro', { ...pro, context: true }],
  ['gpt-5.4', { ...optIn, context: true }],
  ['gpt-5.3-chat', chatLatest],
  ['gpt-5.3', optIn],
  ['gpt-5.2-pro', pro],
  ['gpt-5.2-chat', chatLatest],
  ['gpt-5.2', optIn],
  ['gpt-5.1-codex', codex],
  ['gpt-5.1-chat', chatLatest],
  ['gpt-5.1', optIn],
  ['gpt-5-chat', none],
  ['gpt-5-pro', { byDefault: true, canStop: false, efforts: ['high'] }],
  ['gpt-5-codex', codex],
  ['gpt-5', { byDefault: true, canStop: false, efforts: ['minimal', 'low', 'medium', 'high'] }],
  ['o1', oSeries],
  ['o3', oSeries],
  ['o4', oSeries],
];

const gpt6 = ['gpt-6-astra', 'gpt-6-sol', 'gpt-6-luna', 'gpt-6.1-sol', 'gpt-6.1-terra'];

/** Source: Pydantic AI `openai_model_profile`. */
export function openAiProfile(name: string): Profile {
  const reasoning = families.find(([prefix]) => name.startsWith(prefix))?.[1] ?? none;
  const thinks = reasoning.byDefault || reasoning.canStop;
  return {
    json_schema_transformer: name.startsWith('gpt-oss')
      ? '_GptOssJsonSchemaTransformer'
      : 'OpenAIJsonSchemaTransformer',
    supports_json_schema_output: true,
    supports_json_object_output: true,
    supports_inline_system_prompts: true,
    supports_thinking: thinks,
    thinking_always_enabled: reasoning.byDefault && !reasoning.canStop,
    thinking_enabled_by_default: reasoning.byDefault,
    openai_system_prompt_role: name.startsWith('o1-mini') ? 'user' : null,
    openai_supports_encrypted_reasoning_content: thinks,
    openai_supports_reasoning: thinks,
    openai_supports_reasoning_effort_none: reasoning.canStop,
    openai_responses_supports_reasoning_mode: reasoning.mode ?? false,
    openai_responses_supports_reasoning_context: reasoning.context ?? false,
    openai_supports_phase: startsWith(name, 'gpt-5.3-codex', 'gpt-5.4', 'gpt-5.5', 'gpt-5.6', ...gpt6),
    openai_supports_prompt_cache_breakpoints: startsWith(name, 'gpt-5.6', ...gpt6),
    openai_supports_minimal_reasoning_effort:
      reasoning.efforts?.includes('minimal') ?? !startsWith(name, 'gpt-5.6', ...gpt6),
    ...(reasoning.efforts ? { openai_reasoning_efforts: reasoning.efforts } : {}),
  };
}

/** gpt-oss, wherever it is served. Source: Pydantic AI `harmony_model_profile`. */
export const harmonyProfile = (name: string): Profile =>
  merged(openAiProfile(name), { supports_forced_tool_choice: false, ignore_streamed_leading_whitespace: true });

/** Only the schemas of gpt-oss. */
export const gptOssSchemaProfile = (): Profile => ({ json_schema_transformer: '_GptOssJsonSchemaTransformer' });

/** OpenAI's own API. Source: Pydantic AI `OpenAIProvider.model_profile`. */
export function openAiDirectProfile(name: string): Profile {
  const profile = openAiProfile(name);
  const isNew = profile.openai_supports_prompt_cache_breakpoints ?? false;
  return merged(profile, {
    json_schema_transformer: name.startsWith('ft:') ? 'OpenAIJsonSchemaTransformer' : '_OpenAIJsonSchemaTransformer',
    supports_cache: isNew,
    supported_cache_retentions: isNew ? ['30m', '12h'] : [],
    openai_responses_supports_prompt_cache_diagnostics: isNew,
    supports_audio_file_input: name.includes('audio'),
    openai_responses_supports_max_reasoning_effort: isNew,
    openai_chat_supports_allowed_tools: true,
    ...specialTokens('openai', name),
  });
}
