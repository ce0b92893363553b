import { userError } from '../../../../engine/errors.ts';
import { carriersIn, excessMarks, raiseTtls, requestedCache, type Ttl, ttlOf } from '../cache-points.ts';
import type { WireRequest } from '../request.ts';
import type { Block, Turn } from './types.ts';

const cacheable = new Set([
  'text',
  'tool_use',
  'server_tool_use',
  'image',
  'tool_result',
  'document',
  'mcp_tool_result',
]);

export const isCacheable = ({ type }: Block): boolean => cacheable.has(type);

export const cacheControl = (ttl: Ttl) => ({ type: 'ephemeral', ttl });

/**
 * Ends a cached prefix after the last block.
 *
 * Errors: `run.invalid` when there is none, or one that cannot be marked.
 * Source: Pydantic AI `add_cache_control_param`.
 */
export function markLast(blocks: readonly Block[], mark: unknown): void {
  const last = blocks.at(-1);
  if (!last) {
    throw userError(
      'CachePoint cannot be the first content in a user message - there must be previous content to attach the CachePoint to. ' +
        'To cache system instructions or tool definitions, use the `anthropic_cache_instructions` or `anthropic_cache_tool_definitions` settings instead.',
    );
  }
  if (!isCacheable(last)) throw userError(`Cache control not supported for param type: ${last.type}`);
  last.cache_control = mark;
}

/** The blocks of the last turn that stays: one for a single request is never part of a cached prefix. */
export const lastContent = (turns: readonly Turn[]): Block[] =>
  turns.findLast(({ clear_at }) => clear_at === undefined)?.content ?? [];

const own = [
  'anthropic_cache',
  'anthropic_cache_instructions',
  'anthropic_cache_tool_definitions',
  'anthropic_cache_messages',
] as const;

/** The parts of a request that are cached, and for how long. */
export interface CacheTtls {
  readonly instructions: Ttl | undefined;
  readonly tools: Ttl | undefined;
  readonly messages: Ttl | undefined;
  /** Set if the API itself marks the end of the conversation. */
  readonly automatic: Ttl | undefined;
}

/**
 * Returns what the settings cache. Anthropic's own settings replace `cache`.
 *
 * Errors: `run.invalid` when both ways of caching the conversation are requested.
 * Source: Pydantic AI `AnthropicModel._translate_cache`, `_build_automatic_cache_control`.
 */
export function cacheTtls(request: WireRequest): CacheTtls {
  const { settings, profile } = request;
  const requested = requestedCache(request);
  if (requested && !own.some((name) => settings.has(name))) {
    const ttl = ttlOf(requested.ttl) ?? '5m';
    settings.set('anthropic_cache_instructions', ttl);
    settings.set('anthropic_cache_tool_definitions', ttl);
    if (requested.messages) {
      settings.set(profile.supports_auto_cache ? 'anthropic_cache' : 'anthropic_cache_messages', ttl);
    }
  }
  const [automatic, instructions, tools, messages] = own.map((name) => ttlOf(settings.get(name)));
  if (automatic && messages) {
    throw userError('`anthropic_cache` and `anthropic_cache_messages` cannot both be enabled.');
  }
  return profile.supports_auto_cache
    ? { instructions, tools, messages, automatic }
    : { instructions, tools, messages: messages ?? automatic, automatic: undefined };
}

/** Marks the last block of the conversation, unless it has a mark. */
export function markConversation(turns: readonly Turn[], ttl: Ttl): void {
  const last = lastMarkable(turns);
  if (last && !last.cache_control) last.cache_control = cacheControl(ttl);
}

const lastMarkable = (turns: readonly Turn[]): Block | undefined =>
  lastContent(turns).findLast((block) => block.cache_control || isCacheable(block));

/** Returns whether the user marked the block that the API would mark by itself; the API refuses two marks. */
export const endsMarked = (turns: readonly Turn[]): boolean => Boolean(lastMarkable(turns)?.cache_control);

interface Marked {
  readonly tools: readonly Record<string, unknown>[];
  readonly system: readonly Block[];
  readonly turns: readonly Turn[];
  /** The mark that the API sets by itself. */
  readonly automatic: Record<string, unknown> | undefined;
}

/**
 * Keeps as many marks as the API accepts, and gives each the longest time of those after it.
 *
 * Errors: `run.invalid` when instructions and tools alone have too many.
 * Source: Pydantic AI `AnthropicModel._limit_cache_points`, `raise_earlier_breakpoint_ttls`.
 */
export function limitMarks({ tools, system, turns, automatic }: Marked): void {
  const blocks = turns.flatMap(({ content }) => content);
  const excess = excessMarks(
    { newestFirst: carriersIn(blocks).toReversed(), instructions: carriersIn(system) },
    { max: automatic ? 3 : 4, tools: carriersIn(tools).length },
  );
  for (const block of excess) delete (block as Partial<Block>).cache_control;
  raiseTtls([...carriersIn([...tools, ...system, ...blocks]), ...(automatic ? [{ cache_control: automatic }] : [])]);
}
