import type { ModelResponse, ModelResponsePart } from '../../../../../protocol/messages/messages.ts';
import { argsAsJson } from '../../../../engine/messages/wording.ts';
import { acceptsArtifact, type WireRequest } from '../request.ts';
import { thinkingText } from '../thinking-text.ts';
import type { ChatMessage, ChatVariant, ThinkingPart } from './types.ts';

type CallPart = Extract<ModelResponsePart, { part_kind: 'tool-call' }>;

/** A mapped response: thinking that must be in a user turn, and the model's own turn. */
interface Mapped {
  texts: string[];
  fields: Record<string, string[]>;
  carried: string[];
  details: object[];
  calls: Record<string, unknown>[];
}

/**
 * Returns a response as messages: an assistant message with all texts and calls, preceded by a user message with
 * thinking that cannot be part of it. A response without content has none, since APIs refuse empty ones.
 *
 * Source: Pydantic AI `OpenAIChatModel._MapModelResponseContext`.
 */
export function assistantMessages(response: ModelResponse, request: WireRequest, variant: ChatVariant): ChatMessage[] {
  if (variant.assistant) return variant.assistant(response, request);
  const mapped: Mapped = { texts: [], fields: {}, carried: [], details: [], calls: [] };
  for (const part of response.parts) addPart(part, mapped, { response, request, variant });
  const carried = mapped.carried.length > 0 ? [{ role: 'user', content: mapped.carried.join('\n\n') }] : [];
  return [...carried, ...ownMessage(mapped)];
}

function ownMessage({ texts, calls, fields, details }: Mapped): ChatMessage[] {
  if (texts.length === 0 && calls.length === 0 && details.length === 0) return [];
  const says = texts.length > 0 || calls.length > 0;
  const thought = Object.entries(says ? fields : {}).map(([field, all]) => [field, all.join('\n\n')]);
  return [
    {
      role: 'assistant',
      ...Object.fromEntries(thought),
      content: texts.length > 0 ? texts.join('\n\n') : null,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
      ...(details.length > 0 ? { reasoning_details: details } : {}),
    },
  ];
}

interface Place {
  readonly response: ModelResponse;
  readonly request: WireRequest;
  readonly variant: ChatVariant;
}

function addPart(part: ModelResponsePart, mapped: Mapped, place: Place): void {
  switch (part.part_kind) {
    case 'text':
      mapped.texts.push(part.content);
      break;
    case 'speech':
      if (part.transcript) mapped.texts.push(part.transcript);
      break;
    case 'thinking':
      addThinking(part, mapped, place);
      break;
    case 'tool-call':
      mapped.calls.push(toolCall(part, place));
      break;
    default:
      break; // files, native calls and summaries of other providers have no place here
  }
}

function addThinking(part: ThinkingPart, mapped: Mapped, place: Place): void {
  const { response, request, variant } = place;
  const detail = variant.reasoningDetail?.(part, response, request);
  if (detail !== undefined) {
    if (detail) mapped.details.push(detail);
    return;
  }
  const method = request.profile.openai_chat_send_back_thinking_parts ?? 'auto';
  if (method === false) return;
  const field = method === 'tags' ? undefined : thinkingField(part, request);
  if (field) mapped.fields[field] = [...(mapped.fields[field] ?? []), part.content];
  else if (method !== 'field') addAsText(part, mapped, request);
}

function addAsText({ content }: ThinkingPart, mapped: Mapped, { profile }: WireRequest): void {
  const { text, isCarried } = thinkingText(content, profile);
  if (!isCarried) mapped.texts.push(text);
  else if (content) mapped.carried.push(text);
}

/** The fields in which hosts return thinking. */
const knownFields = ['reasoning', 'reasoning_content'];

/**
 * Returns the field in which thinking is sent back: the one that the host requires, or the one in which this host
 * returned it, which is the id of the part. An id of another kind belongs to an item of the Responses API, which
 * upstream treats as a field too.
 *
 * Source: Pydantic AI `OpenAIChatModel._auto_thinking_field`.
 */
function thinkingField(
  { id, provider_name }: ThinkingPart,
  { profile, providerName }: WireRequest,
): string | undefined {
  const own = profile.openai_chat_thinking_field;
  if (profile.openai_chat_send_back_thinking_parts === 'field') return own;
  if (!id || provider_name !== providerName) return undefined;
  return (own ? id === own : knownFields.includes(id)) ? id : undefined;
}

/** Returns a call of the model. Its arguments are text, whatever form they have in the history. */
export function toolCall(
  part: CallPart,
  { response, request }: Pick<Place, 'response' | 'request'>,
): Record<string, unknown> {
  const extra = part.provider_details?.extra_content;
  return {
    id: part.tool_call_id,
    type: 'function',
    function: { name: part.tool_name, arguments: argsAsJson(part) },
    ...(extra && acceptsArtifact(request, response, part.provider_name) ? { extra_content: extra } : {}),
  };
}
