import { merged, type Profile, type ProfileOf, startsWith } from '../profile.ts';
import { anthropicProfile } from './anthropic.ts';
import {
  amazonProfile,
  cohereProfile,
  deepSeekProfile,
  glmSchemaProfile,
  grokProfile,
  groqProfile,
  metaProfile,
  mistralProfile,
  moonshotProfile,
  overOpenAiSchemas,
  qwenProfile,
  specialTokens,
  zaiProfile,
} from './families.ts';
import { googleProfile } from './google.ts';
import { gptOssSchemaProfile, harmonyProfile, openAiProfile } from './openai.ts';

// Hosts that serve models of several families through OpenAI's chat completions.

type Families = readonly (readonly [prefix: string, profile: ProfileOf])[];

/** The family of a name by its beginning; the first one counts. */
const byPrefix = (name: string, families: Families): Profile | undefined =>
  families.find(([prefix]) => name.startsWith(prefix))?.[1](name);

/** The family of `vendor/name`; the name without its vendor goes on. */
function byVendor(name: string, vendors: Readonly<Record<string, ProfileOf>>): Profile | undefined {
  const slash = name.indexOf('/');
  return slash < 0 ? undefined : vendors[name.slice(0, slash)]?.(name.slice(slash + 1));
}

const openAiFamily: ProfileOf = (name) => (name.startsWith('gpt-oss') ? harmonyProfile(name) : openAiProfile(name));

/** Source: Pydantic AI `_VENDOR_FAMILY_PROFILES`. */
const everyVendor: Readonly<Record<string, ProfileOf>> = {
  alibaba: qwenProfile,
  amazon: amazonProfile,
  anthropic: anthropicProfile,
  cohere: cohereProfile,
  deepseek: deepSeekProfile,
  'deepseek-ai': deepSeekProfile,
  google: googleProfile,
  meta: metaProfile,
  'meta-llama': metaProfile,
  'meta-models': metaProfile,
  mistral: mistralProfile,
  mistralai: mistralProfile,
  moonshotai: moonshotProfile,
  openai: openAiFamily,
  qwen: qwenProfile,
  'x-ai': grokProfile,
  xai: grokProfile,
  'z-ai': glmSchemaProfile,
  zai: glmSchemaProfile,
  'zai-org': glmSchemaProfile,
};

/** Only Magistral is described by its family. Source: Pydantic AI `_mistral_model_profile`. */
const compatibleMistral: ProfileOf = (name) =>
  name.startsWith('magistral') ? mistralProfile(name) : merged(openAiProfile(name), mistralProfile(name));

/** A server without a row of its own. Source: Pydantic AI `OpenAICompatibleProvider`. */
function openAiCompatible(name: string): Profile {
  const vendors = {
    ...everyVendor,
    bedrock: amazonProfile,
    groq: groqProfile,
    mistral: compatibleMistral,
    mistralai: compatibleMistral,
  };
  const family = byVendor(name.toLowerCase(), vendors) ?? openAiProfile(name);
  return overOpenAiSchemas(family, specialTokens('openai-compatible', name));
}

function deepSeek(name: string): Profile {
  const isSwitchable = name === 'deepseek-flash' || name.startsWith('deepseek-v4-');
  return overOpenAiSchemas(deepSeekProfile(name), name === 'deepseek-flash' ? { supports_thinking: true } : {}, {
    supports_json_object_output: true,
    openai_chat_thinking_field: 'reasoning_content',
    openai_chat_send_back_thinking_parts: 'field',
    openai_chat_thinking_requires_field_on_tool_calls: true,
    openai_responses_supports_interleaved_function_calls: false,
    supports_forced_tool_choice: name !== 'deepseek-reasoner',
    supports_forced_tool_choice_with_thinking: !isSwitchable,
    thinking_enabled_by_default: isSwitchable || name === 'deepseek-reasoner',
    openai_responses_supports_json_schema_output: true,
    openai_chat_supports_max_reasoning_effort: isSwitchable,
    openai_chat_supports_max_completion_tokens: false,
  });
}

function cerebras(modelName: string): Profile {
  const name = modelName.toLowerCase();
  const isGraded = startsWith(name, 'kimi-k3', 'zai-glm-5.3');
  const family = byPrefix(name, [
    ['llama', metaProfile],
    ['qwen', qwenProfile],
    ['gpt-oss', harmonyProfile],
    ['zai-', () => glmSchemaProfile(name.slice(4))],
  ]);
  return overOpenAiSchemas(
    family,
    {
      openai_unsupported_model_settings: ['logit_bias'],
      supports_thinking: startsWith(name, 'zai', 'gpt-oss', 'qwen-3.8', 'kimi-k3'),
      thinking_always_enabled: name.startsWith('gpt-oss') || isGraded,
      openai_chat_send_back_thinking_parts: name.startsWith('zai') ? 'tags' : 'auto',
    },
    isGraded
      ? { openai_reasoning_efforts: ['low', 'high', 'max'], openai_chat_supports_max_reasoning_effort: true }
      : {},
    specialTokens('cerebras', modelName),
  );
}

function ollama(modelName: string): Profile {
  const name = modelName.toLowerCase();
  const families: Families = [
    ['llama', metaProfile],
    ['gemma', googleProfile],
    ['qwen', qwenProfile],
    ['qwq', qwenProfile],
    ['deepseek', deepSeekProfile],
    ['mistral', mistralProfile],
    ['command', cohereProfile],
    ['gpt-oss', harmonyProfile],
    ['glm', glmSchemaProfile],
  ];
  return overOpenAiSchemas(byPrefix(name, families), specialTokens('ollama', name), {
    openai_chat_thinking_field: 'reasoning',
    openai_supports_strict_tool_definition: false,
    supports_json_schema_output: true,
    supports_json_object_output: true,
  });
}

const zai = (name: string): Profile =>
  overOpenAiSchemas(zaiProfile(name), specialTokens('zai', name), {
    supports_json_object_output: true,
    openai_chat_thinking_field: 'reasoning_content',
    openai_chat_send_back_thinking_parts: 'field',
  });

function crusoe(modelName: string): Profile {
  const family = byVendor(modelName.toLowerCase(), {
    'meta-llama': metaProfile,
    'deepseek-ai': deepSeekProfile,
    qwen: qwenProfile,
    google: googleProfile,
    openai: harmonyProfile,
    moonshotai: moonshotProfile,
    zai: zaiProfile,
    'zai-org': zaiProfile,
  });
  return overOpenAiSchemas(family, specialTokens('crusoe', modelName), {
    supports_json_schema_output: true,
    supports_json_object_output: true,
  });
}

function snowflake(modelName: string): Profile {
  const name = modelName.toLowerCase();
  const isClaude = name.startsWith('claude');
  const family = byPrefix(name, [
    ['claude', anthropicProfile],
    ['openai-', (openAi) => openAiProfile(openAi.slice('openai-'.length))],
    ['snowflake-llama', metaProfile],
    ['llama', metaProfile],
    ['mistral', mistralProfile],
    ['mixtral', mistralProfile],
    ['deepseek', deepSeekProfile],
  ]);
  return overOpenAiSchemas(
    family,
    { openai_supports_strict_tool_definition: false },
    isClaude
      ? {
          supports_json_schema_output: true,
          supports_json_object_output: false,
          supports_thinking: true,
          snowflake_supports_reasoning: true,
          snowflake_reasoning_requires_temperature_1: true,
        }
      : name.startsWith('openai-')
        ? {}
        : { supports_tools: false, supports_json_schema_output: false, supports_json_object_output: false },
  );
}

function fireworks(modelName: string): Profile {
  const lower = modelName.toLowerCase();
  const models = 'accounts/fireworks/models/';
  const name = lower.replace(models, '').replace(/^accounts\/fireworks\/routers\//, '');
  const family = lower.startsWith(models)
    ? byPrefix(name, [
        ['llama', metaProfile],
        ['qwen', qwenProfile],
        ['deepseek', deepSeekProfile],
        ['mistral', mistralProfile],
        ['gemma', googleProfile],
        ['gpt-oss', gptOssSchemaProfile],
      ])
    : undefined;
  const glm = name.startsWith('glm-5p3') ? glmSchemaProfile('glm-5.3') : family;
  return overOpenAiSchemas(glm, { supports_json_schema_output: true });
}

function together(name: string): Profile {
  const gptOss: ProfileOf = (model) => (model.startsWith('gpt-oss') ? harmonyProfile(model) : undefined);
  const isV4 = name.toLowerCase().startsWith('deepseek-ai/deepseek-v4-');
  return overOpenAiSchemas(
    byVendor(name.toLowerCase(), { ...everyVendor, openai: gptOss }),
    isV4 ? { supports_forced_tool_choice: false } : {},
    specialTokens('together', name),
  );
}

const moonshotStops: readonly (readonly [prefix: string, body: Record<string, unknown>])[] = [
  ['kimi-k3', { reasoning_effort: 'low' }],
  ['kimi-k2.5', { thinking: { type: 'disabled' } }],
  ['kimi-k2.6', { thinking: { type: 'disabled' } }],
];

function moonshotai(name: string): Profile {
  const family = moonshotProfile(name);
  const stop = family.supports_thinking
    ? moonshotStops.find(([prefix]) => name.toLowerCase().startsWith(prefix))?.[1]
    : undefined;
  const canStop = stop !== undefined && 'thinking' in stop;
  return overOpenAiSchemas(family, {
    supports_forced_tool_choice: false,
    supports_json_object_output: true,
    openai_chat_thinking_field: 'reasoning_content',
    openai_chat_send_back_thinking_parts: 'field',
    thinking_always_enabled: (family.supports_thinking ?? false) && !canStop,
    openai_chat_supports_max_reasoning_effort: startsWith(name.toLowerCase(), 'kimi-k3', 'kimi-k2.6', 'kimi-k2.7'),
    ...(stop ? { openai_chat_thinking_false_body: stop } : {}),
    ...(canStop ? { thinking_enabled_by_default: true } : {}),
  });
}

function nebius(modelName: string): Profile {
  const family = byVendor(modelName.toLowerCase(), {
    'meta-llama': metaProfile,
    'deepseek-ai': deepSeekProfile,
    qwen: qwenProfile,
    google: googleProfile,
    openai: harmonyProfile,
    mistralai: mistralProfile,
    moonshotai: moonshotProfile,
    'zai-org': glmSchemaProfile,
  });
  return overOpenAiSchemas(family, specialTokens('nebius', modelName));
}

function sambanova(modelName: string): Profile {
  const family = byPrefix(modelName.toLowerCase(), [
    ['deepseek-', deepSeekProfile],
    ['meta-llama-', metaProfile],
    ['llama-', metaProfile],
    ['qwen', qwenProfile],
    ['mistral', mistralProfile],
    ['gpt-oss', gptOssSchemaProfile],
  ]);
  return overOpenAiSchemas(family, specialTokens('sambanova', modelName));
}

function vercel(name: string): Profile {
  const family = byVendor(name, {
    anthropic: anthropicProfile,
    bedrock: amazonProfile,
    cohere: cohereProfile,
    deepseek: deepSeekProfile,
    groq: groqProfile,
    mistral: mistralProfile,
    openai: openAiProfile,
    vertex: googleProfile,
    xai: grokProfile,
    zai: glmSchemaProfile,
  });
  return overOpenAiSchemas(family, specialTokens('vercel', name));
}

function vllm(modelName: string): Profile {
  const name = modelName.toLowerCase();
  const bare = name.split('/').at(-1) ?? '';
  const families: Families = [
    ['llama', metaProfile],
    ['gemma', googleProfile],
    ['qwen', qwenProfile],
    ['qwq', qwenProfile],
    ['deepseek', deepSeekProfile],
    ['mistral', mistralProfile],
    ['command', cohereProfile],
    ['c4ai-command', cohereProfile],
    ['gpt-oss', harmonyProfile],
    ['glm', zaiProfile],
  ];
  const family = families.find(([prefix]) => name.startsWith(prefix) || bare.startsWith(prefix))?.[1];
  const isCoder = bare.startsWith('qwen3-coder');
  const isQwen3 = bare.startsWith('qwen3') && !isCoder && !bare.startsWith('qwen3.8') && !bare.includes('-instruct');
  const thinks = isQwen3 || startsWith(bare, 'gemma-4', 'deepseek-v4-');
  return overOpenAiSchemas(
    family?.(bare.replace('qwen3-coder', 'qwen-3-coder')),
    thinks
      ? { supports_thinking: true, thinking_always_enabled: bare.startsWith('qwen3') && bare.includes('-thinking') }
      : {},
    isCoder ? { supports_forced_tool_choice: true, openai_supports_strict_tool_definition: true } : {},
    {
      openai_chat_supports_document_input: false,
      openai_chat_supports_multiple_system_messages: false,
      supports_json_schema_output: true,
      supports_json_object_output: true,
      native_output_requires_schema_in_instructions: true,
    },
    specialTokens('vllm', modelName),
  );
}

function huggingFace(modelName: string): Profile {
  const route = specialTokens('huggingface', modelName);
  const name = modelName.toLowerCase();
  if (name.startsWith('zai-org/')) return merged(glmSchemaProfile(name.slice('zai-org/'.length)), route);
  if (name.startsWith('openai/')) {
    const isOss = name.startsWith('openai/gpt-oss');
    return merged(isOss ? { json_schema_transformer: '_GptOssInlineDefsJsonSchemaTransformer' } : {}, route);
  }
  const vendors: Readonly<Record<string, ProfileOf>> = {
    'deepseek-ai': deepSeekProfile,
    google: googleProfile,
    qwen: qwenProfile,
    'meta-llama': metaProfile,
    mistralai: mistralProfile,
    moonshotai: moonshotProfile,
  };
  const isKnown = name.includes('/') && Object.hasOwn(vendors, name.split('/', 1)[0] ?? '');
  return isKnown ? merged(byVendor(name, vendors), { supports_inline_system_prompts: true }, route) : route;
}

/** Hosts of chat completions by the names of their rows. */
export const hostProfiles = {
  deepseek: deepSeek,
  cerebras,
  ollama,
  zai,
  crusoe,
  snowflake,
  fireworks,
  together,
  moonshotai,
  nebius,
  sambanova,
  vercel,
  vllm,
  huggingface: huggingFace,
  'openai-compatible': openAiCompatible,
} satisfies Record<string, ProfileOf>;
