import type { LanguageModelV4Message, LanguageModelV4Prompt, LanguageModelV4ToolResultPart } from '@ai-sdk/provider';
import type { UserContent } from '../../../protocol/content.ts';
import type { ModelRequest, ModelRequestPart } from '../../../protocol/messages.ts';
import type { ModelPrompt } from '../../engine/model.ts';
import { assistantMessages } from './assistant.ts';
import type { Provider } from './provider.ts';
import { toolReturn } from './tool-result.ts';
import { userParts } from './user-content.ts';

/**
 * The history as the AI SDK's prompt. Instructions follow the leading system prompts, results of one request become
 * one `tool` message, files that a tool returned come last in their request.
 *
 * Source: Pydantic AI `OpenAIChatModel._map_messages`, `_map_user_message`.
 * @since 0.1.0
 */
export function promptMessages(prompt: ModelPrompt, provider: Provider): LanguageModelV4Prompt {
  const messages = prompt.messages.flatMap((message) =>
    message.kind === 'request' ? requestMessages(message, provider) : assistantMessages(message, provider),
  );
  const head = leadingCount(messages);
  const instructions: LanguageModelV4Message[] = prompt.instructions
    ? [{ role: 'system', content: prompt.instructions }]
    : [];
  const inner = messages.slice(head);
  return [
    ...messages.slice(0, head),
    ...instructions,
    ...(provider.quirks.inlineSystem ? inner : inner.map(systemAsUser)),
  ];
}

function leadingCount(messages: LanguageModelV4Prompt): number {
  const first = messages.findIndex((message) => message.role !== 'system');
  return first < 0 ? messages.length : first;
}

const systemAsUser = (message: LanguageModelV4Message): LanguageModelV4Message =>
  message.role === 'system' ? userText(`<system>${message.content}</system>`) : message;

const userText = (text: string): LanguageModelV4Message => ({ role: 'user', content: [{ type: 'text', text }] });

type Mapped = {
  messages: LanguageModelV4Message[];
  result?: LanguageModelV4ToolResultPart;
  files?: readonly UserContent[];
};

function requestMessages(request: ModelRequest, provider: Provider): LanguageModelV4Message[] {
  const messages: LanguageModelV4Message[] = [];
  const files: UserContent[] = [];
  for (const part of request.parts) {
    const mapped = mapPart(part, provider);
    for (const one of mapped.messages) messages.push(one);
    if (mapped.result) addResult(messages, mapped.result);
    for (const file of mapped.files ?? []) files.push(file);
  }
  if (files.length > 0) messages.push({ role: 'user', content: userParts(files, provider) });
  return messages;
}

function addResult(messages: LanguageModelV4Message[], result: LanguageModelV4ToolResultPart): void {
  const last = messages.at(-1);
  if (last?.role === 'tool') last.content.push(result);
  else messages.push({ role: 'tool', content: [result] });
}

function mapPart(part: ModelRequestPart, provider: Provider): Mapped {
  switch (part.part_kind) {
    case 'system-prompt':
      return { messages: [{ role: 'system', content: part.content }] };
    case 'user-prompt':
      return { messages: [{ role: 'user', content: userParts(part.content, provider) }] };
    case 'tool-return':
      return { messages: [], ...toolReturn(part, provider) };
    default:
      // The engine shows no other parts, but for tools that became available: those of the request say it already.
      return { messages: [] };
  }
}
