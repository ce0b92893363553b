/** What stands in a conversation, in the form in which it is shown. */
export type Entry =
  | { readonly kind: 'user' | 'text' | 'thinking'; text: string }
  | ToolEntry
  | { readonly kind: 'error'; readonly text: string; readonly advice: string; readonly command?: string };

/** A tool call, as a card. */
export interface ToolEntry {
  readonly kind: 'tool';
  readonly id: string;
  readonly name: string;
  args: Readonly<Record<string, unknown>>;
  state: 'running' | 'waiting' | 'done' | 'failed';
  result?: string;
}

/** A conversation with everything that is shown of it. */
export interface ChatState {
  readonly conversationId: string;
  readonly entries: readonly Entry[];
  readonly isRunning: boolean;
  readonly model: string;
  readonly tokens: number;
  /** US dollars; null when the price is not known. */
  readonly cost: number | null;
}

/** Characters of a result that a card shows. */
const maxResult = 4000;

export function shownResult(content: unknown): string {
  const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
  return text.length > maxResult ? `${text.slice(0, maxResult)}…` : text;
}

export function argsOf(args: unknown): Record<string, unknown> {
  if (args !== null && typeof args === 'object') return { ...args };
  try {
    return JSON.parse(String(args ?? '{}')) as Record<string, unknown>;
  } catch {
    return {};
  }
}
