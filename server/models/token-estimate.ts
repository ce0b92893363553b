import type { UserContent } from '../../protocol/messages/content.ts';
import type {
  ModelMessage,
  ModelRequestPart,
  ModelResponsePart,
  ToolReturnPart,
} from '../../protocol/messages/messages.ts';
import type { RequestUsage } from '../../protocol/messages/usage.ts';
import { argsAsJson, toolReturnText, withoutFiles } from '../engine/messages/wording.ts';
import { requestUsage } from '../engine/request/response.ts';

/** The input tokens that every request is estimated to cost in addition to its text. */
const OVERHEAD = 50;

/**
 * Roughly how many tokens a text has: the pieces between blanks, double quotes, commas, dots and colons. A separator at
 * an end makes an empty piece, which counts.
 *
 * Source: Pydantic AI `_estimate_string_tokens`.
 */
export function estimateTokens(text: string): number {
  return text === '' ? 0 : pieces(text);
}

/**
 * A plausible usage for messages that no provider counted: all requests as input, all responses as output.
 *
 * Source: Pydantic AI `_estimate_usage`.
 */
export function estimateUsage(messages: readonly ModelMessage[]): RequestUsage {
  let input = OVERHEAD;
  let output = 0;
  for (const message of messages) {
    if (message.kind === 'request') input += sum(message.parts, requestPartTokens);
    else output += sum(message.parts, responsePartTokens);
  }
  return requestUsage({ input_tokens: input, output_tokens: output });
}

const pieces = (text: string) => text.trim().split(/[\s",.:]+/).length;

const sum = <T>(items: readonly T[], count: (item: T) => number) =>
  items.reduce((total, item) => total + count(item), 0);

function requestPartTokens(part: ModelRequestPart): number {
  switch (part.part_kind) {
    case 'system-prompt':
      return estimateTokens(part.content);
    case 'user-prompt':
      return typeof part.content === 'string' ? estimateTokens(part.content) : sum(part.content, contentTokens);
    case 'tool-return':
      return returnTokens(part);
    case 'tool-availability-delta':
      return estimateTokens(part.tools_added.join(' '));
    default:
      return 0; // the engine shows no other parts
  }
}

function responsePartTokens(part: ModelResponsePart): number {
  switch (part.part_kind) {
    case 'text':
    case 'thinking':
      return estimateTokens(part.content);
    case 'tool-call':
    case 'builtin-tool-call':
      return 1 + estimateTokens(argsAsJson(part));
    case 'builtin-tool-return':
      return returnTokens(part);
    case 'file':
      return contentTokens(part.content);
    case 'speech':
      return estimateTokens(part.transcript ?? '');
    case 'compaction':
      return 0;
  }
}

/** Files that a tool returned are not counted. */
const returnTokens = (part: Pick<ToolReturnPart, 'content' | 'outcome' | 'content_file_digests'>) =>
  estimateTokens(toolReturnText({ content: withoutFiles(part), outcome: part.outcome }));

/** Counts one item of a list. Unlike a whole prompt, an empty text in a list is one piece. */
function contentTokens(item: UserContent): number {
  if (typeof item === 'string') return pieces(item);
  if (item.kind === 'text-content' || item.kind === 'structured-content') return pieces(item.content);
  return item.kind === 'binary' ? Buffer.byteLength(item.data, 'base64') : 0;
}
