import type {
  ModelMessage,
  ModelRequest,
  ModelResponse,
  ModelResponsePart,
} from '../../../../protocol/messages/messages.ts';
import { standingCount } from '../../inline-system.ts';

export type CompactionPart = Extract<ModelResponsePart, { part_kind: 'compaction' }>;

/** The conditions under which a summary replaces the messages before it. */
export interface CompactionRule {
  /** Returns whether the summary is sent to the provider: otherwise nothing would represent what is left out. */
  isSent(response: ModelResponse, part: CompactionPart): boolean;
  /** Returns whether the summary includes the system prompts of the run. */
  holdsSystemPrompts?(part: CompactionPart): boolean;
}

/**
 * Returns the messages from the latest summary on, after the system prompts of the run.
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
