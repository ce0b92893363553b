/** A block of content. It is changed until the request is complete, so that marks can move. */
export interface Block extends Record<string, unknown> {
  type: string;
  cache_control?: unknown;
}

/** A turn. One of the system stands inside the conversation. */
export interface Turn {
  role: 'user' | 'assistant' | 'system';
  content: Block[];
  /** Set on system turns that hold for one request alone. */
  clear_at?: 'next_user_message';
}

export const textBlock = (text: string): Block => ({ type: 'text', text });
