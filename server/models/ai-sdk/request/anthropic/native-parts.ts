import type { ModelResponse, ModelResponsePart } from '../../../../../protocol/messages/messages.ts';
import { argsAsDict } from '../../../../engine/messages/wording.ts';
import { asObject, asObjects } from '../../raw/loose-json.ts';
import { acceptsArtifact, type WireRequest } from '../request.ts';
import type { Block } from './types.ts';

type CallPart = Extract<ModelResponsePart, { part_kind: 'builtin-tool-call' }>;
type ReturnPart = Extract<ModelResponsePart, { part_kind: 'builtin-tool-return' }>;

/** Tools whose results hold all that the provider needs; those of others refer to what one account keeps. */
const stateless = new Set(['web_search', 'web_search_tool_result', 'web_fetch', 'tool_search']);

/** Source: Pydantic AI `AnthropicModel._replays_native_tool_part`. */
function isSentBack(part: CallPart | ReturnPart, response: ModelResponse, request: WireRequest): boolean {
  if (stateless.has(part.tool_name)) return acceptsArtifact(request, response, part.provider_name);
  return part.provider_name === request.providerName;
}

const codeTools = ['code_execution', 'bash_code_execution', 'text_editor_code_execution'];

/** A call of a tool that the provider ran. Source: Pydantic AI `AnthropicModel._map_native_tool_call_part`. */
export function nativeCall(part: CallPart, response: ModelResponse, request: WireRequest): Block | undefined {
  if (!isSentBack(part, response, request)) return undefined;
  const { tool_call_id: id, tool_name } = part;
  const input = argsAsDict(part);
  const call = (name: string, args = input) => ({ type: 'server_tool_use', id, name, input: args, ...callerOf(part) });
  if (tool_name === 'web_search' || tool_name === 'web_fetch') return call(tool_name);
  if (codeTools.includes(tool_name)) return call(codeToolOf(part));
  if (tool_name === 'tool_search') return call(`tool_search_tool_${strategyOf(part)}`, searchInput(part));
  if (!tool_name.startsWith('mcp_server:') || !input.tool_name || input.tool_args == null) return undefined;
  const server_name = tool_name.slice('mcp_server:'.length);
  return { type: 'mcp_tool_use', id, server_name, name: input.tool_name, input: input.tool_args };
}

/**
 * Returns the result of a tool that the provider ran. Source: Pydantic AI
 * `AnthropicModel._map_native_tool_return_part`.
 */
export function nativeReturn(part: ReturnPart, response: ModelResponse, request: WireRequest): Block | undefined {
  if (!isSentBack(part, response, request)) return undefined;
  const { tool_call_id: tool_use_id, tool_name, content } = part;
  const isData = content !== null && typeof content === 'object';
  const isRecord = isData && !Array.isArray(content);
  if (isData && (tool_name === 'web_search' || tool_name === 'web_search_tool_result')) {
    return { type: 'web_search_tool_result', tool_use_id, content, ...callerOf(part) };
  }
  if (isData && (codeTools.includes(tool_name) || tool_name === 'code_execution_tool_result')) {
    return { type: `${codeToolOf(part)}_tool_result`, tool_use_id, content };
  }
  if (isRecord && tool_name === 'web_fetch') {
    return { type: 'web_fetch_tool_result', tool_use_id, content, ...callerOf(part) };
  }
  if (tool_name === 'tool_search') {
    return { type: 'tool_search_tool_result', tool_use_id, content: searchResult(part, request) };
  }
  if (!isRecord || !tool_name.startsWith('mcp_server:')) return undefined;
  const { content: result, is_error } = asObject(content);
  return { type: 'mcp_tool_result', tool_use_id, content: result, is_error };
}

/** Returns the caller of the tool, if it was not the model itself. */
function callerOf({ provider_details }: CallPart | ReturnPart): Record<string, unknown> {
  const caller = asObject(provider_details?.anthropic_caller);
  return Object.keys(caller).length > 0 ? { caller } : {};
}

function codeToolOf(part: CallPart | ReturnPart): string {
  const named = part.provider_details?.anthropic_tool_name;
  const type = part.part_kind === 'builtin-tool-return' ? String(asObject(part.content).type) : '';
  return (
    codeTools.find((name) => name === named) ??
    codeTools.slice(1).find((name) => name === part.tool_name || type.startsWith(name)) ??
    'code_execution'
  );
}

const strategyOf = ({ provider_details }: CallPart) => (provider_details?.strategy === 'regex' ? 'regex' : 'bm25');

function searchInput(part: CallPart): Record<string, unknown> {
  const args = argsAsDict(part);
  if (!('queries' in args)) return args;
  const queries = Array.isArray(args.queries) ? args.queries.filter((query) => typeof query === 'string') : [];
  return { [strategyOf(part) === 'regex' ? 'pattern' : 'query']: queries.join(' ') };
}

/** The API refuses references to tools that the request does not have. */
function searchResult({ content, provider_details }: ReturnPart, { tools }: WireRequest): Block {
  const error_code = provider_details?.error_code;
  if (error_code != null) return { type: 'tool_search_tool_result_error', error_code };
  const found = asObjects(asObject(content).discovered_tools).filter(({ name }) =>
    tools.some((tool) => tool.name === name),
  );
  return {
    type: 'tool_search_tool_search_result',
    tool_references: found.map(({ name }) => ({ type: 'tool_reference', tool_name: name })),
  };
}
