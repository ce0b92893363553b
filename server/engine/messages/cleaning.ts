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
  return mergedNeighbours(repairOpenCalls(paired, options.repairLast));
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

/** Calls of one response that share an id. */
interface SameId {
  readonly response: ModelResponse;
  readonly calls: ToolCallPart[];
  /** How many of them, from the first one on, have a result. */
  answered: number;
}

/** A result closes the oldest open call with its id. */
function answerOne(open: Map<string, SameId>, id: string): void {
  const entry = open.get(id);
  if (!entry) return;
  entry.answered += 1;
  if (entry.answered === entry.calls.length) open.delete(id);
}

/**
 * The calls that never get a result, by the response that made them. The walk is ordered: a result closes a call that
 * is open at that point, and a call that takes over the id of an open one leaves the older one without a result.
 */
export function openCalls(messages: readonly ModelMessage[]): Map<ModelResponse, ToolCallPart[]> {
  const open = new Map<string, SameId>();
  const dangling: SameId[] = [];
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
        open.set(call.tool_call_id, { response: message, calls: [call], answered: 0 });
      }
    }
  }
  const byResponse = new Map<ModelResponse, ToolCallPart[]>();
  for (const { response, calls, answered } of [...dangling, ...open.values()]) {
    const left = byResponse.get(response) ?? [];
    byResponse.set(response, left);
    for (let index = answered; index < calls.length; index += 1) left.push(calls[index] as ToolCallPart);
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
  if (last && endOfTurn([last, message], 0) === 2) messages[messages.length - 1] = oneTurn([last, message]);
  else messages.push(oneTurn([message]));
}

/** Merges what a provider would expect as one turn. */
function mergedNeighbours(messages: readonly ModelMessage[]): ModelMessage[] {
  const merged: ModelMessage[] = [];
  for (let from = 0; from < messages.length; ) {
    const to = endOfTurn(messages, from);
    merged.push(oneTurn(messages.slice(from, to)));
    from = to;
  }
  return merged;
}

/** The index after the messages that are one turn with that at `from`. */
function endOfTurn(messages: readonly ModelMessage[], from: number): number {
  const first = messages[from] as ModelMessage;
  let instructions = first.kind === 'request' ? first.instructions : null;
  let to = from + 1;
  for (let next = messages[to]; next; to += 1, next = messages[to]) {
    if (first.kind === 'request' && next.kind === 'request') {
      if (instructions && next.instructions && instructions !== next.instructions) return to;
      instructions ||= next.instructions;
    } else if (first.kind !== 'response' || next.kind !== 'response' || !isHandMade(first) || !isHandMade(next))
      return to;
  }
  return to;
}

function oneTurn(messages: readonly ModelMessage[]): ModelMessage {
  const [first, ...others] = messages as [ModelMessage, ...ModelMessage[]];
  if (first.kind === 'request') {
    const request = withResultsTogether(first);
    return others.length === 0 ? request : mergeRequests([request, ...(others as ModelRequest[])]);
  }
  if (first.kind !== 'response' || others.length === 0) return first;
  return { ...first, parts: (messages as ModelResponse[]).flatMap(({ parts }) => parts) };
}

const isHandMade = (response: ModelResponse) =>
  response.provider_response_id === null && response.provider_name === null && response.model_name === null;

const answersFirst = (part: ModelRequestPart) => (isToolResult(part) ? 0 : 1);

/** Bookkeeping fields are for callers and never sent, so a merged request carries none but upstream's own. */
function mergeRequests(requests: readonly ModelRequest[]): ModelRequest {
  const parts = requests.flatMap((request) => request.parts);
  return requestOf(
    parts.sort((x, y) => answersFirst(x) - answersFirst(y)),
    {
      timestamp: requests.findLast(({ timestamp }) => timestamp !== null)?.timestamp ?? null,
      instructions:
        requests.find(({ instructions }) => instructions)?.instructions ?? requests.at(-1)?.instructions ?? null,
      metadata: mergedMetadata(requests),
    },
  );
}

const reserved = '__pydantic_ai__';

/** Source: Pydantic AI `_PYDANTIC_AI_METADATA_KEY`. */
function mergedMetadata(requests: readonly ModelRequest[]): ModelRequest['metadata'] {
  const found = requests.map(({ metadata }) => metadata?.[reserved]).filter(isMap);
  return found.length > 0 ? { [reserved]: Object.fromEntries(found.flatMap(Object.entries)) } : null;
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
