import type { JSONValue, LanguageModelV4Message, LanguageModelV4TextPart } from '@ai-sdk/provider';
import type { ModelResponse, ModelResponsePart, ToolCallPart } from '../../../protocol/messages.ts';
import { argsAsDict, argsAsJson } from '../../engine/wording.ts';
import { restoreMetadata } from './metadata.ts';
import type { Provider } from './provider.ts';

type AssistantPart = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'][number];
type PartOf<K extends ModelResponsePart['part_kind']> = Extract<ModelResponsePart, { part_kind: K }>;

/**
 * A response as an assistant message, its parts in order with the provider's own data; none when nothing is left to
 * say, as providers refuse an empty message.
 *
 * Source: Pydantic AI `OpenAIChatModel._MapModelResponseContext`.
 * @since 0.1.0
 */
export function assistantMessages(response: ModelResponse, provider: Provider): LanguageModelV4Message[] {
  const parts = response.parts.flatMap((part) => assistantParts(part, provider));
  const content = provider.quirks.joinTexts ? withJoinedTexts(parts) : parts;
  return content.length > 0 ? [{ role: 'assistant', content }] : [];
}

function assistantParts(part: ModelResponsePart, provider: Provider): AssistantPart[] {
  const own = 'provider_name' in part && part.provider_name === provider.name;
  switch (part.part_kind) {
    case 'text':
      return [{ type: 'text', text: part.content, ...restoreMetadata(part, provider) }];
    case 'thinking':
      return [thinking(part, provider)];
    case 'tool-call':
      return [toolCall(part, provider)];
    case 'builtin-tool-call':
      return own && provider.quirks.nativeTools ? [{ ...toolCall(part, provider), providerExecuted: true }] : [];
    case 'builtin-tool-return':
      return own && provider.quirks.nativeTools ? [nativeResult(part, provider)] : [];
    case 'file':
      return own ? [file(part, provider)] : [];
    case 'speech':
      return part.transcript ? [{ type: 'text', text: part.transcript }] : [];
    case 'compaction':
      return []; // a summary only its provider understands
  }
}

/** Thinking of another provider is sent as text: as a thinking part it would be dropped or refused. */
function thinking(part: PartOf<'thinking'>, provider: Provider): AssistantPart {
  const { thinkingParts, thinkingTags } = provider.quirks;
  if (thinkingParts && part.provider_name === provider.name) {
    return { type: 'reasoning', text: part.content, ...restoreMetadata(part, provider) };
  }
  return { type: 'text', text: `${thinkingTags[0]}\n${part.content}\n${thinkingTags[1]}` };
}

type CallFields = Pick<
  ToolCallPart,
  'tool_call_id' | 'tool_name' | 'args' | 'id' | 'provider_name' | 'provider_details'
>;

function toolCall(part: CallFields, provider: Provider) {
  return {
    type: 'tool-call',
    toolCallId: part.tool_call_id,
    toolName: part.tool_name,
    input: provider.quirks.textArguments ? argsAsJson(part) : argsAsDict(part),
    ...restoreMetadata(part, provider),
  } as const;
}

function nativeResult(part: PartOf<'builtin-tool-return'>, provider: Provider): AssistantPart {
  const value = structuredClone(part.content ?? null) as JSONValue;
  return {
    type: 'tool-result',
    toolCallId: part.tool_call_id,
    toolName: part.tool_name,
    output: { type: 'json', value },
    ...restoreMetadata({ id: null, ...part }, provider),
  };
}

function file(part: PartOf<'file'>, provider: Provider): AssistantPart {
  const data = Buffer.from(part.content.data, 'base64url').toString('base64');
  return {
    type: 'file',
    mediaType: part.content.media_type,
    data: { type: 'data', data },
    ...restoreMetadata(part, provider),
  };
}

/** All texts become one, in the place of the first: chat completions have a single text beside the calls. */
function withJoinedTexts(parts: readonly AssistantPart[]): AssistantPart[] {
  const texts = parts.filter((part): part is LanguageModelV4TextPart => part.type === 'text');
  const [first] = texts;
  if (!first || texts.length === 1) return [...parts];
  const joined = { ...first, text: texts.map(({ text }) => text).join('\n\n') };
  return [joined, ...parts.filter((part) => part.type !== 'text')];
}
