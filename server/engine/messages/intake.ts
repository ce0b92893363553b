import type {
  ErrorDetails,
  GivenMessage,
  GivenRequestPart,
  ModelMessage,
  ModelRequestPart,
  ModelResponse,
  ModelResponsePart,
  RetryFeedbackPart,
  RetryPromptPart,
  ToolReturnPart,
} from '../../../protocol/messages/messages.ts';
import { type FileRecord, type StoredContent, storedContent } from '../tools/tool-content.ts';
import { completeItem, userPromptPart } from './media.ts';
import { shownErrors } from './wording.ts';

/** Where filled-in ids and times come from. */
export interface IntakeSource {
  /** Returns a fresh id for a part that came without one; of a response, the call at that position. */
  mintId(index: number): string;
  /** The time for messages that came without one, RFC 3339. */
  time: string;
}

/**
 * Completes messages that were given from outside, of whatever version of Pydantic AI: retry prompts take their present
 * form, ids are filled in (a call and its return are paired in order by tool name), and so are times of parts, media types,
 * identifiers and records of files. The given messages are not changed.
 */
export function completeMessages(messages: readonly GivenMessage[], source: IntakeSource): ModelMessage[] {
  const unanswered = new Map<string, { ids: string[]; next: number }>();
  let minted = 0;
  // Positions repeat from message to message, so that ids of a history are counted through.
  const counting: IntakeSource = { time: source.time, mintId: () => source.mintId(minted++) };
  const idFor = (tool: string) => {
    const open = unanswered.get(tool);
    const id = open?.ids[open.next];
    if (!open || id === undefined) return counting.mintId(0);
    open.next += 1;
    return id;
  };
  return messages.map((message) => {
    if (message.kind === 'request') {
      return { ...message, parts: message.parts.map((part) => completeRequestPart(part, counting, idFor)) };
    }
    // A message of a kind that is not known here stays as it is.
    if (message.kind !== 'response') return message;
    const response = completeResponse(message, counting);
    response.parts.forEach((part, index) => {
      const given = message.parts[index];
      const wasWithoutId = given !== undefined && 'tool_call_id' in given && given.tool_call_id === '';
      if (part.part_kind === 'tool-call' && wasWithoutId) {
        const open = unanswered.get(part.tool_name);
        if (open) open.ids.push(part.tool_call_id);
        else unanswered.set(part.tool_name, { ids: [part.tool_call_id], next: 0 });
      }
    });
    return response;
  });
}

/** Completes one response; ids that are missing are minted. */
export function completeResponse(response: ModelResponse, source: IntakeSource): ModelResponse {
  let lastNativeCall = '';
  const parts = response.parts.map((part, index): ModelResponsePart => {
    switch (part.part_kind) {
      case 'tool-call':
        return part.tool_call_id ? part : { ...part, tool_call_id: source.mintId(index) };
      case 'builtin-tool-call':
        lastNativeCall = part.tool_call_id || source.mintId(index);
        return { ...part, tool_call_id: lastNativeCall };
      case 'builtin-tool-return':
        return withStored(part, {
          tool_call_id: part.tool_call_id || lastNativeCall || source.mintId(index),
          timestamp: part.timestamp || source.time,
        });
      case 'file':
        return { ...part, content: completeItem(part.content) as typeof part.content };
      case 'speech':
        return { ...part, audio: part.audio && (completeItem(part.audio) as typeof part.audio) };
      default:
        return part;
    }
  });
  return { ...response, parts, timestamp: response.timestamp || source.time };
}

function completeRequestPart(
  part: GivenRequestPart,
  { time }: IntakeSource,
  idFor: (tool: string) => string,
): ModelRequestPart {
  switch (part.part_kind) {
    case 'system-prompt':
    case 'retry-feedback':
      return part.timestamp ? part : { ...part, timestamp: time };
    case 'user-prompt':
      return { ...part, ...userPromptPart(part.content, part.timestamp || time) };
    case 'tool-return':
      return withStored(part, {
        tool_call_id: part.tool_call_id || idFor(part.tool_name),
        timestamp: part.timestamp || time,
      });
    case 'retry-prompt':
      return retriedReturn(part, time, idFor) ?? retryFeedback(part, time);
    case 'speech':
      return { ...part, audio: part.audio && (completeItem(part.audio) as typeof part.audio) };
    default:
      return part;
  }
}

type Return = Extract<ModelResponsePart, { part_kind: 'builtin-tool-return' }> | ToolReturnPart;

/** A given return, whose record distinguishes its files from data and is then made anew. */
function withStored<T extends Return>(part: T, fields: { tool_call_id: string; timestamp: string }): T {
  const { content_file_digests, ...rest } = part;
  const record: FileRecord = content_file_digests ?? 'unrecorded';
  return withDigests({ ...rest, ...fields }, storedContent(part.content, record)) as T;
}

/** A return with its content; the record of its files comes after the known fields, before those not known here. */
export function withDigests<T extends object>(part: T, { content, content_file_digests }: StoredContent): T {
  const stored = { ...part, content };
  if (!content_file_digests) return stored;
  const known: Record<string, unknown> = {};
  const unknown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(stored)) (returnKeys.has(key) ? known : unknown)[key] = value;
  return { ...known, content_file_digests, ...unknown } as T;
}

const returnKeys = new Set([
  'tool_name',
  'content',
  'tool_call_id',
  'tool_kind',
  'metadata',
  'timestamp',
  'outcome',
  'retry',
  'provider_name',
  'provider_details',
  'part_kind',
]);

/** How versions before 2.60 wrote that a call has to be made again; null for feedback that belongs to no call. */
function retriedReturn(part: RetryPromptPart, time: string, idFor: (tool: string) => string): ToolReturnPart | null {
  const { content, tool_name, tool_call_id, timestamp, part_kind: _, ...unknown } = part;
  if (tool_name === null) return null;
  const isText = typeof content === 'string';
  const returned: ToolReturnPart = {
    tool_name,
    content,
    tool_call_id: tool_call_id || idFor(tool_name),
    tool_kind: null,
    metadata: null,
    timestamp: timestamp || time,
    outcome: 'retried',
    retry: isText ? null : { cause: 'validation_error', attempt: null, max_retries: null },
    part_kind: 'tool-return',
    ...unknown,
  };
  return withDigests(returned, storedContent(isText ? content : shownErrors(content as ErrorDetails[]), 'none'));
}

function retryFeedback(part: RetryPromptPart, time: string): RetryFeedbackPart {
  const { content, tool_name: _name, tool_call_id: _id, timestamp, part_kind: _kind, ...unknown } = part;
  const cause = typeof content === 'string' ? 'model_retry' : 'validation_error';
  return {
    content,
    retry: { cause, attempt: null, max_retries: null },
    timestamp: timestamp || time,
    part_kind: 'retry-feedback',
    ...unknown,
  };
}
