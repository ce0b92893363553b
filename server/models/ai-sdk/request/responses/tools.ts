import { openAiRemedy, reasons } from '../openai-thinking.ts';
import type { SentTool, WireRequest } from '../request.ts';
import { canForce } from '../tool-choice.ts';
import type { Item } from './types.ts';

/** A function tool. Source: Pydantic AI `OpenAIResponsesModel._map_tool_definition`. */
export const functionTool = ({ name, description, schema, strict }: SentTool, { profile }: WireRequest): Item => ({
  type: 'function',
  name,
  description,
  parameters: schema,
  strict: Boolean(strict) && profile.openai_supports_strict_tool_definition !== false,
});

/**
 * Returns the tools and the tool choice. The choice names the allowed tools, so that all of them stay in the request,
 * and with them its cached prefix.
 *
 * Source: Pydantic AI `OpenAIResponsesModel._get_responses_tool_choice`.
 */
export function toolFields(request: WireRequest): { tools?: readonly unknown[]; tool_choice?: unknown } {
  const own = request.settings.get('openai_native_tools');
  const tools = [...(Array.isArray(own) ? own : []), ...request.tools.map((tool) => functionTool(tool, request))];
  const tool_choice = choiceOf(request);
  return tools.length > 0 ? { tools, tool_choice } : {};
}

function choiceOf(request: WireRequest): unknown {
  const { choice, tools, profile, modelName, isChoiceExplicit } = request;
  if (choice === 'auto' || choice === 'none') return choice;
  const forces = canForce({ modelName, profile, isChoiceExplicit, thinks: reasons(request), remedy: openAiRemedy });
  if (choice === 'required') return forces ? 'required' : 'auto';
  const mode = choice.mode === 'auto' || !forces ? 'auto' : 'required';
  if (mode === 'required' && choice.names.size === 1) return { type: 'function', name: [...choice.names][0] };
  const named = tools.filter(({ name }) => choice.names.has(name));
  return { type: 'allowed_tools', mode, tools: named.map(({ name }) => ({ type: 'function', name })) };
}
