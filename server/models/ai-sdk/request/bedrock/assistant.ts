import type { ModelResponse, ModelResponsePart } from '../../../../../protocol/messages/messages.ts';
import { argsAsDict } from '../../../../engine/messages/wording.ts';
import { acceptsArtifact, type WireRequest } from '../request.ts';
import { thinkingText } from '../thinking-text.ts';
import { isPoint } from './cache.ts';
import type { Block, Turn } from './types.ts';

type ThinkingPart = Extract<ModelResponsePart, { part_kind: 'thinking' }>;
type NativePart = Extract<ModelResponsePart, { part_kind: 'builtin-tool-call' | 'builtin-tool-return' }>;

/**
 * Adds a response: the model's own turn, preceded by a user turn with thinking that cannot be part of it.
 *
 * Source: Pydantic AI `BedrockConverseModel._map_model_response`.
 */
export function addResponse(response: ModelResponse, request: WireRequest, turns: Turn[]): void {
  const carried: Block[] = [];
  const content = response.parts.flatMap((part) => blocksOf(part, response, request, carried));
  if (carried.length > 0) addCarried(carried, turns);
  if (content.length > 0) turns.push({ role: 'assistant', content });
}

/** A mark at the end of the turn before stays at the end. */
function addCarried(carried: readonly Block[], turns: Turn[]): void {
  const last = turns.at(-1);
  if (last?.role === 'user' && isPoint(last.content.at(-1))) last.content.splice(-1, 0, ...carried);
  else turns.push({ role: 'user', content: [...carried] });
}

function blocksOf(
  part: ModelResponsePart,
  response: ModelResponse,
  request: WireRequest,
  carried: Block[],
): readonly Block[] {
  switch (part.part_kind) {
    case 'text':
      return part.content.trim() === '' ? [] : [{ text: part.content }];
    case 'tool-call':
      return [{ toolUse: { toolUseId: part.tool_call_id, name: part.tool_name, input: argsAsDict(part) } }];
    case 'thinking':
      return thinkingBlocks(part, response, request, carried);
    case 'builtin-tool-call':
    case 'builtin-tool-return':
      return part.provider_name === request.providerName && part.tool_name === 'code_execution' ? [native(part)] : [];
    default:
      return []; // files and summaries of other providers
  }
}

/** Source: Pydantic AI `BedrockConverseModel._map_thinking_part`. */
function thinkingBlocks(
  part: ThinkingPart,
  response: ModelResponse,
  request: WireRequest,
  carried: Block[],
): readonly Block[] {
  const { content: text, signature, id, provider_name } = part;
  const { profile } = request;
  if (signature && profile.bedrock_send_back_thinking_parts && isTaken(response, provider_name, request)) {
    const isRedacted = id === 'redacted_content' || id === 'redacted_thinking';
    const redactedContent = Buffer.from(signature, 'utf8').toString('base64');
    return [{ reasoningContent: isRedacted ? { redactedContent } : { reasoningText: { text, signature } } }];
  }
  const written = thinkingText(text, profile);
  if (!written.isCarried) return [{ text: written.text }];
  if (text) carried.push({ text: written.text });
  return [];
}

/** Claude signs its thinking for Anthropic's own API as well. */
function isTaken(response: ModelResponse, provider: string | null, request: WireRequest): boolean {
  if (acceptsArtifact(request, response, provider)) return true;
  const isClaude = request.profile.bedrock_thinking_variant === 'anthropic';
  return isClaude && acceptsArtifact({ providerName: 'anthropic' }, response, provider);
}

function native(part: NativePart): Block {
  const { tool_call_id: toolUseId } = part;
  if (part.part_kind === 'builtin-tool-call') {
    const name = 'nova_code_interpreter';
    return { toolUse: { toolUseId, name, input: argsAsDict(part), type: 'server_tool_use' } };
  }
  const status = part.provider_details?.status;
  return {
    toolResult: {
      toolUseId,
      content: [{ json: part.content }],
      type: 'nova_code_interpreter_result',
      ...(status === undefined ? {} : { status }),
    },
  };
}
