import type { ModelMessage, ModelRequest, ToolReturnPart } from '../../../../../protocol/messages/messages.ts';
import { hasDynamicPrompt, markMessage, moveLeadingBreakpoints, staticCount } from '../openai-cache.ts';
import type { WireRequest } from '../request.ts';
import { filesOf, itemsOfReturn, textOfReturn } from '../returns.ts';
import { responseItems } from './assistant.ts';
import { filePart, inputText, userItem } from './content.ts';
import { afterCompaction } from './state.ts';
import type { Item } from './types.ts';

/** The role of system prompts. */
export const systemRole = ({ profile }: WireRequest) => profile.openai_system_prompt_role ?? 'system';

/**
 * Returns the history as items.
 *
 * Source: Pydantic AI `OpenAIResponsesModel._map_messages`.
 */
export function inputItems(messages: readonly ModelMessage[], request: WireRequest): Item[] {
  const shown = afterCompaction(messages, request);
  const items = shown.flatMap((message, index) =>
    message.kind === 'response'
      ? responseItems(message, shown.slice(index + 1), request)
      : requestItems(message, request),
  );
  moveLeadingBreakpoints(items, 'input_text');
  return items;
}

function requestItems({ parts }: ModelRequest, request: WireRequest): Item[] {
  return parts.flatMap((part): Item[] => {
    switch (part.part_kind) {
      case 'system-prompt':
        return [{ role: systemRole(request), content: part.content }];
      case 'user-prompt':
        return [userItem(part.content, request)];
      case 'tool-return':
        return [{ type: 'function_call_output', call_id: part.tool_call_id, output: outputOf(part, request) }];
      default:
        return [];
    }
  });
}

function outputOf(part: ToolReturnPart, request: WireRequest): unknown {
  if (filesOf(part).length === 0) return textOfReturn(part);
  return itemsOfReturn(part, { framesErrors: true }).map((item) =>
    typeof item === 'string' ? inputText(item) : filePart(item, request, 'tool returns'),
  );
}

/** Number of system prompts at the head. */
export function headCount(items: readonly Item[], role: string): number {
  const first = items.findIndex((item) => item.role !== role);
  return first < 0 ? items.length : first;
}

/**
 * Moves the instructions into the input, where the end of the unchanging ones can be marked. Returns whether it did.
 *
 * Source: Pydantic AI `OpenAIResponsesModel._relocate_cached_instructions`.
 */
export function relocateInstructions(items: Item[], request: WireRequest, isStored: boolean): boolean {
  const { settings, profile, instructions } = request;
  const role = systemRole(request);
  const isPossible =
    Boolean(settings.get('openai_cache_instructions')) &&
    profile.openai_supports_prompt_cache_breakpoints &&
    role !== 'user' &&
    !isStored &&
    !hasDynamicPrompt(request) &&
    !items.some(({ type }) => type === 'compaction');
  if (!isPossible) return false;
  const head = headCount(items, role);
  const at = head + staticCount(request) - 1;
  if (at < 0) return false;
  items.splice(head, 0, ...instructions.map(({ content }) => ({ role, content })));
  const target = items[at];
  if (target) markMessage(target, 'input_text');
  return instructions.length > 0;
}
