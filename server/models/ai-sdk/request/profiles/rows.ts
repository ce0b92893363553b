import type { ProfileOf } from '../profile.ts';
import { anthropicDirectProfile } from './anthropic.ts';
import { bedrockProfile } from './bedrock.ts';
import { grokProfile } from './families.ts';
import { googleProfile } from './google.ts';
import { hostProfiles } from './hosts.ts';
import { azureProfile, bedrockMantleProfile, cohereHostProfile, groqHostProfile, mistralHostProfile } from './labs.ts';
import { openAiDirectProfile } from './openai.ts';
import { openRouterProfile } from './openrouter.ts';

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
