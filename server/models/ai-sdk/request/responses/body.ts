import { setRequestedCache } from '../openai-cache.ts';
import { dropSampling, dropUnsupported, openAiEffort, serviceTier } from '../openai-thinking.ts';
import type { WireRequest, Written } from '../request.ts';
import { headCount, inputItems, relocateInstructions, systemRole } from './input.ts';
import { comparedResponse, serverState } from './state.ts';
import { toolFields } from './tools.ts';
import type { Item } from './types.ts';

/** Fields of the body that are settings by other names. */
const fields = {
  max_output_tokens: 'max_tokens',
  temperature: 'temperature',
  top_p: 'top_p',
  top_logprobs: 'openai_top_logprobs',
  store: 'openai_store',
  user: 'openai_user',
  truncation: 'openai_truncation',
  context_management: 'openai_context_management',
  prompt_cache_key: 'openai_prompt_cache_key',
  prompt_cache_retention: 'openai_prompt_cache_retention',
  moderation: 'openai_moderation',
};

/**
 * Returns the body of a request to the Responses API.
 *
 * Source: Pydantic AI `OpenAIResponsesModel._build_responses_request_params`, `_prepare_responses_create`.
 */
export function responsesBody(request: WireRequest): Written {
  const { settings, modelName, stream } = request;
  const withInput = setRequestedCache(request);
  const tools = toolFields(request);
  const { previousResponseId, conversationId, messages } = serverState(request);
  const isHeld = settings.has('openai_previous_response_id') || settings.has('openai_conversation_id');
  const input = inputItems(messages, request);
  const isRelocated = relocateInstructions(input, request, isHeld);
  const { text, instructions } = textConfig(request, input, isRelocated);
  const reasoning = reasoningOf(request);
  const compared = comparedResponse(request);
  const include = includes(request);
  withInput(input);
  dropSampling(request);
  dropUnsupported(request);
  if (request.thinking && !reasoning.effort) settings.leftOut('thinking');
  // The API requires some input, even with instructions.
  if (input.length === 0 && !previousResponseId && !conversationId) input.push({ role: 'user', content: '' });
  const logprobs = settings.get('openai_top_logprobs');
  return {
    body: {
      model: modelName,
      input,
      ...(stream ? { stream } : {}),
      ...present({ instructions, previous_response_id: previousResponseId, conversation: conversationId }),
      ...tools,
      ...('tools' in tools ? settings.fields({ parallel_tool_calls: 'parallel_tool_calls' }) : ignored(request)),
      ...(Object.keys(reasoning).length > 0 ? { reasoning } : {}),
      ...present({ text, include, prompt_cache_options: cacheOptions(request, compared) }),
      ...settings.fields(fields),
      ...serviceTier(request),
    },
    // The package reads probabilities only when it knows that they were requested.
    ...(typeof logprobs === 'number' ? { reading: { providerOptions: { openai: { logprobs } } } } : {}),
  };
}

const present = (all: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));

/** Without tools, the settings about their calls are ignored. */
function ignored({ settings }: WireRequest): object {
  settings.get('parallel_tool_calls');
  return {};
}

/**
 * Returns the format of the output, and the instructions, which JSON mode requires to contain the word "JSON" in the
 * input.
 */
function textConfig(request: WireRequest, input: Item[], isRelocated: boolean): { text?: Item; instructions?: string } {
  const { outputMode, profile, settings } = request;
  const verbosity = settings.get('openai_text_verbosity');
  const isJsonMode = outputMode === 'prompted' && profile.supports_json_object_output;
  const format = isJsonMode ? { type: 'json_object' } : outputFormat(request);
  const instructions = isRelocated
    ? ''
    : request.instructions
        .map(({ content }) => content)
        .join('\n\n')
        .trim();
  if (isJsonMode && instructions) {
    const role = systemRole(request);
    input.splice(headCount(input, role), 0, { role, content: instructions });
  }
  const text = { ...(format ? { format } : {}), ...(verbosity ? { verbosity } : {}) };
  return {
    ...(Object.keys(text).length > 0 ? { text } : {}),
    ...(instructions && !isJsonMode ? { instructions } : {}),
  };
}

function outputFormat({ outputMode, output, profile }: WireRequest): Item | undefined {
  if (outputMode !== 'native' || !output) return undefined;
  const { name, description, schema, strict } = output;
  return {
    type: 'json_schema',
    name: name ?? 'final_result',
    schema,
    ...(description ? { description } : {}),
    ...(profile.openai_supports_strict_tool_definition === false ? {} : { strict }),
  };
}

/** Source: Pydantic AI `OpenAIResponsesModel._translate_thinking`, `set_reasoning_context`. */
function reasoningOf({ settings, profile, thinking }: WireRequest): Item {
  const own = settings.get('openai_reasoning_effort');
  const takesMax = profile.openai_responses_supports_max_reasoning_effort ?? false;
  const effort = own ?? (thinking === undefined ? undefined : openAiEffort(thinking, profile, takesMax));
  const mode = settings.get('openai_reasoning_mode');
  const summary = settings.get('openai_reasoning_summary');
  if (mode && !profile.openai_responses_supports_reasoning_mode) settings.leftOut('openai_reasoning_mode');
  return {
    ...(effort ? { effort } : {}),
    ...(mode && profile.openai_responses_supports_reasoning_mode ? { mode } : {}),
    ...reasoningContext(settings.get('openai_reasoning_context'), profile),
    ...(summary ? { summary } : {}),
  };
}

function reasoningContext(requested: unknown, profile: WireRequest['profile']): Item {
  const persists = profile.openai_responses_supports_reasoning_context ?? false;
  const context = requested ?? (persists ? 'all_turns' : undefined);
  const isTaken = context === 'all_turns' ? persists : profile.openai_supports_reasoning;
  return context && isTaken ? { context } : {};
}

const included = {
  openai_include_code_execution_outputs: 'code_interpreter_call.outputs',
  openai_include_web_search_sources: 'web_search_call.action.sources',
  openai_include_file_search_results: 'file_search_call.results',
  openai_logprobs: 'message.output_text.logprobs',
};

function includes({ settings, profile }: WireRequest): readonly string[] | undefined {
  const requested = Object.entries(included).filter(([setting]) => settings.get(setting));
  const all = [
    ...(profile.openai_supports_encrypted_reasoning_content ? ['reasoning.encrypted_content'] : []),
    ...requested.map(([, name]) => name),
  ];
  return all.length > 0 ? all : undefined;
}

function cacheOptions({ settings }: WireRequest, compared: string | undefined): Item | undefined {
  const requested = settings.get('openai_prompt_cache_options');
  if (requested === undefined && compared === undefined) return undefined;
  return { ...(requested as Item | undefined), ...(compared ? { comparison_response_id: compared } : {}) };
}
