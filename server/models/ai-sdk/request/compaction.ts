import type {
  ModelMessage,
  ModelRequest,
  ModelResponse,
  ModelResponsePart,
} from '../../../../protocol/messages/messages.ts';
import { standingCount } from '../../inline-system.ts';

export type CompactionPart = Extract<ModelResponsePart, { part_kind: 'compaction' }>;

/** Where a summary may take the place of what came before it. */
export interface CompactionRule {
  /** Whether the provider is sent the summary: otherwise nothing would stand for what is left out. */
  isSent(response: ModelResponse, part: CompactionPart): boolean;
  /** Whether the summary holds the system prompts of the run as well. */
  holdsSystemPrompts?(part: CompactionPart): boolean;
}

/**
 * The messages from the latest summary on, after the system prompts of the run.
 *
 * Source: Pydantic AI `_trim_messages_before_compaction`.
 */
export function fromCompaction(messages: readonly ModelMessage[], rule: CompactionRule): readonly ModelMessage[] {
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (message?.kind !== 'response') continue;
    const at = message.parts.findLastIndex((part) => part.part_kind === 'compaction' && rule.isSent(message, part));
    const part = message.parts[at];
    if (part?.part_kind !== 'compaction') continue;
    const prompts = rule.holdsSystemPrompts?.(part) ? [] : systemPrompts(messages.slice(0, index));
    return [...prompts, { ...message, parts: message.parts.slice(at) }, ...messages.slice(index + 1)];
  }
  return messages;
}

function systemPrompts(before: readonly ModelMessage[]): ModelRequest[] {
  const first = before.find((message) => message.kind === 'request');
  const parts = first?.parts.slice(0, standingCount(first, true)) ?? [];
  return first && parts.length > 0 ? [{ ...first, parts }] : [];
}
