import type { LanguageModelV4Content, LanguageModelV4ToolCall, LanguageModelV4ToolResult } from '@ai-sdk/provider';
import type { ModelResponsePart } from '../../../../protocol/messages/messages.ts';
import { toolCallPart } from '../../../engine/request/response.ts';
import { splitThinking } from '../answers/thinking-tags.ts';
import type { Provider } from '../provider.ts';
import { type ProviderFields, storeMetadata, storeThinkingMetadata } from './metadata.ts';

/**
 * Returns the content of a response as parts, in order. What has no place in a history (sources, approvals of the
 * provider's own tools) is left out.
 *
 * Source: Pydantic AI `ModelResponse.parts`.
 */
export function answerParts(content: readonly LanguageModelV4Content[], provider: Provider): ModelResponsePart[] {
  return content.flatMap((item) => answerPart(item, provider));
}

function answerPart(item: LanguageModelV4Content, provider: Provider): ModelResponsePart[] {
  switch (item.type) {
    case 'text':
      return textParts(item, provider);
    case 'reasoning':
      return [{ content: item.text, ...storeThinkingMetadata(item.providerMetadata, provider), part_kind: 'thinking' }];
    case 'tool-call':
      return [callPart(item, provider)];
    case 'tool-result':
      return [nativeReturn(item, provider)];
    case 'file':
      return filePart(item, provider);
    case 'reasoning-file':
    case 'source':
    case 'custom':
    case 'tool-approval-request':
      return [];
  }
}

function textParts({ text, providerMetadata }: TextContent, provider: Provider): ModelResponsePart[] {
  const fields = storeMetadata(providerMetadata, provider);
  const { readsTags, thinkingTags } = provider.answers;
  if (!readsTags) return textPart(text, fields);
  return splitThinking(text, thinkingTags).flatMap(({ kind, content }): ModelResponsePart[] =>
    kind === 'text' ? textPart(content, fields) : [{ content, ...taggedFields(provider), part_kind: 'thinking' }],
  );
}

/** Returns the fields of thinking between tags. Source: Pydantic AI `map_chat_content`. */
export function taggedFields({ name, answers }: Provider) {
  const isNamed = answers.namesThinking !== false;
  return {
    id: isNamed ? 'content' : null,
    signature: null,
    provider_name: isNamed ? name : null,
    provider_details: null,
  };
}

/** Empty text makes no part, unless it carries data that must be sent back. */
function textPart(content: string, fields: ProviderFields): ModelResponsePart[] {
  return content === '' && !fields.provider_details ? [] : [{ content, ...fields, citations: null, part_kind: 'text' }];
}

/** Arguments stay the text that was received: nothing is rounded, and a prompt cache sees the same bytes again. */
function callPart(item: LanguageModelV4ToolCall, provider: Provider): ModelResponsePart {
  const call = toolCallPart({ tool_name: item.toolName, args: item.input, tool_call_id: item.toolCallId });
  const fields = storeMetadata(item.providerMetadata, provider);
  return item.providerExecuted
    ? { ...call, ...fields, provider_name: provider.name, part_kind: 'builtin-tool-call' }
    : { ...call, ...fields };
}

function nativeReturn(item: LanguageModelV4ToolResult, provider: Provider): ModelResponsePart {
  return {
    tool_name: item.toolName,
    content: item.result,
    tool_call_id: item.toolCallId,
    tool_kind: null,
    metadata: null,
    timestamp: '',
    outcome: item.isError ? 'failed' : 'success',
    provider_name: provider.name,
    provider_details: storeMetadata(item.providerMetadata, provider).provider_details,
    part_kind: 'builtin-tool-return',
  };
}

type TextContent = Extract<LanguageModelV4Content, { type: 'text' }>;

type FileContent = Extract<LanguageModelV4Content, { type: 'file' }>;

/** A file given by URL alone does not fit into a part, whose content is bytes. */
function filePart(item: FileContent, provider: Provider): ModelResponsePart[] {
  if (item.data.type !== 'data') return [];
  const { data } = item.data;
  const bytes = typeof data === 'string' ? Buffer.from(data, 'base64') : Buffer.from(data);
  const content = { data: urlSafe(bytes), media_type: item.mediaType, vendor_metadata: null, kind: 'binary' } as const;
  const fields = storeMetadata(item.providerMetadata, provider);
  return [{ content, ...fields, provider_name: provider.name, part_kind: 'file' }];
}

/** Pydantic's alphabet: URL-safe, with padding. */
const urlSafe = (bytes: Buffer) => bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
