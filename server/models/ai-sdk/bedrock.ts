import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import type { JSONValue } from '@ai-sdk/provider';
import type { ModelSettings } from '../../../protocol/spec.ts';
import type { Model } from '../../engine/model.ts';
import { BedrockBodyReader } from './body-bedrock.ts';
import { asObject } from './json.ts';
import { bridgedModel, type Services } from './model.ts';
import type { Provider, ProviderEntry, Quirks } from './provider.ts';
import { chatQuirks, trimmed } from './quirks.ts';

const region = 'us-east-1';

const quirks: Quirks = {
  ...chatQuirks,
  settings: { bedrock_service_tier: 'serviceTier', service_tier: 'serviceTier' },
  thinkingParts: true,
  thinkingFirst: false,
  inlineSystem: false,
  errorResults: true,
  filesInResults: true,
  textArguments: false,
  joinTexts: false,
  inlineTextFiles: false,
  jsonObject: false,
  metadata: { signature: 'signature', redacted: { name: 'redactedData', id: 'redacted_content' } },
  cachePoint: () => ({ cachePoint: { type: 'default' } }),
  cacheSettings: {
    instructions: 'bedrock_cache_instructions',
    messages: 'bedrock_cache_messages',
    tools: 'bedrock_cache_tool_definitions',
  },
  settingOptions,
  rewriteBody,
  bodyReader: () => new BedrockBodyReader(),
};

/** Source: Pydantic AI `BedrockModelSettings`. */
function settingOptions({
  bedrock_additional_model_requests_fields: fields,
}: ModelSettings): Record<string, JSONValue> {
  return fields ? { additionalModelRequestFields: fields as JSONValue } : {};
}

/** What the package has no option for goes into the body under the API's own name. */
function rewriteBody(body: Record<string, unknown>, settings: ModelSettings): Record<string, unknown> {
  const named = {
    guardrailConfig: settings.bedrock_guardrail_config,
    performanceConfig: settings.bedrock_performance_configuration,
    requestMetadata: settings.bedrock_request_metadata,
    additionalModelResponseFieldPaths: settings.bedrock_additional_model_response_fields_paths,
    promptVariables: settings.bedrock_prompt_variables,
  };
  const { toolConfig } = body;
  const { tools } = asObject(toolConfig);
  if (settings.bedrock_cache_tool_definitions && Array.isArray(tools)) {
    body.toolConfig = { ...asObject(toolConfig), tools: [...tools, { cachePoint: { type: 'default' } }] };
  }
  const given = Object.entries(named).filter(([, value]) => value !== undefined && value !== null);
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
