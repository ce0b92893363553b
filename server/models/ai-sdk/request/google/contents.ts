import type { UserContent } from '../../../../../protocol/messages/content.ts';
import type { ModelRequest, ToolReturnPart } from '../../../../../protocol/messages/messages.ts';
import { isErrorOutcome } from '../../../../engine/messages/wording.ts';
import { type FileItem, mediaType } from '../files.ts';
import type { WireRequest } from '../request.ts';
import { bareTextOfReturn, filesOf, framedFile, objectOfReturn } from '../returns.ts';
import { fileData, filePart } from './files.ts';
import { modelContent } from './model-content.ts';
import type { Content, House, Part } from './types.ts';

/** The history as contents, and the texts of the system. */
export interface Conversation {
  readonly system: readonly string[];
  readonly contents: readonly Content[];
}

/**
 * Returns the history as contents. They begin with a user turn, which the API requires.
 *
 * Source: Pydantic AI `GoogleModel._map_messages`.
 */
export function conversation(request: WireRequest, house: House): Conversation {
  const system: string[] = [];
  const contents = request.messages.flatMap((message) => {
    if (message.kind === 'response') return modelContent(message, request, house);
    for (const part of message.parts) if (part.part_kind === 'system-prompt') system.push(part.content);
    return userContents(message, request, house);
  });
  if (contents[0]?.role !== 'user') contents.unshift({ role: 'user', parts: [{ text: '' }] });
  return { system: [...system, ...request.instructions.map(({ content }) => content)], contents };
}

function userContents({ parts }: ModelRequest, request: WireRequest, house: House): Content[] {
  const mapped: Part[] = [];
  const files: Part[] = [];
  for (const part of parts) {
    if (part.part_kind === 'user-prompt') mapped.push(...promptParts(part.content, request, house));
    else if (part.part_kind === 'tool-return') mapped.push(functionResponse(part, files, request, house));
  }
  mapped.splice(mapped.findLastIndex(isResponse) + 1, 0, ...files);
  return inTurns(mapped);
}

const isResponse = (part: Part) => 'functionResponse' in part;

/** Puts what follows results into a turn of its own: Gemini would treat it as the model's. */
function inTurns(parts: readonly Part[]): Content[] {
  const turns: Content[] = [];
  parts.forEach((part, index) => {
    const before = parts[index - 1];
    const opens = !before || (isResponse(before) && !isResponse(part));
    if (opens) turns.push({ role: 'user', parts: [part] });
    else turns.at(-1)?.parts.push(part);
  });
  return turns;
}

function promptParts(content: string | readonly UserContent[], request: WireRequest, house: House): Part[] {
  if (typeof content === 'string') return [{ text: content }];
  return content.flatMap((item): Part[] => {
    if (typeof item === 'string') return [{ text: item }];
    if (item.kind === 'text-content' || item.kind === 'structured-content') return [{ text: item.content }];
    return item.kind === 'cache-point' ? [] : [filePart(item, request, house)];
  });
}

/**
 * Returns a result. Files are part of it if the model supports that there; others follow all results, in frames.
 *
 * Source: Pydantic AI `GoogleModel._map_tool_return`.
 */
function functionResponse(part: ToolReturnPart, framed: Part[], request: WireRequest, house: House): Part {
  const taken = request.profile.google_supported_mime_types_in_tool_returns ?? [];
  const files = filesOf(part);
  const isTaken = (file: FileItem) => taken.includes(mediaType(file));
  const others = files.filter((file) => !isTaken(file));
  for (const file of others) {
    const [open, item, close] = framedFile(part, file);
    framed.push({ text: open }, filePart(item, request, house), { text: close });
  }
  const own = files.filter(isTaken).map((file) => fileData(file, request, house));
  return {
    functionResponse: {
      id: part.tool_call_id,
      name: part.tool_name,
      response: responseOf(
        part,
        others.map(({ identifier }) => `See file ${identifier}.`),
      ),
      ...(own.length > 0 ? { parts: own } : {}),
    },
  };
}

function responseOf(part: ToolReturnPart, references: readonly string[]): Part {
  if (isErrorOutcome(part.outcome)) return { error: bareTextOfReturn(part) };
  const data = objectOfReturn(part);
  // Gemini takes a `$ref` anywhere in it for the name of a part.
  const response = hasRef(data) ? { output: bareTextOfReturn(part) } : data;
  return references.length > 0 ? { output: [response, ...references] } : response;
}

function hasRef(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasRef);
  if (value === null || typeof value !== 'object') return false;
  return '$ref' in value || Object.values(value).some(hasRef);
}
