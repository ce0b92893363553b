import type { ModelMessage } from '../../../../../protocol/messages/messages.ts';
import { userError } from '../../../../engine/errors.ts';
import { type CompactionPart, type CompactionRule, fromCompaction } from '../compaction.ts';
import { acceptsArtifact, acceptsServerState, type WireRequest } from '../request.ts';

/** The state of a conversation at OpenAI, and the messages that OpenAI does not have yet. */
export interface ServerState {
  readonly previousResponseId?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly messages: readonly ModelMessage[];
}

/**
 * Returns what the settings say of responses and conversations that OpenAI holds.
 *
 * Errors: `run.invalid` when both are requested.
 * Source: Pydantic AI `OpenAIResponsesModel._resolve_server_side_state`.
 */
export function serverState(request: WireRequest): ServerState {
  const { settings, messages } = request;
  const previous = settings.get('openai_previous_response_id');
  const conversation = settings.get('openai_conversation_id');
  if (previous !== undefined && conversation !== undefined) {
    throw userError(
      '`openai_previous_response_id` and `openai_conversation_id` cannot both be set: the API accepts only one of them.',
    );
  }
  if (conversation !== undefined) return inConversation(String(conversation), request);
  return previous === undefined ? { messages } : afterResponse(String(previous), request);
}

/** A later response of the history takes the place of the given id. */
function afterResponse(requested: string, request: WireRequest): ServerState {
  const { messages } = request;
  const last = messages.findLastIndex((message) => isBoundary(message, request) || isHeld(message, request));
  const message = messages[last];
  if (message && isBoundary(message, request)) return { messages };
  const id = message?.kind === 'response' ? message.provider_response_id : null;
  const rest = messages.slice(last + 1);
  if (id && rest.length > 0) return { previousResponseId: id, messages: rest };
  return { messages, ...(requested === 'auto' ? {} : { previousResponseId: requested }) };
}

const isHeld = (message: ModelMessage, request: WireRequest): boolean =>
  message.kind === 'response' && acceptsServerState(request, message);

/** A summary is a new start: what OpenAI keeps from before it must not come back. */
function isBoundary(message: ModelMessage, request: WireRequest): boolean {
  if (message.kind !== 'response') return false;
  if (isHeld(message, request)) return Boolean(message.provider_details?.compaction);
  return message.parts.some((part) => part.part_kind === 'compaction' && compactionRule(request).isSent(message, part));
}

function inConversation(requested: string, request: WireRequest): ServerState {
  const { messages } = request;
  const own = requested === 'auto' ? (messages.at(-1)?.conversation_id ?? null) : null;
  const at = messages.findLastIndex((message) => {
    if (message.kind !== 'response' || !acceptsServerState(request, message)) return false;
    const isOther = own !== null && message.conversation_id !== null && message.conversation_id !== own;
    const id = message.provider_details?.conversation_id;
    return !isOther && typeof id === 'string' && (requested === 'auto' || id === requested);
  });
  const holder = messages[at];
  if (holder?.kind === 'response') {
    return { conversationId: String(holder.provider_details?.conversation_id), messages: messages.slice(at + 1) };
  }
  return { messages, ...(requested === 'auto' ? {} : { conversationId: requested }) };
}

/**
 * Returns the response that the cached prefix of this one is to be compared with; OpenAI then reports why it was not
 * used.
 *
 * Source: Pydantic AI `OpenAIResponsesModel._prompt_cache_comparison_response_id`.
 */
export function comparedResponse(request: WireRequest): string | undefined {
  const { settings, profile, messages } = request;
  const isOff = settings.get('openai_prompt_cache_diagnostics') === false;
  if (isOff || !profile.openai_responses_supports_prompt_cache_diagnostics) return undefined;
  const last = messages.findLast((message) => isBoundary(message, request) || isHeld(message, request));
  if (!last || isBoundary(last, request) || last.kind !== 'response') return undefined;
  const { provider_response_id: id, provider_details } = last;
  const isKept = provider_details?.transport !== 'websocket' || provider_details.store === true;
  return isKept && id?.startsWith('resp_') ? id : undefined;
}

const compactionRule = (request: WireRequest): CompactionRule => ({
  isSent: (response, part) =>
    acceptsArtifact(request, response, part.provider_name) && Boolean(part.provider_details?.encrypted_content),
  holdsSystemPrompts: (part: CompactionPart) => Boolean(part.provider_details?.[plantedKey]),
});

/** Marks summaries that were made with the system prompts in them. Source: Pydantic AI `STANDING_PROMPT_PLANTED_KEY`. */
const plantedKey = 'pydantic_ai_standing_prompt_planted';

/** The messages from the latest summary on: what came before it would be billed again. */
export const afterCompaction = (messages: readonly ModelMessage[], request: WireRequest): readonly ModelMessage[] =>
  fromCompaction(messages, compactionRule(request));
