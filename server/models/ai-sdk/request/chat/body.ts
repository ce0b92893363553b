import { setRequestedCache } from '../openai-cache.ts';
import { chatEffort, dropSampling, dropUnsupported, openAiRemedy, reasons, serviceTier } from '../openai-thinking.ts';
import type { SentTool, WireRequest, Written } from '../request.ts';
import { canForce } from '../tool-choice.ts';
import { chatMessages } from './messages.ts';
import type { ChatVariant } from './types.ts';

/** Fields of the body that are settings by other names. */
const fields = {
  stop: 'stop_sequences',
  seed: 'seed',
  user: 'openai_user',
  prediction: 'openai_prediction',
  temperature: 'temperature',
  top_p: 'top_p',
  presence_penalty: 'presence_penalty',
  frequency_penalty: 'frequency_penalty',
  logit_bias: 'logit_bias',
  logprobs: 'openai_logprobs',
  top_logprobs: 'openai_top_logprobs',
  store: 'openai_store',
  moderation: 'openai_moderation',
  verbosity: 'openai_text_verbosity',
  prompt_cache_key: 'openai_prompt_cache_key',
  prompt_cache_retention: 'openai_prompt_cache_retention',
  prompt_cache_options: 'openai_prompt_cache_options',
};

/** The fields that request thinking. */
const thinkingFields = ['reasoning_effort', 'reasoning', 'reasoning_format', 'thinking'];

/**
 * Returns the body of a chat completion.
 *
 * Source: Pydantic AI `OpenAIChatModel._completions_create`.
 */
export function chatBody(request: WireRequest, variant: ChatVariant = {}): Written {
  const { settings, profile, modelName, stream } = request;
  variant.settings?.(request);
  const withMessages = setRequestedCache(request);
  const thinking = variant.thinks?.(request) ?? { thinks: reasons(request) };
  const { tools, choice } = chatTools(request, thinking);
  variant.tools?.(tools, request);
  const messages = chatMessages(request, variant, thinking.thinks);
  withMessages(messages);
  variant.finalize?.(tools, messages, request);
  dropSampling(request);
  dropUnsupported(request);
  const effort = (variant.effort ?? chatEffort)(request);
  const tokens = profile.openai_chat_supports_max_completion_tokens === false ? 'max_tokens' : 'max_completion_tokens';
  const parallel = settings.get('parallel_tool_calls');
  const further = {
    ...(effort ? { reasoning_effort: effort } : {}),
    ...thinkingOff(request),
    ...variant.fields?.(request),
  };
  if (request.thinking && !thinkingFields.some((name) => name in further)) settings.leftOut('thinking');
  return {
    body: {
      model: modelName,
      messages,
      stream,
      ...(stream && !variant.reportsUsage ? { stream_options: streamOptions(request) } : {}),
      ...(tools.length > 0 ? { tools } : {}),
      ...(tools.length > 0 && choice !== undefined ? { tool_choice: choice } : {}),
      ...(tools.length > 0 && parallel !== undefined ? { parallel_tool_calls: parallel } : {}),
      ...responseFormat(request, variant.noJsonBesideTools === true && tools.length > 0),
      ...settings.fields({ [tokens]: 'max_tokens', ...fields }),
      ...serviceTier(request),
      ...further,
    },
  };
}

function streamOptions({ settings }: WireRequest) {
  return {
    include_usage: true,
    ...(settings.get('openai_continuous_usage_stats') ? { continuous_usage_stats: true } : {}),
  };
}

/** Returns the fields that replace an effort, for hosts with a switch of their own. */
function thinkingOff({ settings, thinking, profile }: WireRequest): Record<string, unknown> {
  const isOff = thinking === false && !settings.get('openai_reasoning_effort');
  return isOff ? { ...profile.openai_chat_thinking_false_body } : {};
}

function responseFormat({ outputMode, output, profile }: WireRequest, isTextAlone: boolean): Record<string, unknown> {
  if (outputMode === 'prompted' && profile.supports_json_object_output && !isTextAlone)
    return { response_format: { type: 'json_object' } };
  if (outputMode !== 'native' || !output) return {};
  const { name, description, schema, strict } = output;
  return {
    response_format: {
      type: 'json_schema',
      json_schema: {
        name: name ?? 'final_result',
        schema,
        ...(description ? { description } : {}),
        ...(profile.openai_supports_strict_tool_definition === false ? {} : { strict }),
      },
    },
  };
}

/** A function tool. */
export function chatTool({ name, description, schema, strict }: SentTool, { profile }: WireRequest) {
  const isStrict = strict && profile.openai_supports_strict_tool_definition !== false;
  return {
    type: 'function',
    function: { name, description: description ?? '', parameters: schema, ...(isStrict ? { strict: true } : {}) },
  };
}

/**
 * Returns the tools and the tool choice. If an API can name the allowed tools, all of them stay in the request, and
 * with them its cached prefix.
 *
 * Source: Pydantic AI `OpenAIChatModel._get_tool_choice`.
 */
function chatTools(
  request: WireRequest,
  thinking: { thinks: boolean; isRequested?: boolean },
): { tools: Record<string, unknown>[]; choice: unknown } {
  const { choice, profile, modelName, isChoiceExplicit } = request;
  const write = (tools: readonly SentTool[]) => tools.map((tool) => chatTool(tool, request));
  if (choice === 'auto' || choice === 'none') return { tools: write(request.tools), choice };
  const forcing = { modelName, profile, isChoiceExplicit, ...thinking, remedy: openAiRemedy };
  if (choice === 'required') {
    return { tools: write(request.tools), choice: canForce(forcing) ? 'required' : 'auto' };
  }
  const forces = canForce(forcing);
  const mode = choice.mode === 'auto' || !forces ? 'auto' : 'required';
  const [only] = choice.names;
  if (choice.mode === 'required' && choice.names.size === 1 && forces) {
    return { tools: write(request.tools), choice: { type: 'function', function: { name: only } } };
  }
  const named = request.tools.filter(({ name }) => choice.names.has(name));
  if (!profile.openai_chat_supports_allowed_tools) return { tools: write(named), choice: mode };
  const allowed = { mode, tools: named.map(({ name }) => ({ type: 'function', function: { name } })) };
  return { tools: write(request.tools), choice: { type: 'allowed_tools', allowed_tools: allowed } };
}
