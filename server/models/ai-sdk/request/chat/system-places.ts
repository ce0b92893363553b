import type { ChatMessage } from './types.ts';

/** Number of system messages at the head. */
export function systemCount(messages: readonly ChatMessage[]): number {
  const first = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer');
  return first < 0 ? messages.length : first;
}

/**
 * Moves system messages inside a conversation to just before the turn they are about.
 *
 * Source: Pydantic AI `_place_system_messages_before_generation` of its OpenRouter model.
 */
export function placeSystemMessages(messages: ChatMessage[]): void {
  for (let index = messages.length - 1; index >= systemCount(messages); index -= 1) {
    const message = messages[index];
    if (message?.role !== 'system') continue;
    let target = index + 1;
    while (messages[target]?.role === 'user' || messages[target]?.role === 'tool') target += 1;
    if (target === index + 1) continue;
    messages.splice(index, 1);
    messages.splice(target - 1, 0, message);
  }
}
