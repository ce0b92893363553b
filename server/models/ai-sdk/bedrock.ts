import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import type { JSONValue } from '@ai-sdk/provider';
import type { ModelSettings } from '../../../protocol/spec.ts';
import type { Model } from '../../engine/model.ts';
import { BedrockNormalizer } from './answers/bedrock.ts';
import { bedrockWords } from './answers/finish-words.ts';
import { BedrockBodyReader } from './body-bedrock.ts';
import { asObject } from './json.ts';
import { bridgedModel, type Services } from './model.ts';
import type { Provider, ProviderEntry, Quirks } from './provider.ts';
import { chatQuirks, trimmed } from './quirks.ts';

const region = 'us-east-1';

/** What the package has no option for: the API's own name, and the setting. */
const bodyNames = {
  guardrailConfig: 'bedrock_guardrail_config',
  performanceConfig: 'bedrock_performance_configuration',
  requestMetadata: 'bedrock_request_metadata',
  additionalModelResponseFieldPaths: 'bedrock_additional_model_response_fields_paths',
  promptVariables: 'bedrock_prompt_variables',
};

const quirks: Quirks = {
  ...chatQuirks,
  finishWords: bedrockWords,
  settings: { bedrock_service_tier: 'serviceTier', service_tier: 'serviceTier' },
  thinkingParts: true,
  inlineSystem: false,
  errorResults: true,
  filesInResults: true,
  parsedArguments: true,
  textArguments: false,
  joinTexts: false,
  inlineTextFiles: false,
  jsonObject: false,
  metadata: { signature: 'signature', redacted: { name: 'redactedContent', id: 'redacted_content', isBase64: true } },
  cachePoint: () => ({ cachePoint: { type: 'default' } }),
  cacheSettings: {
    instructions: 'bedrock_cache_instructions',
    messages: 'bedrock_cache_messages',
    tools: 'bedrock_cache_tool_definitions',
  },
  handledSettings: Object.values(bodyNames).concat('bedrock_additional_model_requests_fields'),
  settingOptions,
  rewriteBody,
  normalizer: () => new BedrockNormalizer(),
  bodyReader: () => new BedrockBodyReader(),
};

/** Source: Pydantic AI `BedrockModelSettings`. */
function settingOptions({
  bedrock_additional_model_requests_fields: fields,
}: ModelSettings): Record<string, JSONValue> {
  return fields ? { additionalModelRequestFields: fields as JSONValue } : {};
}

/** What only the body can say, and the mark behind the tools. */
function rewriteBody(body: Record<string, unknown>, settings: ModelSettings): Record<string, unknown> {
  const { toolConfig } = body;
  const { tools } = asObject(toolConfig);
  if (settings.bedrock_cache_tool_definitions && Array.isArray(tools)) {
    body.toolConfig = { ...asObject(toolConfig), tools: [...tools, { cachePoint: { type: 'default' } }] };
  }
  const given = Object.entries(bodyNames)
    .map(([name, setting]) => [name, settings[setting]] as const)
    .filter(([, value]) => value !== undefined && value !== null);
  return given.length > 0 ? { ...body, ...Object.fromEntries(given) } : body;
}

/**
 * A model of Amazon Bedrock's Converse API, with an API key.
 *
 * Source: Pydantic AI `BedrockConverseModel`, `BedrockProvider`.
 * @since 0.2.0
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
    quirks,
    languageModel: (fetch) =>
      // An empty key would make the package look for credentials in the environment.
      createAmazonBedrock({ region, baseURL: url, apiKey: apiKey || 'none', headers: { ...headers }, fetch })(
        modelName,
      ),
  };
}
