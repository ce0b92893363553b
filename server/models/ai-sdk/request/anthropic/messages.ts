import type { ModelRequest, ToolReturnPart, UserPromptPart } from '../../../../../protocol/messages/messages.ts';
import { isErrorOutcome } from '../../../../engine/messages/wording.ts';
import { standingCount } from '../../../inline-system.ts';
import { type Ttl, ttlOf } from '../cache-points.ts';
import { fromCompaction } from '../compaction.ts';
import { acceptsArtifact, type WireRequest } from '../request.ts';
import { itemsOfReturn } from '../returns.ts';
import { addResponse } from './assistant.ts';
import { cacheControl, lastContent, markLast } from './cache.ts';
import { fileBlock } from './files.ts';
import {
  anchorSystemTurns,
  dropBlanks,
  dropUnpairedCalls,
  endResults,
  endWithUser,
  placeBeforeGeneration,
} from './system-places.ts';
import { type Block, type Turn, textBlock } from './types.ts';

/** The history as turns, and the system prompts of the run. */
export interface Conversation {
  readonly systemPrompts: readonly string[];
  readonly turns: Turn[];
}

/**
 * Returns the history as turns of the Messages API.
 *
 * Source: Pydantic AI `AnthropicModel._map_message`.
 */
export function conversation(request: WireRequest): Conversation {
  const systemPrompts: string[] = [];
  const turns: Turn[] = [];
  const messages = fromCompaction(request.messages, {
    isSent: (response, part) => acceptsArtifact(request, response, part.provider_name),
  });
  const first = messages.find(({ kind }) => kind === 'request');
  for (const message of messages) {
    if (message.kind === 'response') addResponse(message, request, turns);
    else addRequest(message, { request, systemPrompts, turns, standing: standingCount(message, message === first) });
  }
  dropUnpairedCalls(turns);
  placeBeforeGeneration(turns);
  anchorSystemTurns(turns);
  if (request.profile.anthropic_distrusts_system_after_tool_result) endResults(turns);
  dropBlanks(turns);
  if (request.messages.at(-1)?.kind === 'request') endWithUser(turns);
  return { systemPrompts, turns };
}

interface Place extends Conversation {
  readonly request: WireRequest;
  readonly systemPrompts: string[];
  /** Number of parts at the head that are system prompts of the run. */
  readonly standing: number;
}

/** What one request comes to. */
interface Mapped {
  readonly user: Block[];
  readonly inline: string[];
  readonly scoped: string[];
  /** Marks after a system prompt inside the conversation, which is written after all that the user says. */
  readonly marks: { at: number; ttl: Ttl }[];
}

function addRequest({ parts }: ModelRequest, place: Place): void {
  const { request, systemPrompts, standing, turns } = place;
  const { profile } = request;
  const mapped: Mapped = { user: [], inline: [], scoped: [], marks: [] };
  parts.forEach((part, index) => {
    if (part.part_kind === 'user-prompt') addPrompt(part, mapped, place);
    else if (part.part_kind === 'tool-return') mapped.user.push(toolResult(part, request));
    else if (part.part_kind === 'system-prompt') {
      const isScoped = part.scope === 'request' && profile.supports_request_scoped_system_prompts;
      if (isScoped) mapped.scoped.push(part.content);
      else if (index < standing || !profile.supports_inline_system_prompts) {
        if (part.content.trim() !== '') systemPrompts.push(part.content);
      } else mapped.inline.push(part.content);
    }
  });
  addTurns(mapped, turns);
}

/** Source: Pydantic AI `AnthropicModel._append_model_request_turns`. */
function addTurns({ user, inline, scoped, marks }: Mapped, turns: Turn[]): void {
  for (const { at, ttl } of marks.filter((mark) => mark.at < user.length)) {
    markLast(at > 0 ? user.slice(0, at) : lastContent(turns), cacheControl(ttl));
  }
  if (user.length > 0) turns.push({ role: 'user', content: user });
  if (inline.length > 0) {
    const content = inline.map(textBlock);
    const mark = marks.findLast(({ at }) => at === user.length);
    if (mark) markLast(content, cacheControl(mark.ttl));
    turns.push({ role: 'system', content });
  }
  if (scoped.length > 0) {
    turns.push({ role: 'system', content: scoped.map(textBlock), clear_at: 'next_user_message' });
  }
}

function addPrompt({ content }: UserPromptPart, { user, inline, marks }: Mapped, { request, turns }: Place): void {
  for (const item of typeof content === 'string' ? [content] : content) {
    if (typeof item === 'string') addText(item, user);
    else if (item.kind === 'text-content' || item.kind === 'structured-content') addText(item.content, user);
    else if (item.kind !== 'cache-point') user.push(fileBlock(item, request, 'user prompts'));
    else {
      const ttl = ttlOf(item.ttl) ?? '5m';
      if (inline.length > 0) marks.push({ at: user.length, ttl });
      else markLast(user.length > 0 ? user : lastContent(turns), cacheControl(ttl));
    }
  }
}

function addText(text: string, blocks: Block[]): void {
  if (text) blocks.push(textBlock(text));
}

/** Source: Pydantic AI `AnthropicModel._map_tool_return_part`. */
function toolResult(part: ToolReturnPart, request: WireRequest): Block {
  const content = itemsOfReturn(part, { framesErrors: false }).map((item) =>
    typeof item === 'string' ? textBlock(item) : fileBlock(item, request, 'tool returns'),
  );
  return {
    type: 'tool_result',
    tool_use_id: part.tool_call_id,
    content: content.length > 0 ? content : '',
    is_error: isErrorOutcome(part.outcome),
  };
}
