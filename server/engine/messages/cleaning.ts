import type {
  ModelMessage,
  ModelRequest,
  ModelRequestPart,
  ModelResponse,
  ToolCallPart,
  ToolReturnPart,
} from '../../../protocol/messages/messages.ts';

// Makes a history that a provider accepts: results without a call are dropped, calls without a result get one, and
// neighbours of the same kind are merged. Source: Pydantic AI `_clean_message_history`.

/** The content in place of a result that never came. Source: `INTERRUPTED_TOOL_RETURN_CONTENT`. */
const interrupted = 'The tool call was interrupted before a result was produced.';

/** How a history is cleaned. */
export interface CleanOptions {
  /** Also close the calls of the last response; otherwise their results may still come. */
  repairLast: boolean;
  /** Ids of calls made before the given messages; the ids met are added. */
  known?: KnownCalls;
}

/** The ids of the calls of a history; null before the first call, since many runs wait that early. */
export interface KnownCalls {
  callIds: Set<string> | null;
}

/** A cleaned copy; untouched messages are shared with the given list. */
export function cleanHistory(messages: readonly ModelMessage[], options: CleanOptions): ModelMessage[] {
  const paired = dropOrphans(messages, options.known ?? { callIds: null });
  const merged: ModelMessage[] = [];
  for (const message of repairOpenCalls(paired, options.repairLast)) appendMerged(merged, message);
  return merged;
}

/** A message of the shape engines write, with every field. */
export function requestOf(parts: ModelRequestPart[], fields: Partial<ModelRequest> = {}): ModelRequest {
  return {
    parts,
    timestamp: fields.timestamp ?? null,
    instructions: fields.instructions ?? null,
    kind: 'request',
    run_id: fields.run_id ?? null,
    conversation_id: fields.conversation_id ?? null,
    metadata: fields.metadata ?? null,
    state: fields.state ?? 'complete',
  };
}

/** Returns whether a part is the result of a call. */
export const isToolResult = (part: ModelRequestPart): part is ToolReturnPart => part.part_kind === 'tool-return';

/** The function calls of a response. */
export function toolCallsOf({ parts }: ModelResponse): readonly ToolCallPart[] {
  return parts.every(isToolCall) ? parts : parts.filter(isToolCall);
}

const isToolCall = (part: ModelResponse['parts'][number]): part is ToolCallPart => part.part_kind === 'tool-call';

/** The return that closes a call whose result will never come. */
export function interruptedReturn(call: ToolCallPart, timestamp: string): ToolReturnPart {
  return {
    tool_name: call.tool_name,
    content: interrupted,
    tool_call_id: call.tool_call_id,
    tool_kind: call.tool_kind,
    metadata: { pydantic_ai_synthesized_tool_return: true },
    timestamp,
    outcome: 'interrupted',
    retry: null,
    part_kind: 'tool-return',
  };
}

function dropOrphans(messages: readonly ModelMessage[], known: KnownCalls): ModelMessage[] {
  const kept: ModelMessage[] = [];
  messages.forEach((message, index) => {
    if (message.kind === 'response') {
      for (const { tool_call_id } of toolCallsOf(message)) {
        known.callIds ??= new Set();
        known.callIds.add(tool_call_id);
      }
      kept.push(message);
      return;
    }
    if (message.kind !== 'request') {
      kept.push(message); // of a kind that is not known here
      return;
    }
    const parts = message.parts.filter((part) => !isToolResult(part) || known.callIds?.has(part.tool_call_id));
    if (parts.length === message.parts.length) kept.push(message);
    else if (parts.length > 0 || index === messages.length - 1) kept.push({ ...message, parts });
  });
  return kept;
}

/** A result closes the oldest open call with its id. */
function answerOne(open: Map<string, { calls: ToolCallPart[] }>, id: string): void {
  const entry = open.get(id);
  if (entry && entry.calls.length > 1) entry.calls.shift();
  else open.delete(id);
}

/**
 * The calls that never get a result, by the response that made them. The walk is ordered: a result closes a call that
 * is open at that point, and a call that takes over the id of an open one leaves the older one without a result.
 */
export function openCalls(messages: readonly ModelMessage[]): Map<ModelResponse, ToolCallPart[]> {
  const open = new Map<string, { response: ModelResponse; calls: ToolCallPart[] }>();
  const dangling: { response: ModelResponse; calls: ToolCallPart[] }[] = [];
  for (const message of messages) {
    if (message.kind === 'request') {
      for (const part of message.parts) if (isToolResult(part)) answerOne(open, part.tool_call_id);
      continue;
    }
    if (message.kind !== 'response') continue;
    for (const call of toolCallsOf(message)) {
      const earlier = open.get(call.tool_call_id);
      // Calls of one response that share an id each get a result.
      if (earlier?.response === message) earlier.calls.push(call);
      else {
        if (earlier) dangling.push(earlier);
        open.set(call.tool_call_id, { response: message, calls: [call] });
      }
    }
  }
  const byResponse = new Map<ModelResponse, ToolCallPart[]>();
  for (const { response, calls } of [...dangling, ...open.values()]) {
    byResponse.set(response, [...(byResponse.get(response) ?? []), ...calls]);
  }
  return byResponse;
}

/** Gives every open call an `interrupted` return, next to the results of its response. */
export function repairOpenCalls(messages: readonly ModelMessage[], repairLast: boolean): readonly ModelMessage[] {
  const dangling = openCalls(messages);
  if (!repairLast) {
    const last = messages.findLast((message) => message.kind === 'response');
    if (last) dangling.delete(last);
  }
  if (dangling.size === 0) return messages;
  const repaired: ModelMessage[] = [];
  let waiting: ToolReturnPart[] = [];
  for (const message of messages) {
    if (message.kind === 'request') {
      repaired.push(waiting.length > 0 ? withReturns(message, waiting) : message);
      waiting = [];
      continue;
    }
    if (message.kind !== 'response') {
      repaired.push(message);
      continue;
    }
    if (waiting.length > 0) repaired.push(requestOf(waiting));
    waiting = (dangling.get(message) ?? []).map((call) => interruptedReturn(call, message.timestamp));
    repaired.push(message);
  }
  if (waiting.length > 0) repaired.push(requestOf(waiting));
  return repaired;
}

/** After the last tool result, before the prompts of the user: providers expect results first. */
function withReturns(request: ModelRequest, returns: readonly ToolReturnPart[]): ModelRequest {
  const at = request.parts.findLastIndex(isToolResult) + 1;
  return { ...request, parts: [...request.parts.slice(0, at), ...returns, ...request.parts.slice(at)] };
}

/** Appends a message, or merges it into the last one when a provider would expect one turn. */
export function appendMerged(messages: ModelMessage[], message: ModelMessage): void {
  const last = messages.at(-1);
  if (message.kind === 'request' && last?.kind === 'request' && sameInstructions(last, message)) {
    messages[messages.length - 1] = mergeRequests(last, message);
  } else if (message.kind === 'response' && last?.kind === 'response' && isHandMade(last) && isHandMade(message)) {
    messages[messages.length - 1] = { ...last, parts: [...last.parts, ...message.parts] };
  } else {
    messages.push(message.kind === 'request' ? withResultsTogether(message) : message);
  }
}

const sameInstructions = (a: ModelRequest, b: ModelRequest) =>
  !a.instructions || !b.instructions || a.instructions === b.instructions;

const isHandMade = (response: ModelResponse) =>
  response.provider_response_id === null && response.provider_name === null && response.model_name === null;

const answersFirst = (part: ModelRequestPart) => (isToolResult(part) ? 0 : 1);

/** Bookkeeping fields are for callers and never sent, so a merged request carries none but upstream's own. */
function mergeRequests(a: ModelRequest, b: ModelRequest): ModelRequest {
  const parts = [...a.parts, ...b.parts].sort((x, y) => answersFirst(x) - answersFirst(y));
  return requestOf(parts, {
    timestamp: b.timestamp ?? a.timestamp,
    instructions: a.instructions || b.instructions,
    metadata: mergedMetadata(a.metadata, b.metadata),
  });
}

const reserved = '__pydantic_ai__';

/** Source: Pydantic AI `_PYDANTIC_AI_METADATA_KEY`. */
function mergedMetadata(a: ModelRequest['metadata'], b: ModelRequest['metadata']): ModelRequest['metadata'] {
  const [first, second] = [a?.[reserved], b?.[reserved]];
  return isMap(first) || isMap(second)
    ? { [reserved]: { ...(isMap(first) ? first : {}), ...(isMap(second) ? second : {}) } }
    : null;
}

const isMap = (value: unknown): value is object => value !== null && typeof value === 'object' && !Array.isArray(value);

/** Parts between the results of a request move after the last of them: the results belong to one turn. */
function withResultsTogether(request: ModelRequest): ModelRequest {
  const { parts } = request;
  const first = parts.findIndex(isToolResult);
  const last = parts.findLastIndex(isToolResult);
  const between = parts.slice(first, last + 1);
  // The preparation of the model shows where tools became available.
  const stays = (part: ModelRequestPart) => isToolResult(part) || part.part_kind === 'tool-availability-delta';
  if (first < 0 || between.every(stays)) return request;
  const moved = between.filter((part) => !stays(part));
  return {
    ...request,
    parts: [...parts.slice(0, first), ...between.filter(stays), ...moved, ...parts.slice(last + 1)],
  };
}
