import type {
  ModelMessage,
  ModelRequestPart,
  ModelResponse,
  ModelResponsePart,
} from '../../../../protocol/messages/messages.ts';
import type { Grammar } from './api.ts';

// The last look at a history before it is written down: what a provider is known to refuse, whoever made it.

/**
 * The messages with names of tools that the API takes, and without texts that it refuses.
 *
 * Source: the providers' own refusals; Pydantic AI `sanitize_tool_name` for Bedrock.
 */
export function withinGrammar(messages: readonly ModelMessage[], grammar: Grammar): readonly ModelMessage[] {
  const named = grammar.toolNames ? messages.map((message) => withNames(message, grammar.toolNames)) : messages;
  return grammar.refusesBlankText ? named.flatMap(withoutBlanks) : named;
}

/** A name that an API takes; one it takes already stays. */
export function fittingName(name: string, { forbidden, maxLength }: NonNullable<Grammar['toolNames']>): string {
  return name.replace(forbidden, '_').slice(0, maxLength) || '_';
}

type Part = ModelRequestPart | ModelResponsePart;

function withNames(message: ModelMessage, grammar: Grammar['toolNames']): ModelMessage {
  if (!grammar) return message;
  const parts = (message.parts as readonly Part[]).map((part) => {
    if (part.part_kind !== 'tool-call' && part.part_kind !== 'tool-return') return part;
    const tool_name = fittingName(part.tool_name, grammar);
    return tool_name === part.tool_name ? part : { ...part, tool_name };
  });
  return parts.some((part, index) => part !== message.parts[index]) ? ({ ...message, parts } as ModelMessage) : message;
}

const isBlank = (text: string) => text.trim() === '';

/** A response that said nothing but blanks said nothing; what the user says stays a turn, whatever is in it. */
function withoutBlanks(message: ModelMessage): ModelMessage[] {
  if (message.kind !== 'response') return [message];
  const parts = message.parts.filter((part) => part.part_kind !== 'text' || !isBlank(part.content));
  if (parts.length === message.parts.length) return [message];
  return parts.length > 0 ? [{ ...message, parts } satisfies ModelResponse] : [];
}
