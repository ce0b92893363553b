import { userError } from '../../../../engine/errors.ts';
import { stringifyExact } from '../../../../engine/json/exact-json.ts';
import type { SentTool, WireRequest, Written } from '../request.ts';
import { cachePoint, limitPoints, markConversation, markInstructions, setRequestedCache } from './cache.ts';
import { conversation, withUserTurns } from './messages.ts';
import { addThinking, mayForce, rejectsOutputTools } from './thinking.ts';
import type { Block, Turn } from './types.ts';

type Fields = Record<string, unknown>;

/** Fields of the body that are settings by other names. */
const fields = {
  guardrailConfig: 'bedrock_guardrail_config',
  performanceConfig: 'bedrock_performance_configuration',
  requestMetadata: 'bedrock_request_metadata',
  additionalModelResponseFieldPaths: 'bedrock_additional_model_response_fields_paths',
  promptVariables: 'bedrock_prompt_variables',
};

/**
 * Returns the body of a request to the Converse API.
 *
 * Source: Pydantic AI `BedrockConverseModel._messages_create`.
 */
export function converseBody(request: WireRequest): Written {
  const { settings } = request;
  checkOutput(request);
  dropSampling(request);
  setRequestedCache(request);
  const { system, turns: mapped } = conversation(request);
  markInstructions(system, request);
  markConversation(mapped, request);
  const turns = withUserTurns(mapped, request);
  const { tools, choice } = toolFields(request, turns);
  limitPoints({ tools, system, turns });
  const additional = additionalFields(request, turns);
  const inferenceProfile = settings.get('bedrock_inference_profile');
  return {
    ...(inferenceProfile ? { modelName: String(inferenceProfile) } : {}),
    body: {
      messages: turns,
      system,
      inferenceConfig: inferenceConfig(request),
      ...(tools.length > 0 ? { toolConfig: { tools, ...(choice ? { toolChoice: choice } : {}) } } : {}),
      ...outputConfig(request),
      ...settings.fields(fields),
      ...serviceTier(request),
      ...(Object.keys(additional).length > 0 ? { additionalModelRequestFields: additional } : {}),
    },
  };
}

/** Source: Pydantic AI `BedrockConverseModel._check_output_mode`. */
function checkOutput(request: WireRequest): void {
  const isForced = request.outputMode === 'tool' && request.choice !== 'auto' && request.choice !== 'none';
  if (!isForced || request.isChoiceExplicit || !rejectsOutputTools(request)) return;
  const mode = request.profile.supports_json_schema_output ? 'native' : 'prompted';
  throw userError(
    `Bedrock does not support thinking and output tools at the same time. Set the output mode to '${mode}'.`,
  );
}

function dropSampling({ profile, settings, modelName }: WireRequest): void {
  if (!profile.anthropic_disallows_sampling_settings && !profile.bedrock_disallows_sampling_settings) return;
  settings.drop(['temperature', 'top_p', 'top_k'], `not supported by '${modelName}', so left out.`);
}

function inferenceConfig({ settings, profile }: WireRequest): Fields {
  const most = profile.anthropic_max_output_tokens;
  const requested = settings.get('max_tokens');
  const maxTokens = typeof requested === 'number' && requested > 0 ? Math.min(requested, most ?? requested) : most;
  const stops = settings.get('stop_sequences');
  return {
    ...(maxTokens ? { maxTokens } : {}),
    ...settings.fields({ temperature: 'temperature', topP: 'top_p' }),
    ...(Array.isArray(stops) && stops.length > 0 ? { stopSequences: stops } : {}),
  };
}

const hasToolBlocks = (turns: readonly Turn[]) =>
  turns.some(({ content }) => content.some((block) => 'toolUse' in block || 'toolResult' in block));

/**
 * Returns the tools and the tool choice. The API cannot say that no tool may be called, but requires the tools once the
 * history has calls: models with a way of their own are named by it.
 *
 * Source: Pydantic AI `BedrockConverseModel._map_tool_config`.
 */
function toolFields(request: WireRequest, turns: readonly Turn[]): { tools: Block[]; choice?: Fields | undefined } {
  const { settings, profile, choice } = request;
  if (choice === 'none' && !hasToolBlocks(turns)) return { tools: [] };
  const chosen = choice === 'none' ? { sent: request.tools } : chosenTools(request);
  const tools = chosen.sent.map((tool) => toolSpec(tool, request));
  const requested = settings.get('bedrock_cache_tool_definitions');
  if (requested && profile.bedrock_supports_tool_caching && tools.length > 0) tools.push(cachePoint(requested));
  return { tools, choice: profile.bedrock_supports_tool_choice ? chosen.choice : undefined };
}

function chosenTools(request: WireRequest): { sent: readonly SentTool[]; choice?: Fields } {
  const { choice, tools } = request;
  if (choice === 'auto') return { sent: tools, choice: { auto: {} } };
  const forces = mayForce(request);
  if (typeof choice === 'string') return { sent: tools, choice: forces ? { any: {} } : { auto: {} } };
  if (choice.mode === 'required' && choice.names.size === 1 && forces) {
    return { sent: tools, choice: { tool: { name: [...choice.names][0] } } };
  }
  const sent = tools.filter(({ name }) => choice.names.has(name));
  return { sent, choice: choice.mode === 'auto' || !forces ? { auto: {} } : { any: {} } };
}

function toolSpec({ name, description, schema, strict }: SentTool, { profile }: WireRequest): Block {
  return {
    toolSpec: {
      name,
      inputSchema: { json: schema },
      ...(description ? { description } : {}),
      ...(strict && profile.bedrock_supports_strict_tool_definition ? { strict } : {}),
    },
  };
}

function outputConfig({ outputMode, output }: WireRequest): Fields {
  if (outputMode !== 'native' || !output) return {};
  const { name, description, schema } = output;
  const jsonSchema = {
    name: name ?? 'final_result',
    schema: stringifyExact(schema),
    ...(description ? { description } : {}),
  };
  return { outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema } } } };
}

function serviceTier({ settings }: WireRequest): Fields {
  const own = settings.get('bedrock_service_tier');
  const unified = settings.get('service_tier');
  if (own) return { serviceTier: own };
  return unified && unified !== 'auto' ? { serviceTier: { type: unified } } : {};
}

/** What only the model itself knows. Source: Pydantic AI `BedrockConverseModel._build_additional_model_request_fields`. */
function additionalFields(request: WireRequest, turns: readonly Turn[]): Fields {
  const { settings, profile, choice, tools } = request;
  const given: Fields = { ...settings.object('bedrock_additional_model_requests_fields') };
  const topK = settings.get('top_k');
  if (topK !== undefined) addTopK(given, topK, request);
  const isNone = choice === 'none' && tools.length > 0 && hasToolBlocks(turns);
  if (isNone && profile.bedrock_tool_choice_none_variant === 'anthropic') given.tool_choice ??= { type: 'none' };
  addThinking(given, request);
  return given;
}

function addTopK(given: Fields, topK: unknown, { profile, settings }: WireRequest): void {
  if (profile.bedrock_top_k_variant === 'anthropic') given.top_k ??= topK;
  else if (profile.bedrock_top_k_variant === 'nova') {
    given.inferenceConfig = { topK, ...(given.inferenceConfig as Fields | undefined) };
  } else settings.leftOut('top_k');
}
