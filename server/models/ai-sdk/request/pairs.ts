import type { ModelMessage, ModelRequestPart, ToolReturnPart } from '../../../../protocol/messages/messages.ts';
import { requestOf } from '../../../engine/messages/cleaning.ts';

/** A call and its result. */
interface Pair {
  /** The index of the response with the call. */
  readonly at: number;
}

/**
 * Returns the messages with one result for each call, in the request right after it. APIs refuse a second result and a
 * late one, which upstream leaves in place (`_repair_dangling_tool_calls`). Messages that need no change are shared
 * with the given list.
 */
export function withPairedResults(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  const pairs = pairsOf(messages);
  const isInPlace = (part: ModelRequestPart, index: number) =>
    part.part_kind !== 'tool-return' || pairs.get(part)?.at === index - 1;
  const isDone = messages.every(
    (message, index) => message.kind !== 'request' || message.parts.every((part) => isInPlace(part, index)),
  );
  if (isDone) return messages;
  const late = lateResults(messages, pairs);
  return messages.flatMap((message, index): ModelMessage[] => {
    if (message.kind === 'response') {
      const waiting = messages[index + 1]?.kind === 'request' ? [] : (late.get(index) ?? []);
      return waiting.length > 0 ? [message, requestOf(waiting)] : [message];
    }
    if (message.kind !== 'request') return [message];
    const parts = message.parts.filter((part) => isInPlace(part, index));
    const end = parts.findLastIndex(({ part_kind }) => part_kind === 'tool-return') + 1;
    return [{ ...message, parts: [...parts.slice(0, end), ...(late.get(index - 1) ?? []), ...parts.slice(end)] }];
  });
}

/** The pair of each result that answers a call: the oldest call of its id that is open. */
function pairsOf(messages: readonly ModelMessage[]): Map<ModelRequestPart, Pair> {
  const open = new Map<string, Pair[]>();
  const pairs = new Map<ModelRequestPart, Pair>();
  messages.forEach((message, at) => {
    if (message.kind === 'response') {
      for (const part of message.parts) {
        if (part.part_kind === 'tool-call')
          open.set(part.tool_call_id, [...(open.get(part.tool_call_id) ?? []), { at }]);
      }
    } else if (message.kind === 'request') {
      for (const part of message.parts) {
        const pair = part.part_kind === 'tool-return' ? open.get(part.tool_call_id)?.shift() : undefined;
        if (pair) pairs.set(part, pair);
      }
    }
  });
  return pairs;
}

/** The results that stand in a later request than the one after their call, by the index of the response that made it. */
function lateResults(messages: readonly ModelMessage[], pairs: ReadonlyMap<ModelRequestPart, Pair>) {
  const late = new Map<number, ToolReturnPart[]>();
  messages.forEach((message, index) => {
    if (message.kind !== 'request') return;
    for (const part of message.parts) {
      const at = pairs.get(part)?.at;
      if (part.part_kind !== 'tool-return' || at === undefined || at === index - 1) continue;
      late.set(at, [...(late.get(at) ?? []), part]);
    }
  });
  return late;
}
