import { userError } from '../../../../engine/errors.ts';
import { asObject } from '../../raw/loose-json.ts';
import { excessMarks, previousTail, raisedTtls, requestedCache, ttlOf } from '../cache-points.ts';
import type { WireRequest } from '../request.ts';
import type { Block, Turn } from './types.ts';

/** A point up to which the prompt is cached; `true` leaves the time to Bedrock. */
export const cachePoint = (requested: unknown): Block => ({
  cachePoint: { type: 'default', ...(typeof requested === 'string' ? { ttl: requested } : {}) },
});

export const isPoint = (block: Block | undefined): boolean => block !== undefined && 'cachePoint' in block;

const own = ['bedrock_cache_instructions', 'bedrock_cache_tool_definitions', 'bedrock_cache_messages'] as const;

/** Sets what the setting `cache` stands for. Source: Pydantic AI `BedrockConverseModel._translate_cache`. */
export function setRequestedCache(request: WireRequest): void {
  const { settings } = request;
  const requested = requestedCache(request);
  if (!requested || own.some((name) => settings.has(name))) return;
  const value = ttlOf(requested.ttl) ?? true;
  for (const name of requested.messages ? own : own.slice(0, 2)) settings.set(name, value);
}

const isLoose = (block: Block | undefined) => block !== undefined && ('document' in block || 'video' in block);

/**
 * Adds a point at the end, or before the documents and videos at the end, after which the API accepts none. Returns
 * whether it could.
 *
 * Source: Pydantic AI `_insert_cache_point_before_trailing_documents`.
 */
function insertPoint(content: Block[], point: Block, replaces = false): boolean {
  const start = content.findLastIndex((block) => !isLoose(block)) + 1;
  if (start === 0 && content.length > 0) return false;
  if (start === content.length) content.push(point);
  else if (!isPoint(content[start - 1])) content.splice(start, 0, point);
  else if (replaces) content[start - 1] = point;
  return true;
}

/** Returns whether the API leaves a document where it is, and takes a point after it. */
function staysInPlace(block: Block | undefined): boolean {
  const { format, citations } = asObject(block?.document);
  return format === 'pdf' || citations !== undefined;
}

/**
 * Marks the content of the user so far. At the beginning of a prompt, that is the turn before it.
 *
 * Errors: `run.invalid` where there is nothing to mark.
 * Source: Pydantic AI `BedrockConverseModel._map_cache_point`.
 */
export function markUserContent(ttl: unknown, content: Block[], turns: readonly Turn[], request: WireRequest): void {
  const { profile } = request;
  if (!profile.bedrock_supports_prompt_caching) return;
  const point = cachePoint(ttlOf(ttl) ?? '5m');
  if (content.length === 0) {
    markLastUserTurn(turns, point);
    return;
  }
  if (isPoint(content.at(-1))) {
    throw userError(
      'CachePoint cannot be preceded by another CachePoint - there must be content between them on Bedrock.',
    );
  }
  const isKept = profile.bedrock_document_cache_point_variant === 'anthropic' && staysInPlace(content.at(-1));
  if (isKept) content.push(point);
  else if (!insertPoint(content, point)) {
    throw userError(
      'CachePoint cannot be placed when the user message contains only a document or video, due to Bedrock API ' +
        'restrictions. Add text content before or after your document or video to enable caching.',
    );
  }
}

function markLastUserTurn(turns: readonly Turn[], point: Block): void {
  const content = turns.findLast((turn) => turn.role === 'user' && turn.content.length > 0)?.content;
  if (!content) {
    throw userError(
      'CachePoint cannot be the first content in a user message - there must be previous content to cache when using Bedrock. ' +
        'To cache system instructions or tool definitions, use the `bedrock_cache_instructions` or `bedrock_cache_tool_definitions` settings instead.',
    );
  }
  if (isPoint(content.at(-1))) content[content.length - 1] = point;
  else insertPoint(content, point, true);
}

/** Marks the instructions that do not change. */
export function markInstructions(system: Block[], { settings, profile, instructions }: WireRequest): void {
  const requested = settings.get('bedrock_cache_instructions');
  if (!requested || !profile.bedrock_supports_prompt_caching) return;
  const fixed = system.length - instructions.filter(({ dynamic }) => dynamic).length;
  if (fixed > 0) system.splice(fixed, 0, cachePoint(requested));
}

/**
 * Marks the end of the conversation, and the end of the previous one if that is too far back to be found.
 *
 * Source: Pydantic AI `BedrockConverseModel._add_message_cache_points`.
 */
export function markConversation(turns: readonly Turn[], { settings, profile }: WireRequest): void {
  const requested = settings.get('bedrock_cache_messages');
  const last = turns.findLast(({ role }) => role === 'user')?.content;
  if (!requested || !profile.bedrock_supports_prompt_caching || !last?.length || isPoint(last.at(-1))) return;
  const isClaude = profile.bedrock_document_cache_point_variant === 'anthropic';
  const tail = previousTail(
    turns.map(({ role }) => role),
    turns.map(({ content }) => content.length),
  );
  const before = tail === undefined ? undefined : turns[tail]?.content;
  if (before && !isPoint(before.at(-1))) markEnd(before, cachePoint(requested), isClaude);
  markEnd(last, cachePoint(requested), isClaude);
}

/**
 * Marks the end of a turn, or the nearest place that the API accepts. Documents that Bedrock moves to the front anyway
 * are put before the preceding block, so that the point can be last.
 *
 * Source: Pydantic AI `_add_automatic_cache_point`.
 */
function markEnd(content: Block[], point: Block, isClaude: boolean): void {
  if (isClaude && staysInPlace(content.at(-1))) {
    content.push(point);
    return;
  }
  const moved = (block: Block) => 'document' in block && !staysInPlace(block);
  const start = content.findLastIndex((block) => !moved(block)) + 1;
  const before = content[start - 1];
  if (isClaude && before && start < content.length && !staysInPlace(before) && !content.some(isPoint)) {
    content.splice(start - 1, content.length, ...content.slice(start), before, point);
    return;
  }
  insertPoint(content, point);
}

interface Marked {
  readonly tools: Block[];
  readonly system: Block[];
  readonly turns: readonly Turn[];
}

/**
 * Keeps the four points that the API accepts, and gives each the longest time of those after it.
 *
 * Errors: `run.invalid` when instructions and tools alone have too many.
 * Source: Pydantic AI `BedrockConverseModel._limit_cache_points`, `_raise_earlier_cache_ttls`.
 */
export function limitPoints({ tools, system, turns }: Marked): void {
  const inTurns = turns.flatMap(({ content }) => content.filter(isPoint));
  const excess = excessMarks(
    { newestFirst: inTurns.toReversed(), instructions: system.filter(isPoint) },
    { max: 4, tools: tools.filter(isPoint).length },
  );
  const lists = [tools, system, ...turns.map(({ content }) => content)];
  for (const list of lists) list.splice(0, list.length, ...list.filter((block) => !excess.includes(block)));
  const points = lists.flat().filter(isPoint);
  const ttls = points.map(({ cachePoint }) => ttlOf(asObject(cachePoint).ttl) ?? '5m');
  const raised = raisedTtls(ttls);
  points.forEach((point, index) => {
    if (raised[index] === ttls[index]) return;
    Object.assign(point, { cachePoint: { ...asObject(point.cachePoint), ttl: raised[index] } });
  });
}
