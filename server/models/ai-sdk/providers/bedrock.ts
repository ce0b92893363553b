import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import type { Model } from '../../../engine/model.ts';
import { BedrockNormalizer } from '../answers/bedrock.ts';
import { bedrockWords } from '../answers/finish-words.ts';
import { bridgedModel, type Services } from '../bridged-model.ts';
import type { AnswerProfile, Provider, ProviderEntry } from '../provider.ts';
import { BedrockBodyReader } from '../raw/body-bedrock.ts';
import { converseApi } from '../request/bedrock/api.ts';
import { chatAnswers, trimmed } from './defaults.ts';

const region = 'us-east-1';

const answers: AnswerProfile = {
  ...chatAnswers,
  finishWords: bedrockWords,
  parsedArguments: true,
  skipsBlankStarts: true,
  metadata: { signature: 'signature', redacted: { name: 'redactedContent', id: 'redacted_content', isBase64: true } },
  normalizer: () => new BedrockNormalizer(),
  bodyReader: () => new BedrockBodyReader(),
};

/**
 * A model of Amazon Bedrock's Converse API, with an API key.
 *
 * Source: Pydantic AI `BedrockConverseModel`, `BedrockProvider`.
 */
export function create(entry: ProviderEntry, services?: Services): Model {
  return bridgedModel(bedrock(entry), entry, services);
}

function bedrock({ modelName, baseUrl, apiKey, headers }: ProviderEntry): Provider {
  const url = trimmed(baseUrl ?? `https://bedrock-runtime.${region}.amazonaws.com`);
  return {
    name: 'bedrock',
    optionsKey: 'bedrock',
    url,
    envVar: 'AWS_BEARER_TOKEN_BEDROCK',
    answers,
    api: converseApi,
    languageModel: (fetch, name = modelName) =>
      // With an empty key, the package would look for credentials in the environment.
      createAmazonBedrock({ region, baseURL: url, apiKey: apiKey || 'none', headers: { ...headers }, fetch })(name),
  };
}
