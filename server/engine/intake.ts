import { createHash } from 'node:crypto';
import { ContentItem, type UserContent } from '../../protocol/content.ts';
import type {
  ModelMessage,
  ModelRequestPart,
  ModelResponse,
  ModelResponsePart,
  UserPromptPart,
} from '../../protocol/messages.ts';
import { isMedia, mediaTypeOf } from './media-types.ts';

/** Where filled-in ids and times come from. @since 0.1.0 */
export interface IntakeSource {
  /** A fresh id for what came without one; of a response, the call at that position. */
  mintId(index: number): string;
  /** The time of what came without one, RFC 3339. */
  time: string;
}

/**
 * Completes messages that were given from outside: ids (a call and its return are paired in order by tool name), times
 * of parts, media types and identifiers. The given messages are not changed.
 *
 * @since 0.1.0
 */
export function completeMessages(messages: readonly ModelMessage[], source: IntakeSource): ModelMessage[] {
  const unanswered: { tool: string; id: string }[] = [];
  let minted = 0;
  // Positions repeat from message to message, so that ids of a history are counted through.
  const counting: IntakeSource = { time: source.time, mintId: () => source.mintId(minted++) };
  return messages.map((message) => {
    if (message.kind === 'response') {
      const response = completeResponse(message, counting);
      response.parts.forEach((part, index) => {
        const given = message.parts[index];
        const wasWithoutId = given !== undefined && 'tool_call_id' in given && given.tool_call_id === '';
        if (part.part_kind === 'tool-call' && wasWithoutId) {
          unanswered.push({ tool: part.tool_name, id: part.tool_call_id });
        }
      });
      return response;
    }
    const idFor = (tool: string | null) => {
      const at = unanswered.findIndex((open) => open.tool === tool);
      return at < 0 ? counting.mintId(0) : (unanswered.splice(at, 1)[0]?.id ?? counting.mintId(0));
    };
    return { ...message, parts: message.parts.map((part) => completeRequestPart(part, counting, idFor)) };
  });
}

/** Completes one response; ids that are missing are minted. @since 0.1.0 */
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
        return {
          ...part,
          content: completeContent(part.content),
          tool_call_id: part.tool_call_id || lastNativeCall || source.mintId(index),
          timestamp: part.timestamp || source.time,
        };
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

/** A user prompt part as the engine stores it. @since 0.1.0 */
export function userPromptPart(content: string | readonly UserContent[], timestamp: string): UserPromptPart {
  return { content: completeUserContent(content), timestamp, part_kind: 'user-prompt' };
}

function completeRequestPart(
  part: ModelRequestPart,
  { time }: IntakeSource,
  idFor: (tool: string | null) => string,
): ModelRequestPart {
  switch (part.part_kind) {
    case 'system-prompt':
      return part.timestamp ? part : { ...part, timestamp: time };
    case 'user-prompt':
      return userPromptPart(part.content, part.timestamp || time);
    case 'tool-return':
      return {
        ...part,
        content: completeContent(part.content),
        tool_call_id: part.tool_call_id || idFor(part.tool_name),
        timestamp: part.timestamp || time,
      };
    case 'retry-prompt':
      return {
        ...part,
        tool_call_id: part.tool_call_id || idFor(part.tool_name),
        timestamp: part.timestamp || time,
      };
    case 'speech':
      return { ...part, audio: part.audio && (completeItem(part.audio) as typeof part.audio) };
    case 'tool-availability-delta':
      return part;
  }
}

function completeUserContent(content: string | readonly UserContent[]): UserPromptPart['content'] {
  return typeof content === 'string'
    ? content
    : content.map((item) => (typeof item === 'string' ? item : completeItem(item)));
}

/**
 * What a tool returned, as it is stored: media are recognised by their `kind`, everything else passes through.
 *
 * Source: Pydantic AI `ToolReturnContent`.
 * @since 0.1.0
 */
export function completeContent(content: unknown): unknown {
  if (Array.isArray(content)) return content.some(isMedia) ? content.map(completeContent) : content;
  if (!isMedia(content)) return content;
  const parsed = ContentItem().safeParse(content);
  return parsed.success ? completeItem(parsed.data) : content;
}

/** Media type and identifier are written in Pydantic AI's order: last. */
function completeItem(item: ContentItem): ContentItem {
  switch (item.kind) {
    case 'binary':
      return { ...item, identifier: item.identifier ?? shortHash(Buffer.from(item.data, 'base64url')) };
    case 'image-url':
    case 'audio-url':
    case 'video-url':
    case 'document-url': {
      const { media_type, identifier, ...rest } = item;
      return {
        ...rest,
        media_type: media_type ?? mediaTypeOf(item.kind, item.url),
        identifier: identifier ?? shortHash(item.url),
      };
    }
    case 'uploaded-file': {
      const { media_type, identifier, ...rest } = item;
      return {
        ...rest,
        media_type: media_type ?? 'application/octet-stream',
        identifier: identifier ?? shortHash(item.file_id),
      };
    }
    case 'text-content':
    case 'cache-point':
      return item;
  }
}

const shortHash = (data: string | Buffer) => createHash('sha1').update(data).digest('hex').slice(0, 6);
