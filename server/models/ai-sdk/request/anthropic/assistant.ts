import type { ModelResponse, ModelResponsePart, TextPart } from '../../../../../protocol/messages/messages.ts';
import { argsAsDict } from '../../../../engine/messages/wording.ts';
import { asObjects, type Loose } from '../../raw/loose-json.ts';
import { acceptsArtifact, type WireRequest } from '../request.ts';
import { thinkingText } from '../thinking-text.ts';
import { nativeCall, nativeReturn } from './native-parts.ts';
import { type Block, type Turn, textBlock } from './types.ts';

type ThinkingPart = Extract<ModelResponsePart, { part_kind: 'thinking' }>;
type CompactionPart = Extract<ModelResponsePart, { part_kind: 'compaction' }>;

interface Place {
  readonly response: ModelResponse;
  readonly request: WireRequest;
  readonly own: Block[];
  /** Thinking that must be in a user turn. */
  readonly carried: Block[];
}

/**
 * Adds a response: the model's own turn, preceded by a user turn with thinking that cannot be part of it.
 *
 * Source: Pydantic AI `AnthropicModel._map_model_response`.
 */
export function addResponse(response: ModelResponse, request: WireRequest, turns: Turn[]): void {
  const place: Place = { response, request, own: [], carried: [] };
  for (const part of response.parts) addPart(part, place);
  if (place.carried.length > 0) {
    const at = turns.findLastIndex(({ role }) => role !== 'system') + 1;
    turns.splice(at, 0, { role: 'user', content: place.carried });
  }
  if (place.own.length > 0) turns.push({ role: 'assistant', content: place.own });
}

function addPart(part: ModelResponsePart, place: Place): void {
  const { response, request, own } = place;
  switch (part.part_kind) {
    case 'text':
      if (part.content) own.push({ ...textBlock(part.content), ...citationsOf(part, place) });
      break;
    case 'tool-call':
      own.push({ type: 'tool_use', id: part.tool_call_id, name: part.tool_name, input: argsAsDict(part) });
      break;
    case 'thinking':
      addThinking(part, place);
      break;
    case 'builtin-tool-call':
      addIfAny(own, nativeCall(part, response, request));
      break;
    case 'builtin-tool-return':
      addIfAny(own, nativeReturn(part, response, request));
      break;
    case 'compaction':
      if (acceptsArtifact(request, response, part.provider_name)) own.push(compaction(part));
      break;
    default:
      break; // files that a model made are not sent back
  }
}

function addIfAny(blocks: Block[], block: Block | undefined): void {
  if (block) blocks.push(block);
}

/** Thinking goes back signed, or as text. An empty signature, as of a stream that broke, is never valid. */
function addThinking(part: ThinkingPart, { response, request, own, carried }: Place): void {
  const { content: thinking, signature, id, provider_name } = part;
  if (signature && acceptsArtifact(request, response, provider_name)) {
    const isRedacted = id === 'redacted_thinking' || id === 'redacted_content';
    own.push(isRedacted ? { type: 'redacted_thinking', data: signature } : { type: 'thinking', thinking, signature });
  } else if (thinking) {
    const { text, isCarried } = thinkingText(thinking, request.profile);
    (isCarried ? carried : own).push(textBlock(text));
  }
}

function compaction({ content, provider_details }: CompactionPart): Block {
  const { encrypted_content, signature } = provider_details ?? {};
  return {
    type: 'compaction',
    content,
    ...(encrypted_content == null ? {} : { encrypted_content }),
    ...(signature == null ? {} : { signature }),
  };
}

/** Returns the citations of a text, as long as it is still the text that the provider cited sources for. */
function citationsOf(part: TextPart, { response, request }: Place): { citations?: Loose[] } {
  const covers = part.citations?.every(({ anchor }) => anchor?.start === 0 && anchor.end === part.content.length);
  if (!part.citations?.length || !covers || !acceptsArtifact(request, response, part.provider_name)) return {};
  const citations = asObjects(part.provider_details?.citations).flatMap(citation);
  return citations.length > 0 ? { citations } : {};
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** Only those of web search point to what is sent back as well. */
function citation({ type, url, title = null, cited_text, encrypted_index }: Loose): Loose[] {
  if (type !== 'web_search_result_location' || !(isText(title) || title === null)) return [];
  if (!isText(url) || !isText(cited_text) || !isText(encrypted_index)) return [];
  return [{ type, url, title, cited_text, encrypted_index }];
}
