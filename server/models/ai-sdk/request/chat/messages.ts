import type { UserContent } from '../../../../../protocol/messages/content.ts';
import type { ModelRequest } from '../../../../../protocol/messages/messages.ts';
import { hasDynamicPrompt, markMessage, moveLeadingBreakpoints, staticCount } from '../openai-cache.ts';
import type { WireRequest } from '../request.ts';
import { splitReturn } from '../returns.ts';
import { assistantMessages } from './assistant.ts';
import { userMessage } from './content.ts';
import { withinTurns } from './turns.ts';
import type { ChatMessage, ChatVariant } from './types.ts';

/**
 * Returns the history as messages of chat completions.
 *
 * Source: Pydantic AI `OpenAIChatModel._map_messages`.
 */
export function chatMessages(request: WireRequest, variant: ChatVariant, thinks: boolean): ChatMessage[] {
  const messages = mappedMessages(request, variant, thinks);
  const role = roleOf(request);
  const head = messages.findIndex((message) => message.role !== role);
  const at = head < 0 ? messages.length : head;
  messages.splice(at, 0, ...request.instructions.map(({ content }) => ({ role, content })));
  markInstructions(messages, at, request);
  const shown =
    request.profile.openai_chat_supports_multiple_system_messages === false ? oneHead(messages, role) : messages;
  moveLeadingBreakpoints(shown, 'text');
  return withinTurns(variant.messages?.(shown, request) ?? shown, variant.turns ?? {});
}

const roleOf = ({ profile }: WireRequest) => profile.openai_system_prompt_role ?? 'system';

function mappedMessages(request: WireRequest, variant: ChatVariant, thinks: boolean): ChatMessage[] {
  const { profile } = request;
  const method = profile.openai_chat_send_back_thinking_parts ?? 'auto';
  const field = method === 'field' ? profile.openai_chat_thinking_field : undefined;
  let fills = field !== undefined && thinks && (profile.openai_chat_thinking_requires_field_on_tool_calls ?? false);
  const messages: ChatMessage[] = [];
  for (const message of request.messages) {
    if (message.kind === 'request') messages.push(...requestMessages(message, request, variant));
    else {
      fills ||= message.parts.some(({ part_kind }) => part_kind === 'thinking');
      const own = assistantMessages(message, request, variant);
      messages.push(...(fills && field ? own.map((one) => withField(one, field)) : own));
    }
  }
  return method === 'auto' ? withFieldsSentBack(messages, profile.openai_chat_thinking_field) : messages;
}

/** Hosts that want their thinking back refuse a turn with calls that lacks the field. */
const withField = (message: ChatMessage, field: string): ChatMessage =>
  message.tool_calls && !(field in message) ? { ...message, [field]: '' } : message;

/** The same where only what goes back says which field it is: for the calls of the turn that is under way. */
function withFieldsSentBack(messages: readonly ChatMessage[], own: string | undefined): ChatMessage[] {
  const names = [own, 'reasoning', 'reasoning_content'].filter((name) => name !== undefined);
  const sent = new Set(
    messages.flatMap((message) => names.filter((name) => message.role === 'assistant' && name in message)),
  );
  const [field] = sent;
  if (field === undefined || sent.size > 1) return [...messages];
  const last = messages.findLastIndex(({ role }) => role === 'user');
  return messages.map((message, index) => (index > last ? withField(message, field) : message));
}

function requestMessages({ parts }: ModelRequest, request: WireRequest, variant: ChatVariant): ChatMessage[] {
  const messages: ChatMessage[] = [];
  const files: UserContent[] = [];
  for (const part of parts) {
    if (part.part_kind === 'system-prompt') messages.push({ role: roleOf(request), content: part.content });
    else if (part.part_kind === 'user-prompt') messages.push(userMessage(part.content, request, variant));
    else if (part.part_kind === 'tool-return') {
      const split = splitReturn(part);
      messages.push({ role: 'tool', tool_call_id: part.tool_call_id, content: split.text });
      files.push(...split.files);
    }
  }
  return files.length > 0 ? [...messages, userMessage(files, request, variant)] : messages;
}

function markInstructions(messages: ChatMessage[], head: number, request: WireRequest): void {
  const { profile, settings } = request;
  const isPossible =
    profile.openai_supports_prompt_cache_breakpoints &&
    roleOf(request) !== 'user' &&
    profile.openai_chat_supports_multiple_system_messages !== false;
  if (!settings.get('openai_cache_instructions') || !isPossible || hasDynamicPrompt(request)) return;
  const target = messages[head + staticCount(request) - 1];
  if (target) markMessage(target, 'text');
}

/** Some servers accept a single system message, and only at the beginning. */
function oneHead(messages: ChatMessage[], role: string): ChatMessage[] {
  const first = messages.findIndex((message) => message.role !== role);
  const count = first < 0 ? messages.length : first;
  const [head] = messages;
  if (role === 'user' || count < 2 || !head) return messages;
  const content = messages.slice(0, count).map((message) => message.content);
  return [{ ...head, content: content.join('\n\n') }, ...messages.slice(count)];
}
