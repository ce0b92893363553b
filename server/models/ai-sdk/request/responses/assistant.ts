import type {
  ModelMessage,
  ModelResponse,
  ModelResponsePart,
  TextPart,
} from '../../../../../protocol/messages/messages.ts';
import { argsAsJson } from '../../../../engine/messages/wording.ts';
import { asObjects } from '../../raw/loose-json.ts';
import { acceptsArtifact, acceptsServerState, type WireRequest } from '../request.ts';
import { thinkingText } from '../thinking-text.ts';
import {
  heldCall,
  localSearchCall,
  localSearchOutput,
  type NativeCall,
  type NativeReturn,
  searchesTools,
  statusOf,
  toolSearchCall,
  toolSearchOutput,
} from './native-items.ts';
import type { Item } from './types.ts';

type ThinkingPart = Extract<ModelResponsePart, { part_kind: 'thinking' }>;
type CallPart = Extract<ModelResponsePart, { part_kind: 'tool-call' }>;

interface Place {
  readonly request: WireRequest;
  readonly response: ModelResponse;
  readonly items: Item[];
  /** Thinking that must be in a user turn. */
  readonly carried: string[];
  /** True if ids of items are sent at all, and of this part. */
  readonly sendsIds: boolean;
  readonly isSameAddress: boolean;
  /** Items that later parts add to, by their types. */
  readonly open: Map<string, Item>;
}

/**
 * Returns a response as items.
 *
 * Source: Pydantic AI `OpenAIResponsesModel._map_model_response`.
 */
export function responseItems(response: ModelResponse, later: readonly ModelMessage[], request: WireRequest): Item[] {
  const { profile, settings, providerName } = request;
  const requested = settings.get('openai_send_reasoning_ids');
  const place: Place = {
    request,
    response,
    items: [],
    carried: [],
    sendsIds: Boolean(requested ?? profile.openai_supports_encrypted_reasoning_content ?? false),
    isSameAddress: response.provider_name !== providerName || acceptsServerState(request, response),
    open: new Map(),
  };
  const isInterleaved = profile.openai_responses_supports_interleaved_function_calls !== false;
  for (const part of isInterleaved ? response.parts : callsLast(response.parts, later)) addPart(part, place);
  const { carried, items } = place;
  return carried.length > 0 ? [{ role: 'user', content: carried.join('\n\n') }, ...items] : items;
}

/**
 * Returns the parts with calls after everything else, for servers that would otherwise split them. Calls without
 * results, and what the provider ran itself, stay in place.
 *
 * Source: Pydantic AI `group_settled_portable_function_calls`.
 */
function callsLast(parts: readonly ModelResponsePart[], later: readonly ModelMessage[]): readonly ModelResponsePart[] {
  if (parts.some(({ part_kind }) => part_kind.startsWith('builtin-') || part_kind === 'compaction')) return parts;
  const calls = parts.filter((part) => part.part_kind === 'tool-call');
  const end = later.findIndex(({ kind }) => kind === 'response');
  const answered = later
    .slice(0, end < 0 ? later.length : end)
    .flatMap((message) =>
      message.kind === 'request'
        ? message.parts.flatMap((part) => (part.part_kind === 'tool-return' ? [part.tool_call_id] : []))
        : [],
    );
  if (!calls.every(({ tool_call_id }) => answered.includes(tool_call_id))) return parts;
  return [...parts.filter(({ part_kind }) => part_kind !== 'tool-call'), ...calls];
}

function addPart(part: ModelResponsePart, place: Place): void {
  switch (part.part_kind) {
    case 'text':
      addText(part, place);
      break;
    case 'tool-call':
      place.items.push(functionCall(part, place));
      break;
    case 'thinking':
      addThinking(part, place);
      break;
    case 'builtin-tool-call':
      addNativeCall(part, place);
      break;
    case 'builtin-tool-return':
      addNativeReturn(part, place);
      break;
    case 'compaction': {
      const encrypted_content = part.provider_details?.encrypted_content;
      const isOwn = acceptsArtifact(place.request, place.response, part.provider_name);
      if (isOwn && encrypted_content !== undefined) {
        place.items.push({ type: 'compaction', id: part.id, encrypted_content });
      }
      break;
    }
    default:
      break; // files stand in the items of the tools that made them
  }
}

type Owned = { readonly provider_name?: string | null };

/** Returns whether a part came from this provider, at this address. */
function isOwn({ provider_name }: Owned, { request, response, isSameAddress }: Place): boolean {
  const owner = provider_name ?? response.provider_name;
  return isSameAddress && owner === request.providerName;
}

const sendsId = (part: Owned, place: Place) => place.sendsIds && isOwn(part, place);

/** An item that later parts of the same id add to. */
function openItem(type: string, id: string, place: Place, make: () => Item): Item {
  const known = place.open.get(type);
  if (known?.id === id) return known;
  const item = make();
  place.open.set(type, item);
  place.items.push(item);
  return item;
}

const phases: readonly unknown[] = ['commentary', 'final_answer'];

function addText(part: TextPart, place: Place): void {
  const { request } = place;
  const phase = part.provider_details?.phase;
  const isPhase = request.profile.openai_supports_phase && part.provider_name === request.providerName;
  const phased = isPhase && phases.includes(phase) ? { phase } : {};
  const { id, content: text } = part;
  if (!id || !sendsId(part, place)) {
    place.items.push({ role: 'assistant', content: text, ...phased });
    return;
  }
  const item = openItem('message', id, place, () => ({
    type: 'message',
    role: 'assistant',
    id,
    content: [],
    status: 'completed',
  }));
  (item.content as Item[]).push({ type: 'output_text', text, annotations: annotationsOf(part) });
  Object.assign(item, phased);
}

/**
 * Returns the sources that OpenAI named, as far as they still fit the text.
 *
 * Source: Pydantic AI `map_responses_citations_for_replay`.
 */
function annotationsOf({ content, provider_details }: TextPart): Item[] {
  return asObjects(provider_details?.citations).flatMap((citation): Item[] => {
    if (citation.type === 'url_citation') {
      const { type, url, title, start_index, end_index } = citation;
      const isRange = Number.isInteger(start_index) && Number.isInteger(end_index) && Number(start_index) >= 0;
      const range = isRange ? content.slice(Number(start_index), Number(end_index)) : '';
      const isValid = typeof url === 'string' && url !== '' && typeof title === 'string' && range.includes(url);
      return isValid && Number(end_index) <= content.length ? [{ type, url, title, start_index, end_index }] : [];
    }
    const { type, file_id, filename, index } = citation;
    const isFile = type === 'file_citation' && typeof file_id === 'string' && file_id !== '';
    return isFile && typeof filename === 'string' && Number.isInteger(index)
      ? [{ type, file_id, filename, index }]
      : [];
  });
}

function functionCall(part: CallPart, place: Place): Item {
  const namespace = part.provider_name === place.request.providerName ? part.provider_details?.namespace : undefined;
  return {
    type: 'function_call',
    name: part.tool_name,
    arguments: argsAsJson(part),
    call_id: part.tool_call_id,
    ...(part.id && sendsId(part, place) ? { id: part.id } : {}),
    ...(namespace ? { namespace } : {}),
  };
}

/** Ids of thinking that are names of fields of chat completions. */
const fieldNames: readonly unknown[] = ['content', 'reasoning', 'reasoning_content'];

/**
 * Returns thinking as a reasoning item if the provider accepts it back, or else as text.
 *
 * Source: Pydantic AI `OpenAIResponsesModel._map_response_thinking_part`.
 */
function addThinking(part: ThinkingPart, place: Place): void {
  const { request, response, items, carried } = place;
  const raw = part.provider_name === request.providerName ? part.provider_details?.raw_content : undefined;
  const rawTexts = Array.isArray(raw) && raw.length > 0 ? raw.map(String) : undefined;
  const takesSignature =
    request.profile.openai_supports_encrypted_reasoning_content &&
    acceptsArtifact(request, response, part.provider_name);
  const signature = takesSignature && part.signature ? part.signature : null;
  const isItem = !fieldNames.includes(part.id) || Boolean(part.signature || rawTexts);
  if (part.id && isItem && (sendsId(part, place) || rawTexts || (place.sendsIds && signature))) {
    addReasoning(part.id, part.content, signature, rawTexts, place);
    return;
  }
  const { text, isCarried } = thinkingText(part.content, request.profile);
  if (!isCarried) items.push({ role: 'assistant', content: text });
  else if (part.content) carried.push(text);
}

function addReasoning(
  id: string,
  text: string,
  encrypted_content: string | null,
  raw: readonly string[] | undefined,
  place: Place,
): void {
  if (!encrypted_content && !text && !raw) return;
  const item = openItem('reasoning', id, place, () => ({ type: 'reasoning', id, summary: [], encrypted_content }));
  // What is shown of raw reasoning is the same text again.
  const isRaw = raw !== undefined && raw.join('') === text;
  if (text && !isRaw) (item.summary as Item[]).push({ type: 'summary_text', text });
  if (raw) item.content = raw.map((one) => ({ type: 'reasoning_text', text: one }));
}

const isToolSearch = ({ tool_name }: NativeCall | NativeReturn) => tool_name === 'tool_search';

/** Searches among tools hold all that is needed of them; the items of others are looked up by their ids. */
function addNativeCall(part: NativeCall, place: Place): void {
  const { request, response, items } = place;
  const sendsOwnId = sendsId(part, place);
  const isTaken = isOwn(part, place) || acceptsArtifact(request, response, part.provider_name);
  if (isToolSearch(part) && isTaken) {
    items.push(searchesTools(request) ? toolSearchCall(part, sendsOwnId) : localSearchCall(part));
    return;
  }
  const item = sendsOwnId ? heldCall(part, request.settings.get('openai_store') !== false) : undefined;
  if (!item) return;
  items.push(item);
  place.open.set(part.tool_name, item);
}

function addNativeReturn(part: NativeReturn, place: Place): void {
  const { request, response, items, open } = place;
  const isTaken = isOwn(part, place) || acceptsArtifact(request, response, part.provider_name);
  if (isToolSearch(part) && isTaken && !searchesTools(request)) {
    items.push(localSearchOutput(part));
    return;
  }
  const output = isToolSearch(part) && isTaken ? toolSearchOutput(part, request, sendsId(part, place)) : undefined;
  if (output) items.push(output);
  else if (sendsId(part, place)) {
    const status = statusOf(part);
    const item = open.get(part.tool_name);
    if (status && item && 'status' in item) item.status = status;
  }
}
