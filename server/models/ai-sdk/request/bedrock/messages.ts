import type { ModelRequest, ToolReturnPart, UserPromptPart } from '../../../../../protocol/messages/messages.ts';
import { isErrorOutcome } from '../../../../engine/messages/wording.ts';
import type { FileItem } from '../files.ts';
import type { MediaKind } from '../profile.ts';
import type { WireRequest } from '../request.ts';
import { filesOf, framedFile, itemsOfReturn, returnItems, textOfReturn } from '../returns.ts';
import { addResponse } from './assistant.ts';
import { markUserContent } from './cache.ts';
import { fileBlock, type Numbering } from './files.ts';
import { type Block, leastText, type Turn } from './types.ts';

/** The history as turns, and the texts of the system. */
export interface Conversation {
  readonly system: Block[];
  readonly turns: Turn[];
}

interface Place extends Conversation {
  readonly request: WireRequest;
  readonly next: Numbering;
  /** Files of results that must not stand beside them, for the turn after all of the results. */
  readonly deferred: Block[];
}

/**
 * Returns the history as turns of the Converse API.
 *
 * Source: Pydantic AI `BedrockConverseModel._map_messages`.
 */
export function conversation(request: WireRequest): Conversation {
  let documents = 0;
  const next = () => {
    documents += 1;
    return documents;
  };
  const place: Place = { system: [], turns: [], request, next, deferred: [] };
  for (const message of request.messages) {
    if (message.kind === 'request') addRequest(message, place);
    else {
      flushDeferred(place);
      addResponse(message, request, place.turns);
    }
  }
  flushDeferred(place);
  const turns = mergedTurns(place.turns, colocatable(request));
  return { system: [...place.system, ...request.instructions.map(({ content }) => ({ text: content }))], turns };
}

/**
 * Makes a conversation begin with the user, except for models that let the assistant do so. It ends with the user if a
 * request does, even when nothing is left of it.
 */
export function withUserTurns(turns: readonly Turn[], { profile, messages }: WireRequest): readonly Turn[] {
  const least: Turn = { role: 'user', content: [leastText] };
  const [first] = turns;
  const isComplete = first && (first.role === 'user' || profile.bedrock_supports_leading_assistant_message);
  const begun = isComplete ? turns : [least, ...turns];
  const endsOpen = messages.at(-1)?.kind === 'request' && begun.at(-1)?.role === 'assistant';
  return endsOpen ? [...begun, least] : begun;
}

function addRequest({ parts }: ModelRequest, place: Place): void {
  for (const part of parts) {
    if (part.part_kind === 'system-prompt') addText(part.content, place.system);
    else if (part.part_kind === 'user-prompt') {
      flushDeferred(place);
      const content = promptBlocks(part, place);
      if (content.length > 0) place.turns.push({ role: 'user', content });
    } else if (part.part_kind === 'tool-return') place.turns.push({ role: 'user', content: toolResult(part, place) });
  }
}

function flushDeferred({ deferred, turns }: Place): void {
  if (deferred.length > 0) turns.push({ role: 'user', content: deferred.splice(0) });
}

function promptBlocks({ content }: UserPromptPart, { request, next, turns }: Place): Block[] {
  const blocks: Block[] = [];
  for (const item of typeof content === 'string' ? [content] : content) {
    if (typeof item === 'string') addText(item, blocks);
    else if (item.kind === 'text-content' || item.kind === 'structured-content') addText(item.content, blocks);
    else if (item.kind === 'cache-point') markUserContent(item.ttl, blocks, turns, request);
    else blocks.push(fileBlock(item, request, next, 'user prompts'));
  }
  const needsText = blocks.some((block) => 'document' in block) && !blocks.some((block) => 'text' in block);
  return needsText ? [{ text: 'See attached document(s).' }, ...blocks] : blocks;
}

/** The API refuses texts of nothing but blanks. */
function addText(text: string, blocks: Block[]): void {
  if (text.trim() !== '') blocks.push({ text });
}

/** Source: Pydantic AI `BedrockConverseModel._map_tool_return`. */
function toolResult(part: ToolReturnPart, place: Place): Block[] {
  const takesStatus = place.request.profile.bedrock_supports_tool_result_status !== false;
  const beside: Block[] = [];
  const content = resultContent(part, takesStatus, place).map((item) =>
    isFile(item) ? resultFile(item.file, part, beside, place) : item,
  );
  return [
    {
      toolResult: {
        toolUseId: part.tool_call_id,
        content,
        ...(takesStatus ? { status: isErrorOutcome(part.outcome) ? 'error' : 'success' } : {}),
      },
    },
    ...beside,
  ];
}

interface FileOf {
  readonly file: FileItem;
}

const isFile = (item: Block | FileOf): item is FileOf => 'file' in item;

/** A failure is marked as one, or framed where the model takes no mark. */
function resultContent(part: ToolReturnPart, takesStatus: boolean, { request }: Place): (Block | FileOf)[] {
  const isText = (request.profile.bedrock_tool_result_format ?? 'text') === 'text';
  if (isErrorOutcome(part.outcome) && !takesStatus) {
    return [{ text: textOfReturn(part) }, ...filesOf(part).map((file) => ({ file }))];
  }
  const blocks = isText
    ? itemsOfReturn(part, { framesErrors: false }).map((item) =>
        typeof item === 'string' ? { text: item } : { file: item },
      )
    : returnItems(part).map((item) => (item.file ? { file: item.file } : jsonBlock(item.data)));
  if (blocks.length > 0) return blocks;
  return [isText ? { text: JSON.stringify(part.content ?? '') } : { json: part.content }];
}

const jsonBlock = (data: unknown): Block => (typeof data === 'string' ? { text: data } : { json: data });

/** A file stands in the result, beside it, or in a turn after it, as the model takes it. */
function resultFile(file: FileItem, part: ToolReturnPart, beside: Block[], place: Place): Block {
  const { request, next, deferred } = place;
  const block = fileBlock(file, request, next, 'tool returns');
  const [kind] = Object.keys(block) as MediaKind[];
  const taken = request.profile.bedrock_supported_media_kinds_in_tool_returns ?? ['image'];
  if (file.kind === 'uploaded-file' || (kind && taken.includes(kind))) return block;
  const [open, , close] = framedFile(part, file);
  const framed = [{ text: open }, block, { text: close }];
  (kind && colocatable(request).includes(kind) ? beside : deferred).push(...framed);
  return { text: `See file ${file.identifier}.` };
}

const colocatable = ({ profile }: WireRequest): readonly string[] =>
  profile.bedrock_tool_result_colocatable_content ?? ['text', 'image', 'document', 'video'];

/**
 * Merges consecutive user turns, unless the model accepts nothing next to a result: then a minimal assistant turn
 * separates them.
 *
 * Source: Pydantic AI `_merge_consecutive_user_messages`.
 */
function mergedTurns(turns: readonly Turn[], beside: readonly string[]): Turn[] {
  const merged: Turn[] = [];
  let before: Sharing | undefined;
  for (const turn of turns) {
    const last = merged.at(-1);
    const own = turn.role === 'user' ? sharingOf(turn.content, beside) : undefined;
    const both = before && own && shared(before, own);
    if (both && last && canShare(both)) last.content.push(...turn.content);
    else {
      if (both) merged.push({ role: 'assistant', content: [leastText] });
      merged.push({ ...turn, content: [...turn.content] });
    }
    before = both && canShare(both) ? both : own;
  }
  return merged;
}

/** What decides whether blocks may be in one turn. */
interface Sharing {
  readonly hasResult: boolean;
  readonly allMayBeBeside: boolean;
}

function sharingOf(content: readonly Block[], beside: readonly string[]): Sharing {
  const kinds = content.map((block) => Object.keys(block)[0] ?? '');
  return {
    hasResult: kinds.includes('toolResult'),
    allMayBeBeside: kinds.every((kind) => kind === 'toolResult' || kind === 'cachePoint' || beside.includes(kind)),
  };
}

const shared = (a: Sharing, b: Sharing): Sharing => ({
  hasResult: a.hasResult || b.hasResult,
  allMayBeBeside: a.allMayBeBeside && b.allMayBeBeside,
});

const canShare = ({ hasResult, allMayBeBeside }: Sharing): boolean => !hasResult || allMayBeBeside;
