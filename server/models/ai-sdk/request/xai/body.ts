import type { ModelRequest, ModelResponse, ModelResponsePart } from '../../../../../protocol/messages/messages.ts';
import { argsAsJson } from '../../../../engine/messages/wording.ts';
import type { RequestApi } from '../api.ts';
import { isTextLike, mediaType } from '../files.ts';
import { grokProfile } from '../profiles/families.ts';
import { acceptsArtifact, type SentTool, type WireRequest, type Written } from '../request.ts';
import { splitReturn } from '../returns.ts';
import { canForce, thinks } from '../tool-choice.ts';
import { xaiUser } from './content.ts';

/**
 * xAI's Responses API. Upstream speaks gRPC to xAI: what it means is said here in the words of the other API.
 *
 * Source: Pydantic AI `XaiModel`.
 */
export const xaiApi: RequestApi = {
  profileOf: grokProfile,
  unsupportedFiles: ['audio', 'video'],
  // Others have to be uploaded first; the user may name one by its address, which a tool's result cannot.
  documentTypes: ['text/plain', 'text/csv', 'text/html', 'text/markdown'],
  grammar: { parameters: {} },
  needsDownload: (item) =>
    Boolean(item.force_download) || (item.kind === 'document-url' && isTextLike(mediaType(item))),
  write,
};

type Item = Record<string, unknown>;

const fields = {
  max_output_tokens: 'max_tokens',
  temperature: 'temperature',
  top_p: 'top_p',
  seed: 'seed',
  parallel_tool_calls: 'parallel_tool_calls',
  logprobs: 'xai_logprobs',
  top_logprobs: 'xai_top_logprobs',
  user: 'xai_user',
  previous_response_id: 'xai_previous_response_id',
  max_turns: 'xai_max_turns',
  service_tier: 'service_tier',
};

function write(request: WireRequest): Written {
  const { modelName, stream, settings } = request;
  const { tools, choice } = toolsOf(request);
  const effort = settings.get('xai_reasoning_effort') ?? effortOf(request);
  if (request.thinking && !request.profile.grok_reasoning_efforts) settings.leftOut('thinking');
  // Nothing is kept there unless requested, so that thinking can only come back encrypted.
  const encrypts = settings.get('xai_include_encrypted_content') !== false;
  return {
    body: {
      model: modelName,
      input: inputOf(request),
      stream,
      store: settings.get('xai_store_messages') ?? false,
      ...(encrypts ? { include: ['reasoning.encrypted_content'] } : {}),
      ...(tools.length > 0 ? { tools: tools.map(functionTool), tool_choice: choice } : {}),
      ...textFormat(request, tools),
      ...(effort ? { reasoning: { effort } } : {}),
      ...settings.fields(fields),
    },
  };
}

const functionTool = ({ name, description, schema }: SentTool) => ({
  type: 'function',
  name,
  ...(description === null ? {} : { description }),
  parameters: schema,
});

/** Source: Pydantic AI `_map_reasoning_effort`. */
function effortOf({ thinking, profile }: WireRequest): string | undefined {
  const efforts = profile.grok_reasoning_efforts ?? [];
  if (thinking === undefined || efforts.length === 0) return undefined;
  if (thinking === false) return efforts.includes('none') ? 'none' : 'low';
  if (thinking === true && profile.grok_default_effort_omitted) return undefined;
  if (thinking === 'minimal' || thinking === 'low') return 'low';
  return (thinking === true || thinking === 'medium') && efforts.includes('medium') ? 'medium' : 'high';
}

/** Source: Pydantic AI `XaiModel._get_tool_choice`. */
function toolsOf(request: WireRequest): { tools: readonly SentTool[]; choice: unknown } {
  const { choice, tools, profile, modelName, isChoiceExplicit, settings, thinking } = request;
  if (choice === 'auto' || choice === 'none') return { tools, choice };
  const own = settings.get('xai_reasoning_effort');
  const forces =
    (choice === 'required' || choice.mode === 'required') &&
    canForce({
      modelName,
      profile,
      isChoiceExplicit,
      thinks: own === undefined ? thinks(profile, thinking) : own !== 'none',
      remedy: "Disable thinking with `thinking=False` or `xai_reasoning_effort='none'`",
    });
  const mode = forces ? 'required' : 'auto';
  if (choice === 'required') return { tools, choice: mode };
  const [only] = choice.names;
  if (forces && choice.names.size === 1) return { tools, choice: { type: 'function', name: only } };
  return { tools: tools.filter(({ name }) => choice.names.has(name)), choice: mode };
}

function textFormat({ outputMode, output, profile }: WireRequest, tools: readonly SentTool[]): Item {
  if (outputMode === 'native' && output) {
    const { name, description, schema } = output;
    const format = { type: 'json_schema', name: name ?? 'final_result', schema, strict: true };
    return { text: { format: { ...format, ...(description ? { description } : {}) } } };
  }
  const isJson = outputMode === 'prompted' && profile.supports_json_object_output && tools.length === 0;
  return isJson ? { text: { format: { type: 'json_object' } } } : {};
}

/** The least that can be said: the API refuses a request without any. */
const leastText = '.';

function inputOf(request: WireRequest): Item[] {
  const calls: string[] = [];
  const items = request.messages.flatMap((message) => {
    if (message.kind === 'request') return requestItems(message, request, calls);
    calls.push(...message.parts.flatMap((part) => (part.part_kind === 'tool-call' ? [part.tool_call_id] : [])));
    return message.parts.flatMap((part) => responseItems(part, message, request));
  });
  if (items.length === 0) items.push({ role: 'user', content: leastText });
  const head = items.findIndex(({ role }) => role !== 'system');
  const instructions = request.instructions.map(({ content }) => ({ role: 'system', content }));
  items.splice(head < 0 ? items.length : head, 0, ...instructions);
  return items;
}

/** Results come in the order of their calls, as xAI wants them, and files that tools returned after them. */
function requestItems({ parts }: ModelRequest, request: WireRequest, calls: readonly string[]): Item[] {
  const results = parts.filter((part) => part.part_kind === 'tool-return');
  const rank = (id: string) => (calls.includes(id) ? calls.lastIndexOf(id) : calls.length);
  const sorted = results.toSorted((a, b) => rank(a.tool_call_id) - rank(b.tool_call_id));
  const split = sorted.map((part) => ({ id: part.tool_call_id, ...splitReturn(part) }));
  const files = split.flatMap((one) => one.files);
  return [
    ...parts.flatMap((part): Item[] => {
      if (part.part_kind === 'system-prompt') return [{ role: 'system', content: part.content }];
      return part.part_kind === 'user-prompt' ? xaiUser(part.content, request) : [];
    }),
    ...split.map(({ id, text }) => ({ type: 'function_call_output', call_id: id, output: text })),
    ...(files.length > 0 ? xaiUser(files, request) : []),
  ];
}

function responseItems(part: ModelResponsePart, response: ModelResponse, request: WireRequest): Item[] {
  switch (part.part_kind) {
    case 'text':
      return part.content ? [{ role: 'assistant', content: part.content }] : [];
    case 'tool-call': {
      const { tool_call_id: call_id, tool_name: name } = part;
      return [{ type: 'function_call', call_id, name, arguments: argsAsJson(part), status: 'completed' }];
    }
    case 'thinking':
      return thinkingItems(part, response, request);
    default:
      return []; // what xAI ran itself is not taken back by this API
  }
}

type ThinkingPart = Extract<ModelResponsePart, { part_kind: 'thinking' }>;

/** Thinking without an id and an encrypted form can only go back as text. */
function thinkingItems(part: ThinkingPart, response: ModelResponse, request: WireRequest): Item[] {
  const { content, id, signature } = part;
  if ((id || signature) && acceptsArtifact(request, response, part.provider_name)) {
    const summary = content ? [{ type: 'summary_text', text: content }] : [];
    const encrypted = signature ? { encrypted_content: signature } : {};
    return [{ type: 'reasoning', id: id ?? '', summary, status: 'completed', ...encrypted }];
  }
  const [open, close] = request.profile.thinking_tags ?? ['<think>', '</think>'];
  return content ? [{ role: 'assistant', content: `${open}\n${content}\n${close}` }] : [];
}
