import type { ProfileOf } from '../../../server/models/ai-sdk/request/profile.ts';
import { anthropicDirectProfile } from '../../../server/models/ai-sdk/request/profiles/anthropic.ts';
import { bedrockProfile } from '../../../server/models/ai-sdk/request/profiles/bedrock.ts';
import { grokProfile } from '../../../server/models/ai-sdk/request/profiles/families.ts';
import { googleProfile } from '../../../server/models/ai-sdk/request/profiles/google.ts';
import { hostProfiles } from '../../../server/models/ai-sdk/request/profiles/hosts.ts';
import {
  azureProfile,
  bedrockMantleProfile,
  cohereHostProfile,
  groqHostProfile,
  mistralHostProfile,
} from '../../../server/models/ai-sdk/request/profiles/labs.ts';
import { openAiDirectProfile } from '../../../server/models/ai-sdk/request/profiles/openai.ts';
import { openRouterProfile } from '../../../server/models/ai-sdk/request/profiles/openrouter.ts';

/** The profiles of all rows by their names, for tests over all of them: a bundle holds only those of its own rows. */
export const rowProfiles: Readonly<Record<string, ProfileOf>> = {
  ...hostProfiles,
  openai: openAiDirectProfile,
  'openai-chat': openAiDirectProfile,
  anthropic: anthropicDirectProfile,
  google: googleProfile,
  'google-cloud': googleProfile,
  groq: groqHostProfile,
  mistral: mistralHostProfile,
  xai: grokProfile,
  cohere: cohereHostProfile,
  bedrock: bedrockProfile,
  'bedrock-mantle': bedrockMantleProfile,
  azure: azureProfile,
  'azure-chat': azureProfile,
  'deepseek-responses': hostProfiles.deepseek,
  openrouter: openRouterProfile,
};
