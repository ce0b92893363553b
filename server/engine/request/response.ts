import type { ModelResponse, ModelResponsePart, TextPart, ToolCallPart } from '../../../protocol/messages/messages.ts';
import type { RequestUsage } from '../../../protocol/messages/usage.ts';

/** A request usage with the given counts, the others zero, in Pydantic AI's order. */
export function requestUsage(counts: Partial<RequestUsage> = {}): RequestUsage {
  const { unmeasured_requests } = counts;
  return {
    input_tokens: 0,
    cache_write_tokens: 0,
    cache_write_1h_tokens: 0,
    cache_read_tokens: 0,
    output_tokens: 0,
    ...(unmeasured_requests ? { unmeasured_requests } : {}),
    output_reasoning_tokens: 0,
    input_audio_tokens: 0,
    cache_audio_read_tokens: 0,
    output_audio_tokens: 0,
    audio_seconds: 0,
    details: {},
    cost: null,
    ...counts,
  };
}

/** The usage of a response that came without any. Source: Pydantic AI `RequestUsage.unmeasured_requests`. */
export const unmeasuredUsage = (): RequestUsage => requestUsage({ unmeasured_requests: 1 });

/** A text part of a response. */
export function textPart(content: string): TextPart {
  return { content, id: null, provider_name: null, provider_details: null, citations: null, part_kind: 'text' };
}

/** A tool call part; an empty id is filled in by the engine. */
export function toolCallPart(call: Pick<ToolCallPart, 'tool_name' | 'args'> & { tool_call_id?: string }): ToolCallPart {
  return {
    tool_name: call.tool_name,
    args: call.args,
    tool_call_id: call.tool_call_id ?? '',
    tool_kind: null,
    id: null,
    provider_name: null,
    provider_details: null,
    part_kind: 'tool-call',
  };
}

/** A response with every field in Pydantic AI's order. */
export function modelResponse(
  parts: ModelResponsePart[],
  fields: Partial<Omit<ModelResponse, 'parts' | 'kind'>> = {},
): ModelResponse {
  return {
    parts,
    usage: fields.usage ?? requestUsage(),
    model_name: fields.model_name ?? null,
    model_id: fields.model_id ?? null,
    timestamp: fields.timestamp ?? '',
    kind: 'response',
    provider_name: fields.provider_name ?? null,
    provider_url: fields.provider_url ?? null,
    canonical_system: fields.canonical_system ?? null,
    provider_details: fields.provider_details ?? null,
    provider_response_id: fields.provider_response_id ?? null,
    finish_reason: fields.finish_reason ?? null,
    run_id: fields.run_id ?? null,
    conversation_id: fields.conversation_id ?? null,
    metadata: fields.metadata ?? null,
    workspace_ref: fields.workspace_ref ?? null,
    history_digest: fields.history_digest ?? null,
    failed_attempts: fields.failed_attempts ?? null,
    state: fields.state ?? 'complete',
  };
}
