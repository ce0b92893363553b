import { userError } from '../../../../engine/errors.ts';
import type { SentOutput, SentTool, WireRequest, Written } from '../request.ts';
import { conversation } from './contents.ts';
import { thinkingConfig } from './thinking.ts';
import type { House } from './types.ts';

type Fields = Record<string, unknown>;

/** Fields of the generation's configuration that are settings by other names. */
const generation = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  maxOutputTokens: 'max_tokens',
  stopSequences: 'stop_sequences',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
  seed: 'seed',
  mediaResolution: 'google_video_resolution',
};

/** Fields of the whole request that are settings by other names. */
const whole = {
  safetySettings: 'google_safety_settings',
  labels: 'google_labels',
  cachedContent: 'google_cached_content',
};

/**
 * Returns the body of a request of `generateContent`.
 *
 * Source: Pydantic AI `GoogleModel._build_content_and_config`.
 */
export function generateContentBody(request: WireRequest, house: House): Written {
  const { settings } = request;
  const { tools, config } = toolFields(request);
  const { system, contents } = conversation(request, house);
  const isCached = Boolean(settings.get('google_cached_content'));
  if (isCached) warnOfCached(request, system.length > 0, tools.length > 0);
  const hasTools = tools.length > 0 && !isCached;
  const format = responseFormat(request, hasTools);
  const thinking = thinkingConfig(request);
  return {
    headers: house.isCloud ? tierHeaders(request) : {},
    keeps: ['continuationToken'],
    body: {
      contents,
      ...(system.length > 0 && !isCached
        ? { systemInstruction: { role: 'user', parts: system.map((text) => ({ text })) } }
        : {}),
      ...(hasTools ? { tools, toolConfig: { functionCallingConfig: config } } : {}),
      generationConfig: {
        ...settings.fields(generation),
        ...logprobs(request),
        ...format,
        responseModalities: modalities(request),
        ...(thinking ? { thinkingConfig: thinking } : {}),
      },
      ...settings.fields(whole),
      ...(house.isCloud ? armor(request) : serviceTier(request)),
    },
  };
}

/**
 * Returns the tools and the tool choice. Models that can are made to follow the schemas, unless a tool says otherwise.
 *
 * Source: Pydantic AI `GoogleModel._get_tool_config`, `_apply_tool_choice`.
 */
function toolFields({ tools, choice, profile, modelName }: WireRequest): { tools: Fields[]; config: Fields } {
  const mode = typeof choice === 'string' ? choice : choice.mode;
  const names = typeof choice === 'string' ? undefined : choice.names;
  // The API cannot offer a choice among some of the tools, so the others are left out.
  const sent = names && mode === 'auto' ? tools.filter(({ name }) => names.has(name)) : tools;
  if (profile.supports_tools === false && tools.some(({ isOutput }) => !isOutput)) {
    throw userError(`Model '${modelName}' does not support tools.`);
  }
  const isStrict = profile.google_supports_strict_tool_definition && !sent.some(({ strict }) => strict === false);
  const modes = { none: 'NONE', required: 'ANY', auto: isStrict ? 'VALIDATED' : 'AUTO' };
  const allowed = mode === 'required' && names ? sent.map(({ name }) => name).filter((name) => names.has(name)) : [];
  return {
    tools: sent.length > 0 ? [{ functionDeclarations: sent.map(declaration) }] : [],
    config: { mode: modes[mode], ...(allowed.length > 0 ? { allowedFunctionNames: allowed } : {}) },
  };
}

const declaration = ({ name, description, schema }: SentTool): Fields => ({
  name,
  description: description ?? '',
  parametersJsonSchema: schema,
});

/** Models that generate images do not support tools. */
const modalities = ({ profile }: WireRequest) => (profile.supports_tools === false ? ['TEXT', 'IMAGE'] : ['TEXT']);

function responseFormat({ outputMode, output, tools, profile }: WireRequest, hasTools: boolean): Fields {
  if (outputMode === 'native' && output) {
    if (tools.some(({ isOutput }) => !isOutput) && !profile.google_supports_tool_combination) {
      throw userError(
        "This model does not support native output and function tools at the same time. Set the output mode to 'tool'.",
      );
    }
    return { responseMimeType: 'application/json', responseJsonSchema: named(output) };
  }
  if (outputMode !== 'prompted' || hasTools) return {};
  if (!profile.supports_json_object_output) throw userError('JSON output is not supported by this model.');
  return { responseMimeType: 'application/json' };
}

const named = ({ name, description, schema }: SentOutput): Fields => ({
  ...schema,
  ...(name ? { title: name } : {}),
  ...(description ? { description } : {}),
});

function logprobs({ settings }: WireRequest): Fields {
  const isRequested = Boolean(settings.get('google_logprobs'));
  const top = settings.get('google_top_logprobs');
  if (!isRequested) return {};
  return { responseLogprobs: true, ...(top === undefined ? {} : { logprobs: top }) };
}

const armor = ({ settings }: WireRequest): Fields => settings.fields({ modelArmorConfig: 'google_model_armor_config' });

const tiers: Readonly<Record<string, string>> = { default: 'standard', flex: 'flex', priority: 'priority' };

function serviceTier({ settings }: WireRequest): Fields {
  const tier = tiers[String(settings.get('service_tier'))];
  return tier ? { serviceTier: tier } : {};
}

const cloudTiers: Readonly<Record<string, string>> = { flex: 'pt_then_flex', priority: 'pt_then_priority' };

const requestType = 'x-vertex-ai-llm-request-type';
const sharedType = 'x-vertex-ai-llm-shared-request-type';

const cloudHeaders: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  pt_only: { [requestType]: 'dedicated' },
  on_demand: { [requestType]: 'shared' },
  pt_then_flex: { [sharedType]: 'flex' },
  pt_then_priority: { [sharedType]: 'priority' },
  flex_only: { [requestType]: 'shared', [sharedType]: 'flex' },
  priority_only: { [requestType]: 'shared', [sharedType]: 'priority' },
};

/** Google Cloud takes it from headers. Source: Pydantic AI `_google_cloud_service_tier_headers`. */
function tierHeaders({ settings }: WireRequest): Readonly<Record<string, string>> {
  const own = settings.get('google_cloud_service_tier');
  const tier = own || cloudTiers[String(settings.get('service_tier'))];
  return cloudHeaders[String(tier)] ?? {};
}

/** Warns about instructions and tools beside cached content, which has its own; the API refuses both. */
function warnOfCached({ settings }: WireRequest, hasSystem: boolean, hasTools: boolean): void {
  const dropped = [...(hasSystem ? ['the instructions'] : []), ...(hasTools ? ['the tools'] : [])].join(' and ');
  if (!dropped) return;
  settings.warn(`\`google_cached_content\` is set and brings its own: ${dropped} of this request were left out.`);
}
