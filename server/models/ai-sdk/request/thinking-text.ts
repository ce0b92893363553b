import type { Profile } from './profile.ts';

/** Thinking as text, and whether it must stand in a turn of the user. */
export interface ThinkingText {
  readonly text: string;
  readonly isCarried: boolean;
}

/**
 * Thinking that cannot go back as what it is, as text. A model that imitates what it said reads it in a turn of the user:
 * in its own turns it would learn to write such tags itself.
 *
 * Source: Pydantic AI `render_replayed_thinking`.
 */
export function thinkingText(content: string, profile: Profile): ThinkingText {
  if (profile.mimics_assistant_message_formatting) {
    return { text: `<assistant_thinking>\n${content}\n</assistant_thinking>`, isCarried: true };
  }
  const [open, close] = profile.thinking_tags ?? ['<think>', '</think>'];
  return { text: `${open}\n${content}\n${close}`, isCarried: false };
}
