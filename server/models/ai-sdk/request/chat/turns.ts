import type { ChatMessage, ChatPart, TurnGrammar } from './types.ts';

/** The minimal text, where an API requires some. */
const leastText = '.';

/**
 * Returns the messages in the form that their host accepts; no host accepts none at all.
 *
 * Source: the hosts' own refusals, which upstream runs into.
 */
export function withinTurns(messages: readonly ChatMessage[], grammar: TurnGrammar): ChatMessage[] {
  const { refusesBlanks = [], needsUser, refusesAssistantLast } = grammar;
  const said = messages.flatMap((message) =>
    refusesBlanks.includes(message.role) ? withoutBlanks(message) : [message],
  );
  const lacksUser = needsUser && !said.some(({ role }) => role === 'user' || role === 'tool');
  const endsWrong = refusesAssistantLast && said.at(-1)?.role === 'assistant';
  return said.length === 0 || lacksUser || endsWrong ? [...said, { role: 'user', content: leastText }] : said;
}

/** Empty turns of the assistant are left out; those of the user stay. */
function withoutBlanks(message: ChatMessage): ChatMessage[] {
  const { content, ...rest } = message;
  const parts = Array.isArray(content) ? content.filter((part) => !isBlankPart(part)) : undefined;
  if (parts ? parts.length > 0 : !isBlank(content)) return [parts ? { ...message, content: parts } : message];
  if (message.role === 'user') return [{ ...message, content: leastText }];
  if (!message.tool_calls) return [];
  return [parts ? { ...rest, ...(content?.length === 0 ? { content } : {}) } : { ...message, content: null }];
}

const isBlank = (content: unknown) => typeof content === 'string' && content.trim() === '';

const isBlankPart = ({ type, text }: ChatPart) => type === 'text' && isBlank(text);
