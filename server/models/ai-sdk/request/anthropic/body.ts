import { userError } from '../../../../engine/errors.ts';
import { asObjects } from '../../raw/loose-json.ts';
import { acceptsServerState, type SentTool, type WireRequest, type Written } from '../request.ts';
import { betaHeader, compactionsOf, neededBetas, requestedBetas } from './betas.ts';
import { type CacheTtls, cacheControl, cacheTtls, endsMarked, limitMarks, markConversation } from './cache.ts';
import { conversation } from './messages.ts';
import { effectiveThinking, effortOf, maxTokens, mayForce, thinkingField } from './thinking.ts';
import { type Block, textBlock } from './types.ts';

type Fields = Record<string, unknown>;

/**
 * Returns the body of a request to the Messages API.
 *
 * Source: Pydantic AI `AnthropicModel._prepare_messages_create`, `_messages_create_params`.
 */
export function messagesBody(request: WireRequest): Written {
  const { settings, modelName, stream } = request;
  dropSampling(request);
  const cache = cacheTtls(request);
  const thinking = thinkingField(request);
  const effective = effectiveThinking(request, thinking);
  const { tools, choice } = toolFields(request, cache);
  const { systemPrompts, turns } = conversation(request);
  if (cache.messages) markConversation(turns, cache.messages);
  const automatic = cache.automatic && !endsMarked(turns) ? cacheControl(cache.automatic) : undefined;
  const system = systemBlocks(systemPrompts, request, cache);
  limitMarks({ tools, system: typeof system === 'string' ? [] : system, turns, automatic });
  const speed = speedOf(request);
  const requested = requestedBetas(request);
  const output = outputConfig(request, effortOf(request, effective));
  return {
    headers: betaHeader([...requested, ...neededBetas(request, effective, speed === 'fast')]),
    body: {
      model: modelName,
      max_tokens: maxTokens(request, effective, requested),
      ...present({ system: system.length > 0 ? system : undefined }),
      messages: turns,
      stream,
      ...(tools.length > 0 ? { tools, tool_choice: choice } : {}),
      ...present({ output_config: output, cache_control: automatic, thinking, speed }),
      ...settings.fields({
        temperature: 'temperature',
        top_p: 'top_p',
        top_k: 'top_k',
        stop_sequences: 'stop_sequences',
        metadata: 'anthropic_metadata',
      }),
      ...present({
        context_management: contextManagement(request),
        container: containerOf(request),
        service_tier: serviceTier(request),
        diagnostics: diagnostics(request),
      }),
    },
  };
}

const present = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function dropSampling({ profile, settings, modelName }: WireRequest): void {
  if (!profile.anthropic_disallows_sampling_settings) return;
  settings.drop(['temperature', 'top_p', 'top_k'], `not supported by '${modelName}', so left out.`);
}

/**
 * Returns the tools and the tool choice. The API cannot name several tools in a choice, so the others are left out
 * then.
 *
 * Source: Pydantic AI `AnthropicModel._prepare_tools_and_tool_choice`.
 */
function toolFields(request: WireRequest, cache: CacheTtls): { tools: Fields[]; choice: Fields } {
  const { sent, choice } = chosen(request);
  const tools = sent.map((tool) => toolField(tool, request));
  const last = tools.at(-1);
  if (last && cache.tools) last.cache_control = cacheControl(cache.tools);
  const parallel = request.settings.get('parallel_tool_calls');
  const isLimited = parallel !== undefined && choice.type !== 'none';
  return { tools, choice: isLimited ? { ...choice, disable_parallel_tool_use: !parallel } : choice };
}

function chosen(request: WireRequest): { sent: readonly SentTool[]; choice: Fields } {
  const { choice, tools } = request;
  if (choice === 'auto' || choice === 'none') return { sent: tools, choice: { type: choice } };
  if (choice === 'required') return { sent: tools, choice: { type: mayForce(request) ? 'any' : 'auto' } };
  const forces = mayForce(request);
  if (choice.mode === 'required' && choice.names.size === 1 && forces) {
    return { sent: tools, choice: { type: 'tool', name: [...choice.names][0] } };
  }
  const sent = tools.filter(({ name }) => choice.names.has(name));
  return { sent, choice: { type: choice.mode === 'auto' || !forces ? 'auto' : 'any' } };
}

function toolField({ name, description, schema, strict }: SentTool, { profile, settings }: WireRequest): Fields {
  return {
    name,
    description: description ?? '',
    input_schema: schema,
    ...(strict && profile.supports_json_schema_output ? { strict } : {}),
    ...(settings.get('anthropic_eager_input_streaming') ? { eager_input_streaming: true } : {}),
  };
}

/** The system prompts as one block, then a block for each part of the instructions. */
function systemBlocks(prompts: readonly string[], request: WireRequest, cache: CacheTtls): string | Block[] {
  const { instructions } = request;
  const prompt = prompts.join('\n\n');
  if (instructions.length === 0 && !(prompt && cache.instructions)) return prompt;
  const head = prompt ? [textBlock(prompt)] : [];
  const blocks = [...head, ...instructions.map(({ content }) => textBlock(content))];
  const fixed = head.length + instructions.filter(({ dynamic }) => !dynamic).length;
  const last = blocks[fixed - 1];
  if (cache.instructions && last) last.cache_control = cacheControl(cache.instructions);
  return blocks;
}

function outputConfig(request: WireRequest, effort: unknown): Fields | undefined {
  const { outputMode, output } = request;
  const config = present({
    format: outputMode === 'native' && output ? { type: 'json_schema', schema: output.schema } : undefined,
    effort,
    task_budget: taskBudget(request),
  });
  return Object.keys(config).length > 0 ? config : undefined;
}

function taskBudget({ settings, profile, modelName }: WireRequest): unknown {
  const budget = settings.get('anthropic_task_budget');
  if (budget !== undefined && !profile.anthropic_supports_task_budgets) {
    throw userError(`Model '${modelName}' does not support \`anthropic_task_budget\`.`);
  }
  return budget;
}

const compactEdit = 'compact_20260112';

/** A summary of the API's own in the history needs the edit that made it, unless it is signed. */
function contextManagement({ settings, messages }: WireRequest): unknown {
  const compactions = compactionsOf(messages);
  const needsEdit = compactions.length > 0 && !compactions.some(({ isSigned }) => isSigned);
  const requested = settings.get('anthropic_context_management');
  const managed = requested ?? (needsEdit ? { edits: [{ type: compactEdit }] } : undefined);
  const edits = asObjects((managed as Fields | undefined)?.edits);
  if ('remaining' in settings.object('anthropic_task_budget') && edits.some(({ type }) => type === compactEdit)) {
    throw userError(
      '`anthropic_task_budget.remaining` cannot be combined with compaction, where the API tracks the budget itself.',
    );
  }
  return managed;
}

function speedOf({ settings, profile, modelName }: WireRequest): unknown {
  const speed = settings.get('anthropic_speed');
  if (speed === undefined) return undefined;
  if (profile.anthropic_supports_fast_speed && (speed === 'standard' || speed === 'fast')) return speed;
  if (speed === 'fast') settings.warn(`\`anthropic_speed='fast'\` is not supported by '${modelName}', so left out.`);
  return undefined;
}

/** Source: Pydantic AI `_resolve_anthropic_service_tier`. */
function serviceTier({ settings }: WireRequest): unknown {
  const own = settings.get('anthropic_service_tier');
  const unified = settings.get('service_tier');
  if (own) return own;
  if (unified === 'auto') return 'auto';
  if (unified === 'default') return 'standard_only';
  if (unified !== undefined) settings.leftOut('service_tier');
  return undefined;
}

/**
 * Returns the container for code that the provider runs: the requested one, or that of the history if tools in
 * `extra_body` may use it. The API refuses a container together with other tools.
 *
 * Source: Pydantic AI `AnthropicModel._get_container`.
 */
function containerOf(request: WireRequest): unknown {
  const { settings, messages } = request;
  const requested = settings.get('anthropic_container');
  if (requested === false) return undefined;
  if (requested !== undefined) {
    const { id, ...more } = settings.object('anthropic_container');
    return id && Object.keys(more).length === 0 ? id : requested;
  }
  if (!('tools' in settings.object('extra_body'))) return undefined;
  const last = messages.at(-1);
  if (last?.kind === 'response' && last.state === 'suspended') return last.provider_details?.container_id;
  const holder = messages.findLast(
    (message) =>
      message.kind === 'response' &&
      acceptsServerState(request, message) &&
      Boolean(message.provider_details?.container_id),
  );
  return holder?.kind === 'response' ? holder.provider_details?.container_id : undefined;
}

/** Requests the reason why a cached prefix was not met. Source: Pydantic AI `AnthropicModel._cache_diagnostics`. */
function diagnostics(request: WireRequest): unknown {
  if (!request.settings.get('anthropic_cache_diagnostics')) return undefined;
  const own = request.messages.findLast(
    (message) => message.kind === 'response' && acceptsServerState(request, message),
  );
  const id = own?.kind === 'response' ? own.provider_response_id : null;
  return { previous_message_id: id?.startsWith('msg_') ? id : null };
}
