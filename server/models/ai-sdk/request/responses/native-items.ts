import type { ModelResponsePart } from '../../../../../protocol/messages/messages.ts';
import { stringifyExact } from '../../../../engine/json/exact-json.ts';
import { argsAsDict } from '../../../../engine/messages/wording.ts';
import { asObject, asObjects } from '../../raw/loose-json.ts';
import { startsWith } from '../profile.ts';
import type { WireRequest } from '../request.ts';
import { functionTool } from './tools.ts';
import type { Item } from './types.ts';

export type NativeCall = Extract<ModelResponsePart, { part_kind: 'builtin-tool-call' }>;
export type NativeReturn = Extract<ModelResponsePart, { part_kind: 'builtin-tool-return' }>;

/**
 * Returns a call of a tool that OpenAI ran and keeps the result of, by its id.
 *
 * Source: Pydantic AI `OpenAIResponsesModel._map_stateful_native_tool_call`.
 */
export function heldCall(part: NativeCall, isStored: boolean): Item | undefined {
  const { tool_name, tool_call_id } = part;
  const args = argsAsDict(part);
  const hasArgs = Object.keys(args).length > 0;
  const id = part.id || tool_call_id;
  if (tool_name === 'code_execution') return codeCall(tool_call_id, args);
  if (tool_name === 'web_search') return hasArgs ? searchCall(id, args) : undefined;
  if (tool_name === 'file_search') {
    return hasArgs ? { type: 'file_search_call', id, queries: args.queries ?? [], status: 'completed' } : undefined;
  }
  // Looked up by its id even when the result is there.
  if (tool_name === 'image_generation') {
    return isStored ? { type: 'image_generation_call', id: tool_call_id } : undefined;
  }
  return tool_name.startsWith('mcp_server:')
    ? mcpCall(tool_call_id, tool_name.slice('mcp_server:'.length), args)
    : undefined;
}

function codeCall(id: string, { code, container_id }: Item): Item | undefined {
  if (!container_id) return undefined;
  return { type: 'code_interpreter_call', id, code: code ?? null, container_id, outputs: null, status: 'completed' };
}

function searchCall(id: string, args: Item): Item {
  const action = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null));
  return { type: 'web_search_call', id, action, status: 'completed' };
}

function mcpCall(id: string, server_label: string, { action, tool_name: name, tool_args }: Item): Item | undefined {
  if (action === 'list_tools') return { type: 'mcp_list_tools', id, server_label, tools: [] };
  if (action !== 'call_tool' || !name || tool_args == null) return undefined;
  return { type: 'mcp_call', id, server_label, name, arguments: stringifyExact(tool_args), error: null, output: null };
}

const statuses: readonly unknown[] = ['in_progress', 'completed', 'incomplete'];

/** Source: Pydantic AI `tool_search_replay_details`. */
function searchDetails({ provider_details, tool_call_id }: NativeCall | NativeReturn) {
  const { call_id = tool_call_id, status } = provider_details ?? {};
  const isId = call_id === null || typeof call_id === 'string';
  return { call_id: isId ? call_id : tool_call_id, status: statuses.includes(status) ? status : 'completed' };
}

/** Returns whether a model searches among tools itself. Source: Pydantic AI `openai_model_profile`. */
export function searchesTools({ modelName }: Pick<WireRequest, 'modelName'>): boolean {
  const name = modelName.replace(/^.*openai\./, '');
  return startsWith(name, 'gpt-5.4', 'gpt-5.5', 'gpt-5.6', 'gpt-6') && !name.startsWith('gpt-5.4-nano');
}

/** The same as a call of a function, and its result, for models that do not. Source: Pydantic AI `Model.prepare_messages`. */
export const localSearchCall = (part: NativeCall): Item => ({
  type: 'function_call',
  name: 'search_tools',
  arguments: stringifyExact(argsAsDict(part)),
  call_id: part.tool_call_id,
});

export const localSearchOutput = ({ content, tool_call_id }: NativeReturn): Item => ({
  type: 'function_call_output',
  call_id: tool_call_id,
  output: stringifyExact(content),
});

/** A search among tools, with all that OpenAI needs of it. */
export const toolSearchCall = (part: NativeCall, sendsIds: boolean): Item => ({
  type: 'tool_search_call',
  execution: 'server',
  arguments: argsAsDict(part),
  ...searchDetails(part),
  ...(sendsIds && part.id ? { id: part.id } : {}),
});

/** Returns the result of a search among tools; undefined if it does not come from an item of OpenAI's. */
export function toolSearchOutput(part: NativeReturn, request: WireRequest, sendsIds: boolean): Item | undefined {
  const id = part.provider_details?.id;
  if (typeof id !== 'string' || id === '') return undefined;
  const found = asObjects(asObject(part.content).discovered_tools).map(({ name }) => name);
  const tools = found.flatMap((name) => request.tools.filter((tool) => tool.name === name && !tool.isOutput));
  return {
    type: 'tool_search_output',
    execution: 'server',
    tools: tools.map((tool) => functionTool(tool, request)),
    ...searchDetails(part),
    ...(sendsIds ? { id } : {}),
  };
}

/** The status that a result gives the item of its call. */
export const statusOf = ({ content }: NativeReturn): unknown => asObject(content).status;
