import { merged, type Profile, startsWith } from '../profile.ts';

const inlined: Profile = { json_schema_transformer: 'InlineDefsJsonSchemaTransformer' };

/** Source: Pydantic AI `amazon_model_profile`. */
export const amazonProfile = (name: string): Profile => ({
  ...inlined,
  supports_video_input: name.includes('nova') && !name.includes('nova-micro'),
});

/** Source: Pydantic AI `cohere_model_profile`. */
export const cohereProfile = (name: string): Profile | undefined =>
  name.includes('reasoning') ? { supports_thinking: true, thinking_always_enabled: true } : undefined;

/** Source: Pydantic AI `deepseek_model_profile`. */
export function deepSeekProfile(name: string): Profile {
  const isR1 = name === 'r1' || name.startsWith('deepseek-r1') || name === 'deepseek-reasoner';
  return {
    ignore_streamed_leading_whitespace: isR1,
    supports_thinking: isR1 || name.startsWith('deepseek-v4-'),
    thinking_always_enabled: isR1,
  };
}

const grok43 = [
  'grok-4.3',
  'grok-4.3-latest',
  'grok-latest',
  'grok-4-0709',
  'grok-4-1-fast-reasoning',
  'grok-4-1-fast-non-reasoning',
  'grok-4-fast-reasoning',
  'grok-4-fast-non-reasoning',
  'grok-3',
];
const grok45 = ['grok-4.5', 'grok-4.5-latest', 'grok-4.6', 'grok-build-latest', 'grok-4.7'];
const grokMini = ['grok-3-mini', 'grok-3-mini-fast'];
const sealedGrok = ['grok-4.3', 'grok-4.3-latest', 'grok-4.5', 'grok-4.5-latest', 'grok-4.6', 'grok-4.7'];

function grokEfforts(name: string): readonly string[] {
  if (grok43.includes(name)) return ['none', 'low', 'medium', 'high'];
  if (grokMini.includes(name)) return ['none', 'low', 'high'];
  if (grok45.includes(name)) return ['low', 'medium', 'high'];
  return name.startsWith('grok-3-mini') ? ['low', 'high'] : [];
}

/** Source: Pydantic AI `grok_model_profile`. */
export function grokProfile(name: string): Profile {
  const efforts = grokEfforts(name);
  return {
    supports_json_schema_output: true,
    supports_json_object_output: true,
    supports_thinking: efforts.length > 0,
    thinking_always_enabled: efforts.length > 0 && !efforts.includes('none'),
    grok_reasoning_efforts: efforts,
    ...(grok43.includes(name) || name === 'grok-4.7' ? { grok_default_effort_omitted: true } : {}),
    ...(grokMini.includes(name) ? { thinking_enabled_by_default: true } : {}),
    ...(sealedGrok.includes(name) ? { needs_sealed_system_blocks: true } : {}),
  };
}

/** Source: Pydantic AI `groq_model_profile`. */
export function groqProfile(name: string): Profile {
  const thinks = startsWith(name, 'openai/gpt-oss', 'qwen/qwen3', 'qwen-qwq', 'deepseek-r1', 'llama-4-maverick');
  const isQwen3 = name.startsWith('qwen/qwen3');
  return {
    supports_thinking: thinks,
    thinking_always_enabled: thinks && !isQwen3,
    groq_supports_reasoning_disable: isQwen3,
    groq_supports_graded_reasoning_effort: name.startsWith('openai/gpt-oss'),
  };
}

/** Source: Pydantic AI `meta_model_profile`. */
export const metaProfile = (): Profile => inlined;

/** Source: Pydantic AI `mistral_model_profile`. */
export function mistralProfile(name: string): Profile {
  const isGlm = name === 'zai-glm-5-3' || name.startsWith('zai-glm-5-3-');
  const thinks = name.startsWith('magistral');
  return {
    tool_call_id_length: 9,
    ...(isGlm ? inlined : {}),
    ...(thinks ? { supports_thinking: true, thinking_always_enabled: true } : {}),
  };
}

/** Source: Pydantic AI `moonshotai_model_profile`. */
export const moonshotProfile = (name: string): Profile => ({
  ignore_streamed_leading_whitespace: true,
  supports_thinking: startsWith(
    name.toLowerCase(),
    'kimi-k2.5',
    'kimi-k2.6',
    'kimi-k2.7',
    'kimi-k2-thinking',
    'kimi-k3',
    'kimi-thinking',
  ),
});

/** Source: Pydantic AI `qwen_model_profile`. */
export function qwenProfile(name: string): Profile {
  const family: Profile = { ...inlined, ignore_streamed_leading_whitespace: true };
  if (name.startsWith('qwen-3-coder')) {
    return { ...family, supports_forced_tool_choice: false, openai_supports_strict_tool_definition: false };
  }
  return /qwen-?3[.-]5/.test(name)
    ? { ...family, supports_json_schema_output: true, supports_json_object_output: true }
    : family;
}

/** Source: Pydantic AI `zai_model_profile`. */
export function zaiProfile(name: string): Profile | undefined {
  const lower = name.toLowerCase();
  if (!startsWith(lower, 'glm-5', 'glm-4.7', 'glm-4.6', 'glm-4.5')) return undefined;
  const is53 = lower.startsWith('glm-5.3');
  return {
    supports_thinking: true,
    thinking_always_enabled: is53,
    zai_supports_reasoning_effort: startsWith(lower, 'glm-5.3', 'glm-5.2'),
    ...(is53 ? { ...inlined, zai_reasoning_effort_mapping: { minimal: 'low', medium: 'high', xhigh: 'max' } } : {}),
  };
}

/** Only the schemas of GLM-5.3, for gateways. Source: Pydantic AI `_glm_5_3_schema_profile`. */
export const glmSchemaProfile = (name: string): Profile | undefined =>
  name.toLowerCase().startsWith('glm-5.3') ? inlined : undefined;

const everyModel = new Set([
  'huggingface',
  'ollama',
  'vllm',
  'cerebras',
  'crusoe',
  'groq',
  'nebius',
  'sambanova',
  'together',
  'zai',
]);

const closed =
  /^(claude|cohere-|command|gemini|grok|muse-|nova-|sonar|chatgpt|codex|computer-use|dall-e|ft:|gpt-(?!oss)|o1|o3|o4|omni-|sora|text-|tts-|whisper)/;

/**
 * Returns the profile of routes on which special tokens in content may become control tokens. Source: Pydantic AI
 * `special_token_route_profile`.
 */
export function specialTokens(route: string, name: string): Profile {
  const bare = name.toLowerCase().replace(/^~/, '').split('/').at(-1) ?? '';
  return { may_tokenize_special_tokens_in_content: everyModel.has(route) || !closed.test(bare) };
}

/** Merges profiles over a base that determines how schemas are written. */
export const overOpenAiSchemas = (...profiles: readonly (Profile | undefined)[]): Profile =>
  merged({ json_schema_transformer: 'OpenAIJsonSchemaTransformer' }, ...profiles);
