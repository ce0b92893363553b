import type { ModelMessage } from '../../protocol/messages/messages.ts';

type Part = ModelMessage['parts'][number];

/** Characters of one attribute: collectors refuse larger ones. */
const mostCharacters = 64 * 1024;

/** Messages in the JSON of the conventions (`gen_ai.input.messages`, `gen_ai.output.messages`), cut when they are long. */
export function messagesText(messages: readonly ModelMessage[], redact: (text: string) => string): string {
  return contentText(messages.flatMap(messageOf), redact);
}

/** A value as JSON text, without secrets, and cut when it is long. */
export function contentText(value: unknown, redact: (text: string) => string): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, withBigInts) ?? 'null');
  return redact(text.slice(0, mostCharacters));
}

function messageOf(message: ModelMessage): object[] {
  if (message.kind === 'response')
    return [{ role: 'assistant', parts: message.parts.map(partOf), finish_reason: message.finish_reason ?? 'stop' }];
  const roles = new Map<string, object[]>();
  for (const part of message.parts) {
    const role = roleOf(part);
    roles.set(role, [...(roles.get(role) ?? []), partOf(part)]);
  }
  return [...roles].map(([role, parts]) => ({ role, parts }));
}

function roleOf(part: Part): string {
  if (part.part_kind === 'system-prompt') return 'system';
  return part.part_kind === 'tool-return' ? 'tool' : 'user';
}

function partOf(part: Part): object {
  switch (part.part_kind) {
    case 'tool-call':
    case 'builtin-tool-call':
      return { type: 'tool_call', id: part.tool_call_id, name: part.tool_name, arguments: part.args };
    case 'tool-return':
    case 'builtin-tool-return':
      return { type: 'tool_call_response', id: part.tool_call_id, response: part.content };
    case 'thinking':
      return { type: 'reasoning', content: part.content };
    case 'text':
    case 'system-prompt':
    case 'user-prompt':
    case 'retry-feedback':
      return { type: 'text', content: 'content' in part ? textOf(part.content) : '' };
    default:
      return { type: part.part_kind };
  }
}

/** Files are named, not sent: they would be most of a trace. */
function textOf(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  return content.map((item) => {
    const { kind, data: _data, ...rest } = (item ?? {}) as { kind?: string; data?: string };
    return kind === 'binary' ? { kind, ...rest } : item;
  });
}

const withBigInts = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
