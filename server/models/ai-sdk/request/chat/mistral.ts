import type { ModelResponse } from '../../../../../protocol/messages/messages.ts';
import type { RequestApi } from '../api.ts';
import { dataUri, isFileItem, isTextLike, kindOf, mediaType, type UrlItem, unsupportedFile } from '../files.ts';
import { plainNames } from '../grammar.ts';
import { mistralHostProfile } from '../profiles/labs.ts';
import type { WireRequest, Written } from '../request.ts';
import { toolCall } from './assistant.ts';
import { chatMessages } from './messages.ts';
import { plainTool, plainTools } from './plain-tools.ts';
import type { ChatMessage, ChatPart, ChatVariant } from './types.ts';

const documents = ['application/pdf', 'text/plain', 'text/csv', 'text/html', 'text/markdown'];

/**
 * Mistral: thinking is sent back as chunks of content, and documents have a part of their own.
 *
 * Source: Pydantic AI `MistralModel`.
 */
export const mistralApi: RequestApi = {
  profileOf: mistralHostProfile,
  unsupportedFiles: ['audio', 'video'],
  documentTypes: documents,
  grammar: { parameters: {}, toolNames: plainNames },
  needsDownload: (item) =>
    Boolean(item.force_download) || (item.kind === 'document-url' && isTextLike(mediaType(item))),
  write,
};

const variant: ChatVariant = {
  item,
  assistant,
  messages: separated,
  turns: { refusesBlanks: ['assistant'], refusesAssistantLast: true },
};

const fields = {
  max_tokens: 'max_tokens',
  temperature: 'temperature',
  top_p: 'top_p',
  random_seed: 'seed',
  presence_penalty: 'presence_penalty',
  frequency_penalty: 'frequency_penalty',
  stop: 'stop_sequences',
  parallel_tool_calls: 'parallel_tool_calls',
  prompt_cache_key: 'mistral_prompt_cache_key',
  safe_prompt: 'mistral_safe_prompt',
};

function write(request: WireRequest): Written {
  const { modelName, settings, stream, thinking, profile } = request;
  const { tools, mode, forced } = plainTools(request, { canForce: true });
  // With `none` and tools, its responses are garbled.
  const offered = mode === 'none' ? [] : tools;
  const choice = forced === undefined ? { auto: 'auto', required: 'any', none: 'none' }[mode] : named(forced);
  const effort = thinking === undefined || profile.thinking_always_enabled ? undefined : effortOf(thinking);
  if (thinking !== undefined && effort === undefined) settings.leftOut('thinking');
  return {
    body: {
      model: modelName,
      messages: chatMessages(request, variant, false),
      stream,
      ...(offered.length > 0 ? { tools: offered.map(tool), tool_choice: choice } : {}),
      ...(effort ? { reasoning_effort: effort } : {}),
      ...settings.fields(fields),
    },
  };
}

const named = (name: string) => ({ type: 'function', function: { name } });

const effortOf = (thinking: unknown) => (thinking === false ? 'none' : 'high');

const tool = (one: Parameters<typeof plainTool>[0]) => plainTool({ ...one, description: one.description ?? '' });

function item(
  content: Parameters<NonNullable<ChatVariant['item']>>[0],
  parts: ChatPart[],
  request: WireRequest,
): boolean {
  if (!isFileItem(content) || content.kind === 'image-url' || kindOf(content) === 'image') return false;
  const type = mediaType(content);
  if (content.kind === 'binary' && isTextLike(type)) return false;
  const isDocument = content.kind === 'binary' || content.kind === 'document-url';
  if (!isDocument || type !== 'application/pdf') throw unsupportedFile(content, request.providerName);
  const url = content.kind === 'binary' ? dataUri(content) : (content as UrlItem).url;
  parts.push({ type: 'document_url', document_url: url });
  return true;
}

function assistant(response: ModelResponse, request: WireRequest): ChatMessage[] {
  const texts: ChatPart[] = [];
  const thoughts: ChatPart[] = [];
  const calls: Record<string, unknown>[] = [];
  for (const part of response.parts) {
    if (part.part_kind === 'text') texts.push({ type: 'text', text: part.content });
    else if (part.part_kind === 'thinking') thoughts.push({ type: 'text', text: part.content });
    else if (part.part_kind === 'tool-call') calls.push(toolCall(part, { response, request }));
  }
  const content = [...(thoughts.length > 0 ? [{ type: 'thinking', thinking: thoughts }] : []), ...texts];
  if (content.length + calls.length === 0) return [];
  return [{ role: 'assistant', content, ...(calls.length > 0 ? { tool_calls: calls } : {}) }];
}

/** A turn of the user right after results is refused, so the model says something in between. */
function separated(messages: ChatMessage[]): ChatMessage[] {
  return messages.flatMap((message, index) =>
    message.role === 'tool' && messages[index + 1]?.role === 'user'
      ? [message, { role: 'assistant', content: [{ type: 'text', text: 'OK' }] }]
      : [message],
  );
}
