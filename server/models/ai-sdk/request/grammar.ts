import type { ModelMessage, ModelRequestPart, ModelResponsePart } from '../../../../protocol/messages/messages.ts';
import type { Grammar } from './api.ts';

/** The characters and the length of tool names that most APIs accept. */
export const plainNames: NonNullable<Grammar['toolNames']> = { forbidden: /[^\w-]/g, maxLength: 64 };

type Part = ModelRequestPart | ModelResponsePart;

/**
 * Returns the messages with tool names that the API accepts. Another model, or one that invented a tool, may have left
 * other names in the history; names of available tools stay, so that call and definition remain a pair.
 *
 * Source: the providers' own refusals; Pydantic AI `sanitize_tool_name` for Bedrock.
 */
export function withFittingNames(
  messages: readonly ModelMessage[],
  grammar: NonNullable<Grammar['toolNames']>,
  offered: ReadonlySet<string>,
): readonly ModelMessage[] {
  return messages.map((message) => {
    const parts = (message.parts as readonly Part[]).map((part) => {
      if (part.part_kind !== 'tool-call' && part.part_kind !== 'tool-return') return part;
      const tool_name = offered.has(part.tool_name) ? part.tool_name : fittingName(part.tool_name, grammar);
      return tool_name === part.tool_name ? part : { ...part, tool_name };
    });
    return parts.some((part, index) => part !== message.parts[index])
      ? ({ ...message, parts } as ModelMessage)
      : message;
  });
}

/** Returns a name that the API accepts; an accepted name stays. */
function fittingName(name: string, { forbidden, maxLength }: NonNullable<Grammar['toolNames']>): string {
  return name.replace(forbidden, '_').slice(0, maxLength) || '_';
}
