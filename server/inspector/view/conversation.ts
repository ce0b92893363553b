import type { ModelMessage, ModelRequest, ModelResponse } from '../../../protocol/messages/messages.ts';
import { outcomeWords, responseWords } from './words.ts';

/** Something with content, and where it is in the data of the run. */
export interface Content {
  readonly value: unknown;
  /** JSON pointer. */
  readonly at: string;
}

export type ItemKind =
  | 'instructions'
  | 'system'
  | 'user'
  | 'text'
  | 'thinking'
  | 'call'
  | 'feedback'
  | 'file'
  | 'other';

/** One thing of a conversation as a person reads it. */
export interface Item {
  readonly kind: ItemKind;
  /** Index of the message. */
  readonly message: number;
  /** Whether the run added it, rather than begun with it. */
  readonly isNew: boolean;
  readonly title: string;
  readonly content: Content | null;
  /** What was cut, synthesised, refused or the like. */
  readonly labels: readonly string[];
  /** The return of a call; absent while it is open. */
  readonly returned?: { readonly content: Content; readonly labels: readonly string[] };
  readonly toolCallId?: string;
}

type Part = ModelRequest['parts'][number] | ModelResponse['parts'][number];
type Mutable = { -readonly [K in keyof Item]: Item[K] };

/** Turns messages into what a person reads: each call together with its return, instructions where they change. */
export function conversationOf(messages: readonly ModelMessage[], newMessageIndex: number, from = 0): Item[] {
  const items: Mutable[] = [];
  const calls = new Map<string, Mutable>();
  let instructions: string | null = null;
  messages.forEach((message, index) => {
    const place = { message: from + index, isNew: from + index >= newMessageIndex };
    const at = `/messages/${place.message}`;
    if (message.kind === 'request' && message.instructions && message.instructions !== instructions) {
      instructions = message.instructions;
      items.push({
        ...place,
        kind: 'instructions',
        title: 'instructions',
        content: { value: instructions, at: `${at}/instructions` },
        labels: [],
      });
    }
    message.parts.forEach((part, position) => {
      const item = itemOf(part, `${at}/parts/${position}`, place);
      const call = item.returned && item.toolCallId ? calls.get(item.toolCallId) : undefined;
      if (call && item.returned) call.returned = item.returned;
      else items.push(item);
      if (item.kind === 'call' && item.toolCallId && !item.returned) calls.set(item.toolCallId, item);
    });
    const labels = message.kind === 'response' ? labelsOf(message) : [];
    const last = items.at(-1);
    if (labels.length > 0 && last?.message === place.message) last.labels = [...last.labels, ...labels];
    else if (labels.length > 0) items.push({ ...place, kind: 'other', title: 'response', content: null, labels });
  });
  return items;
}

type Place = Pick<Item, 'message' | 'isNew'>;

function itemOf(part: Part, at: string, place: Place): Mutable {
  const item = (kind: ItemKind, title: string, field: string, value: unknown, labels: string[] = []): Mutable => ({
    ...place,
    kind,
    title,
    content: { value, at: field === '' ? at : `${at}/${field}` },
    labels,
  });
  switch (part.part_kind) {
    case 'system-prompt':
      return item('system', 'system prompt', 'content', part.content);
    case 'user-prompt':
      return item('user', 'user', 'content', part.content);
    case 'text':
      return item('text', 'model', 'content', part.content);
    case 'thinking':
      return item('thinking', 'thinking', 'content', part.content, part.content ? [] : ['hidden by its provider']);
    case 'tool-call':
    case 'builtin-tool-call': {
      const own = part.part_kind === 'builtin-tool-call' ? ['run by the provider'] : [];
      return { ...item('call', part.tool_name, 'args', part.args, own), toolCallId: part.tool_call_id };
    }
    case 'tool-return':
    case 'builtin-tool-return': {
      const words = outcomeWords[part.outcome] ?? part.outcome;
      const cause = 'retry' in part && part.retry ? [part.retry.cause.replaceAll('_', ' ')] : [];
      const labels = [...(words ? [words] : []), ...cause];
      const content = { value: part.content, at: `${at}/content` };
      return {
        ...item('call', part.tool_name, '', null),
        content: null,
        returned: { content, labels },
        toolCallId: part.tool_call_id,
      };
    }
    case 'retry-feedback':
      return item('feedback', 'retry', 'content', part.content, [part.retry.cause.replaceAll('_', ' ')]);
    case 'file':
      return item('file', 'file', 'content', part.content);
    default:
      return item('other', part.part_kind, '', part);
  }
}

function labelsOf({ state, finish_reason, failed_attempts }: ModelResponse): string[] {
  const words = responseWords[state] ?? state;
  const attempts = failed_attempts?.length ?? 0;
  return [
    ...(words ? [words] : []),
    ...(finish_reason === 'length' ? ['cut off at the token limit'] : []),
    ...(finish_reason === 'content_filter' ? ['stopped by a content filter'] : []),
    ...(attempts > 0 ? [`after ${attempts} failed ${attempts === 1 ? 'attempt' : 'attempts'}`] : []),
  ];
}

/** A value as text: JSON is set out in lines, also JSON in a string where arguments stand in one. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value, withBigInts, 2) ?? '';
}

/** Arguments of a call as text. */
export function argsText(value: unknown): string {
  if (typeof value !== 'string') return value === null || value === undefined ? '{}' : textOf(value);
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}

const withBigInts = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
