import { userError } from '../../../../engine/errors.ts';
import { merged, type Profile, type ProfileOf } from '../profile.ts';
import { splitBedrockId } from './bedrock-ids.ts';
import {
  cohereProfile,
  deepSeekProfile,
  grokProfile,
  groqProfile,
  metaProfile,
  mistralProfile,
  moonshotProfile,
  overOpenAiSchemas,
  qwenProfile,
  specialTokens,
} from './families.ts';
import { googleProfile } from './google.ts';
import { openAiProfile } from './openai.ts';

// Providers with an API of their own, and those that speak OpenAI's Responses API.

const llama4 = ['llama-4-maverick-17b-128e-instruct', 'llama-4-scout-17b-16e-instruct'];
const structured: Profile = { supports_json_object_output: true, supports_json_schema_output: true };

const groqFamilies: readonly (readonly [prefix: string, profile: ProfileOf])[] = [
  ['llama', metaProfile],
  ['meta-llama/', (name) => (llama4.includes(name) ? merged(structured, metaProfile()) : metaProfile())],
  ['gemma', googleProfile],
  ['qwen', qwenProfile],
  ['deepseek', deepSeekProfile],
  ['mistral', mistralProfile],
  ['moonshotai/', (name) => merged(structured, moonshotProfile(name))],
  ['compound-', groqProfile],
  ['openai/', openAiProfile],
];

/** Source: Pydantic AI `GroqProvider.model_profile`. */
export function groqHostProfile(modelName: string): Profile {
  const name = modelName.toLowerCase();
  const [prefix = '', family] = groqFamilies.find(([start]) => name.startsWith(start)) ?? [];
  const own = family?.(prefix.endsWith('/') ? name.slice(prefix.length) : name);
  return merged(own, groqProfile(name), { supports_inline_system_prompts: true }, specialTokens('groq', name));
}

const adjustable = new Set([
  'mistral-large-4',
  'mistral-large-4-0',
  'mistral-small-latest',
  'mistral-small-2603',
  'mistral-medium-latest',
  'mistral-medium',
  'mistral-medium-3',
  'mistral-medium-3-5',
  'mistral-medium-3.5',
  'mistral-medium-2604',
  'magistral-medium-latest',
  'magistral-small-latest',
]);

/** Source: Pydantic AI `MistralProvider.model_profile`. */
export const mistralHostProfile = (name: string): Profile =>
  merged(
    mistralProfile(name),
    adjustable.has(name) ? { supports_thinking: true, thinking_always_enabled: false } : {},
    { supports_inline_system_prompts: true },
  );

/** Source: Pydantic AI `CohereProvider.model_profile`. */
export function cohereHostProfile(name: string): Profile {
  const family = cohereProfile(name);
  const thinking = family ? { thinking_always_enabled: false, thinking_enabled_by_default: true } : {};
  return merged(family, { supports_inline_system_prompts: true }, thinking);
}

const azureFamilies: readonly (readonly [prefix: string, profile: ProfileOf])[] = [
  ['llama', metaProfile],
  ['meta-', metaProfile],
  ['deepseek', deepSeekProfile],
  ['mistralai-', mistralProfile],
  ['mistral', mistralProfile],
  ['ministral', mistralProfile],
  ['magistral', mistralProfile],
  ['cohere-', cohereProfile],
  ['grok', grokProfile],
];

/** Source: Pydantic AI `AzureProvider.model_profile`. */
export function azureProfile(modelName: string): Profile {
  const lower = modelName.toLowerCase();
  const [prefix = '', family] = azureFamilies.find(([start]) => lower.startsWith(start)) ?? [];
  const name = prefix.endsWith('-') ? lower.slice(prefix.length) : lower;
  const own = family ? overOpenAiSchemas(family(name)) : openAiProfile(lower);
  return merged(
    own,
    { openai_chat_supports_document_input: false },
    specialTokens('azure', lower),
    family === mistralProfile ? { openai_chat_supports_max_completion_tokens: false } : {},
    name.startsWith('grok') ? { json_schema_transformer: '_AzureGrokJsonSchemaTransformer' } : {},
  );
}

/**
 * Models of OpenAI at Bedrock's OpenAI-compatible address.
 *
 * Errors: `run.invalid` for a model of another vendor.
 * Source: Pydantic AI `bedrock_mantle_model_profile`.
 */
export function bedrockMantleProfile(modelName: string): Profile {
  const [vendor, name] = splitBedrockId(modelName);
  if (vendor !== 'openai') {
    throw userError(
      `Model '${modelName}' is not an OpenAI model on Bedrock Mantle. ` +
        'Bedrock Mantle currently serves OpenAI models through the `bedrock-mantle:` prefix.',
    );
  }
  const isOss = name.startsWith('gpt-oss');
  const isSafeguard = name.startsWith('gpt-oss-safeguard');
  return merged(openAiProfile(name), {
    openai_responses_tool_call_ids_are_response_scoped: !isOss,
    ...(isOss && !isSafeguard ? { supports_forced_tool_choice: false } : {}),
  });
}
