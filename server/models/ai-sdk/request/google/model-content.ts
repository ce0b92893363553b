import type { ModelResponse, ModelResponsePart } from '../../../../../protocol/messages/messages.ts';
import { argsAsDict } from '../../../../engine/messages/wording.ts';
import { asObject } from '../../raw/loose-json.ts';
import { acceptsArtifact, type WireRequest } from '../request.ts';
import { urlSafe } from './files.ts';
import type { Content, House, Part } from './types.ts';

/** Google's own placeholder for an unknown signature. */
const noSignature = Buffer.from('skip_thought_signature_validator').toString('base64');

/**
 * Returns a response as a content; none for an empty one. A signature of thinking belongs to the part after it, and the
 * first call of a turn must have one.
 *
 * Source: Pydantic AI `_content_model_response`.
 */
export function modelContent(response: ModelResponse, request: WireRequest, house: House): Content[] {
  const parts: Part[] = [];
  let pending: string | undefined;
  let isFirstCall = true;
  for (const item of response.parts) {
    const signature = signatureOf(item, response, request) ?? pending;
    const accepts = acceptsArtifact(request, response, providerOf(item));
    pending = item.part_kind === 'thinking' && accepts ? item.signature || undefined : undefined;
    const signed = (part: Part) => (signature ? { ...part, thoughtSignature: urlSafe(signature) } : part);
    if (item.part_kind === 'tool-call') {
      const call = signed({ functionCall: { id: item.tool_call_id, name: item.tool_name, args: argsAsDict(item) } });
      parts.push(isFirstCall && !signature ? { ...call, thoughtSignature: noSignature } : call);
      isFirstCall = false;
    } else {
      const part = partOf(item, accepts, request, house);
      if (part) parts.push(signed(part));
    }
  }
  return parts.length > 0 ? [{ role: 'model', parts }] : [];
}

const providerOf = (item: ModelResponsePart) => ('provider_name' in item ? item.provider_name : null);

/** Source: Pydantic AI `_decode_inline_thought_signature`. */
function signatureOf(item: ModelResponsePart, response: ModelResponse, request: WireRequest): string | undefined {
  const details = 'provider_details' in item ? item.provider_details : null;
  const signature = details?.thought_signature;
  if (typeof signature !== 'string' || signature === '') return undefined;
  const isOwn =
    acceptsArtifact(request, response, response.provider_name) || acceptsArtifact(request, response, providerOf(item));
  return isOwn ? signature : undefined;
}

function partOf(item: ModelResponsePart, accepts: boolean, request: WireRequest, house: House): Part | undefined {
  switch (item.part_kind) {
    case 'text':
      return { text: item.content };
    case 'thinking':
      return item.content ? { text: item.content, thought: true } : undefined;
    case 'file':
      return { inlineData: { data: urlSafe(item.content.data), mimeType: item.content.media_type } };
    case 'builtin-tool-call':
      return accepts ? nativeCall(item, request, house) : undefined;
    case 'builtin-tool-return':
      return accepts ? nativeReturn(item, request, house) : undefined;
    default:
      return undefined; // summaries of other providers
  }
}

type CallPart = Extract<ModelResponsePart, { part_kind: 'builtin-tool-call' }>;
type ReturnPart = Extract<ModelResponsePart, { part_kind: 'builtin-tool-return' }>;

const toolTypes: Readonly<Record<string, string>> = {
  web_search: 'GOOGLE_SEARCH_WEB',
  web_fetch: 'URL_CONTEXT',
  file_search: 'FILE_SEARCH',
};

/**
 * Returns the type of a tool that Google ran, if it can be sent back: newer models of the developer API accept it, by
 * ids that Google assigned.
 *
 * Source: Pydantic AI `_can_echo_server_side_tool_part`.
 */
function toolType(item: CallPart | ReturnPart, { profile }: WireRequest, { isCloud }: House): string | undefined {
  const takesBack = profile.google_supports_tool_combination && !isCloud && !item.tool_call_id.startsWith('pyd_ai_');
  return takesBack ? toolTypes[item.tool_name] : undefined;
}

function nativeCall(item: CallPart, request: WireRequest, house: House): Part | undefined {
  if (item.tool_name === 'code_execution') return { executableCode: argsAsDict(item) };
  const type = toolType(item, request, house);
  return type ? { toolCall: { id: item.tool_call_id, toolType: type, args: argsAsDict(item) } } : undefined;
}

function nativeReturn(item: ReturnPart, request: WireRequest, house: House): Part | undefined {
  const { content, tool_call_id: id, tool_name } = item;
  const isRecord = content !== null && typeof content === 'object' && !Array.isArray(content);
  if (tool_name === 'code_execution' && isRecord) return { codeExecutionResult: content };
  const type = toolType(item, request, house);
  if (!type) return undefined;
  // The sources come from another place in the response.
  const { sources: _, ...searched } = asObject(content);
  const found = tool_name === 'web_search' ? searched : content;
  return { toolResponse: { id, toolType: type, response: isRecord ? found : { result: content } } };
}
