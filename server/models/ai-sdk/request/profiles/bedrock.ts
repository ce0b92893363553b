import { merged, type Profile, type ProfileOf, startsWith } from '../profile.ts';
import type { TransformerName } from '../schemas/transformers.ts';
import { anthropicProfile } from './anthropic.ts';
import { splitBedrockId } from './bedrock-ids.ts';
import {
  amazonProfile,
  cohereProfile,
  deepSeekProfile,
  grokProfile,
  metaProfile,
  mistralProfile,
  moonshotProfile,
  qwenProfile,
  zaiProfile,
} from './families.ts';
import { googleProfile } from './google.ts';
import { openAiProfile } from './openai.ts';

const hourCache = [
  'claude-fable-5',
  'claude-haiku-4-5',
  'claude-haiku-5-5',
  'claude-mythos-5',
  'claude-opus-4-5',
  'claude-opus-4-6',
  'claude-opus-4-7',
  'claude-opus-4-8',
  'claude-opus-5',
  'claude-sonnet-4-5',
  'claude-sonnet-4-6',
  'claude-sonnet-5',
];

/** Returns a family's support for structured output, and how its schemas are written. */
const structured = (supports: boolean, strict: TransformerName, plain: TransformerName = strict): Profile => ({
  json_schema_transformer: supports ? strict : plain,
  supports_json_schema_output: supports,
  bedrock_supports_strict_tool_definition: supports,
});

function claude(name: string): Profile {
  const own = anthropicProfile(name);
  const isAdaptive = own.anthropic_supports_adaptive_thinking ?? false;
  const supports = (own.supports_json_schema_output ?? false) && !startsWith(name, 'claude-opus-4-1', 'claude-fable-5');
  return merged(
    {
      bedrock_supports_tool_choice: true,
      bedrock_send_back_thinking_parts: true,
      bedrock_supports_prompt_caching: true,
      bedrock_supports_tool_caching: true,
      supports_cache: true,
      supported_cache_retentions: startsWith(name, ...hourCache) ? ['5m', '1h'] : ['5m'],
      bedrock_supported_media_kinds_in_tool_returns: ['document', 'image'],
      bedrock_tool_result_colocatable_content: ['image', 'text'],
      bedrock_supports_leading_assistant_message: true,
      bedrock_supports_citations: true,
      bedrock_thinking_variant: 'anthropic',
      bedrock_supports_adaptive_thinking: isAdaptive,
      bedrock_supports_effort: isAdaptive && (own.anthropic_supports_effort ?? false),
      bedrock_top_k_variant: 'anthropic',
      bedrock_tool_choice_none_variant: 'anthropic',
      bedrock_document_cache_point_variant: 'anthropic',
    },
    own,
    structured(supports, '_BedrockAnthropicJsonSchemaTransformer', 'BedrockJsonSchemaTransformer'),
  );
}

function amazon(name: string): Profile {
  if (!name.includes('nova')) return amazonProfile(name);
  return merged(amazonProfile(name), {
    bedrock_supports_tool_choice: true,
    bedrock_supports_prompt_caching: true,
    supports_cache: true,
    supported_cache_retentions: ['5m'],
    bedrock_top_k_variant: 'nova',
  });
}

function deepSeek(name: string): Profile {
  const profile = deepSeekProfile(name);
  if (name.includes('r1')) return merged(profile, { bedrock_send_back_thinking_parts: true });
  if (name !== 'v3.2') return profile;
  return merged(profile, { supports_thinking: true, bedrock_thinking_variant: 'deepseek' });
}

function mistral(name: string): Profile {
  const supports = startsWith(name, 'magistral-small', 'ministral-3', 'mistral-large-3', 'voxtral');
  return merged(mistralProfile(name), structured(supports, 'BedrockJsonSchemaTransformer'), {
    bedrock_tool_result_format: 'json',
    bedrock_tool_result_colocatable_content: [],
    bedrock_supported_media_kinds_in_tool_returns: ['document'],
  });
}

function qwen(name: string): Profile {
  const thinks = (name.includes('qwq') || name.includes('qwen3')) && !name.includes('qwen3-coder');
  return merged(qwenProfile(name), structured(name.startsWith('qwen3'), withoutContains, plain), {
    bedrock_supports_leading_assistant_message: true,
    bedrock_thinking_variant: 'qwen',
    supports_thinking: thinks,
    supports_json_object_output: false,
    bedrock_supported_media_kinds_in_tool_returns: [],
  });
}

const plain = 'BedrockJsonSchemaTransformer';
const withoutContains = '_BedrockJsonSchemaTransformerWithoutContains';

const google = (name: string): Profile =>
  merged(
    googleProfile(name),
    structured(startsWith(name, 'gemma-3-12b-it', 'gemma-3-27b-it'), withoutContains, plain),
    { supports_json_object_output: false },
  );

const zai = (name: string): Profile =>
  merged(zaiProfile(name), structured(true, withoutContains), {
    bedrock_supports_tool_choice: true,
    bedrock_supports_leading_assistant_message: true,
    bedrock_thinking_variant: name.startsWith('glm-5.3') ? 'zai_effort' : 'zai',
  });

const moonshot = (name: string): Profile =>
  merged(moonshotProfile(name), structured(true, plain), {
    bedrock_supports_tool_choice: true,
    bedrock_supports_leading_assistant_message: true,
    bedrock_supported_media_kinds_in_tool_returns: [],
  });

const xai = (name: string): Profile =>
  merged(grokProfile(name), {
    bedrock_supports_tool_choice: true,
    bedrock_thinking_variant: 'xai',
    bedrock_disallows_sampling_settings: true,
    supports_thinking: true,
    thinking_always_enabled: true,
    supports_json_schema_output: false,
    supports_json_object_output: false,
  });

const gpt = ['gpt-5.6-sol', 'gpt-5.6-luna', 'gpt-5.6-terra', 'gpt-6-sol', 'gpt-6-luna', 'gpt-6-astra', 'gpt-6.1-sol'];

function openAi(name: string): Profile {
  if (gpt.includes(name)) {
    return {
      bedrock_disallows_sampling_settings: true,
      bedrock_thinking_variant: 'openai_responses',
      supports_thinking: true,
      thinking_always_enabled: openAiProfile(name).thinking_always_enabled ?? false,
    };
  }
  if (!name.startsWith('gpt-oss')) return { bedrock_supported_on_converse: false };
  return {
    json_schema_transformer: '_GptOssInlineDefsJsonSchemaTransformer',
    bedrock_thinking_variant: 'openai',
    supports_thinking: true,
    thinking_always_enabled: true,
  };
}

const vendors: Readonly<Record<string, ProfileOf>> = {
  anthropic: claude,
  mistral,
  cohere: cohereProfile,
  amazon,
  meta: () =>
    merged(metaProfile(), {
      bedrock_tool_result_colocatable_content: [],
      bedrock_supported_media_kinds_in_tool_returns: ['document', 'image'],
    }),
  deepseek: deepSeek,
  openai: openAi,
  qwen,
  google,
  minimax: (name) => structured(name.startsWith('minimax-m2'), plain),
  nvidia: (name) => structured(name.startsWith('nemotron-nano'), plain),
  writer: () => ({
    json_schema_transformer: plain,
    bedrock_tool_result_colocatable_content: [],
    bedrock_supports_tool_result_status: false,
  }),
  zai,
  moonshot,
  moonshotai: moonshot,
  xai,
};

/** Models of the Converse API. Source: Pydantic AI `BedrockProvider.model_profile`. */
export function bedrockProfile(modelName: string): Profile {
  const [vendor, name] = splitBedrockId(modelName);
  const profileOf = vendor === null ? undefined : vendors[vendor];
  if (!profileOf) return {};
  const profile = merged(profileOf(name));
  return vendor === 'amazon' ? profile : merged(profile, { supports_video_input: false });
}
