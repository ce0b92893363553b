import type {
  ModelMessage,
  ModelRequestPart,
  ModelResponse,
  ModelResponsePart,
} from '../../../../../protocol/messages/messages.ts';
import { acceptsServerState, type WireRequest } from '../request.ts';

/** Returns whether a response is of this provider, and of this address of it. */
export const isOwnResponse = (request: WireRequest, response: ModelResponse): boolean =>
  response.provider_name === request.providerName && acceptsServerState(request, response);

/**
 * Returns the messages with the call ids that the API assigned. Older histories have the id of the item after a bar,
 * which is moved to its own field; if ids are only unique within a response, they are prefixed with its id.
 *
 * Source: Pydantic AI `split_combined_tool_call_id`, `provider_response_tool_call_id`.
 */
export function givenCallIds(request: WireRequest): readonly ModelMessage[] {
  let scope: string | undefined;
  return request.messages.map((message) => {
    if (message.kind === 'response') scope = scopeOf(message, request);
    const parts = (message.parts as readonly (ModelRequestPart | ModelResponsePart)[]).map((part) =>
      given(part, scope),
    );
    return parts.some((part, index) => part !== message.parts[index])
      ? ({ ...message, parts } as ModelMessage)
      : message;
  });
}

function scopeOf(response: ModelResponse, request: WireRequest): string | undefined {
  const isScoped = request.profile.openai_responses_tool_call_ids_are_response_scoped;
  const id = response.provider_response_id;
  return isScoped && id && isOwnResponse(request, response) ? `${id}:` : undefined;
}

function given<P extends ModelRequestPart | ModelResponsePart>(part: P, scope: string | undefined): P {
  if (part.part_kind !== 'tool-call' && part.part_kind !== 'tool-return') return part;
  const [callId = '', itemId] = split(part.tool_call_id);
  const tool_call_id = scope && callId.startsWith(scope) ? callId.slice(scope.length) : callId;
  if (tool_call_id === part.tool_call_id) return part;
  return { ...part, tool_call_id, ...(part.part_kind === 'tool-call' && itemId ? { id: itemId } : {}) };
}

function split(id: string): readonly string[] {
  const bar = id.indexOf('|');
  return bar < 0 ? [id] : [id.slice(0, bar), id.slice(bar + 1)];
}
