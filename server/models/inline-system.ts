import type { ModelMessage, ModelRequest, ModelRequestPart } from '../../protocol/messages/messages.ts';
import { framedSystem } from '../engine/messages/model-view.ts';

/**
 * Messages for a model that takes system prompts only at the head: those that stand later become user text in a
 * `<system>` tag, or a sealed one where the profile has `needs_sealed_system_blocks`. Messages without any are shared with the given list.
 *
 * Source: Pydantic AI `_wrap_non_leading_system_prompts`.
 */
export function withoutInlineSystem(messages: readonly ModelMessage[], isSealed = false): readonly ModelMessage[] {
  const first = messages.findIndex((message) => message.kind === 'request');
  if (!messages.some((message, index) => hasInline(message, index === first))) return messages;
  return messages.map((message, index) =>
    message.kind === 'request' && hasInline(message, index === first)
      ? wrapped(message, { isFirst: index === first, isSealed })
      : message,
  );
}

/** Some models follow such a block only when it says that it is the application's. Source: Pydantic AI `system_frame`. */
const sealedSystem = (text: string) => `<system verified>${text}</system>`;

const isSystem = ({ part_kind }: ModelRequestPart) => part_kind === 'system-prompt';

/** A prompt for one request alone is not among those of the run. */
const isStanding = (part: ModelRequestPart) => part.part_kind === 'system-prompt' && part.scope !== 'request';

/**
 * Counts the first parts that keep their system prompts: as many as the prompts that a first request opens with. They
 * are counted before results of calls were put in front of them.
 */
export function standingCount({ parts }: ModelRequest, isFirst: boolean): number {
  if (!isFirst) return 0;
  const other = parts.findIndex((part) => part.part_kind !== 'tool-return' && !isStanding(part));
  return parts.slice(0, other < 0 ? parts.length : other).filter(isStanding).length;
}

const hasInline = (message: ModelMessage, isFirst: boolean) =>
  message.kind === 'request' && message.parts.slice(standingCount(message, isFirst)).some(isSystem);

function wrapped(request: ModelRequest, { isFirst, isSealed }: { isFirst: boolean; isSealed: boolean }): ModelRequest {
  const start = standingCount(request, isFirst);
  const placed = isSealed ? afterUserWords(request.parts, start) : request.parts;
  const parts = placed.map((part, index): ModelRequestPart => {
    if (index < start || part.part_kind !== 'system-prompt') return part;
    const content = isSealed ? sealedSystem(part.content) : framedSystem(part.content);
    return { content, timestamp: part.timestamp, part_kind: 'user-prompt' };
  });
  return { ...request, parts };
}

/** Models that want sealed blocks follow them after the words of the user. Source: Pydantic AI `_system_prompts_after_user_words`. */
function afterUserWords(parts: readonly ModelRequestPart[], start: number): readonly ModelRequestPart[] {
  const last = parts.findLastIndex((part, index) => index >= start && part.part_kind === 'user-prompt');
  const isMoved = (part: ModelRequestPart, index: number) => index >= start && index < last && isSystem(part);
  const upTo = parts.slice(0, last + 1);
  return [...upTo.filter((part, index) => !isMoved(part, index)), ...upTo.filter(isMoved), ...parts.slice(last + 1)];
}
