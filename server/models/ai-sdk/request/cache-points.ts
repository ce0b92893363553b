import { userError } from '../../../engine/errors.ts';
import { asObject } from '../raw/loose-json.ts';
import type { WireRequest } from './request.ts';

type Loose = Record<string, unknown>;

/** The time that a cached prefix is kept. */
export type Ttl = '5m' | '1h';

/** Returns the time that a setting stands for; `true` is five minutes. */
export const ttlOf = (requested: unknown): Ttl | undefined =>
  requested === true ? '5m' : requested === '5m' || requested === '1h' ? requested : undefined;

/**
 * Returns the marks in excess of what a provider accepts: the newest stay, and the one after the instructions.
 *
 * Errors: `run.invalid` when instructions and tools alone have too many.
 * Source: Pydantic AI `excess_cache_points`, `split_instruction_cache_points`.
 */
export function excessMarks<T>(
  marks: { newestFirst: readonly T[]; instructions: readonly T[] },
  limit: { max: number; tools: number },
): T[] {
  const { newestFirst, instructions } = marks;
  const reserved = Math.min(instructions.length, 1) + limit.tools;
  if (reserved > limit.max) {
    throw userError(
      `Too many cache points: the system prompt and the tool definitions have ${reserved}, which exceeds the maximum of ${limit.max}.`,
    );
  }
  return [...newestFirst, ...instructions.slice(1).toReversed()].slice(limit.max - reserved);
}

/**
 * Gives each mark the longest time of those after it: a shorter time before a longer one is refused.
 *
 * Source: Pydantic AI `raise_earlier_cache_ttls`.
 */
export function raisedTtls(ttls: readonly Ttl[]): Ttl[] {
  const last = ttls.lastIndexOf('1h');
  return ttls.map((ttl, index) => (index <= last ? '1h' : ttl));
}

/** The parts that carry a mark of Anthropic's kind. */
export const carriersIn = (blocks: readonly Loose[]): Loose[] => blocks.filter((block) => block.cache_control);

/** Source: Pydantic AI `raise_earlier_breakpoint_ttls`. */
export function raiseTtls(carriers: readonly Loose[]): void {
  const ttls = carriers.map(({ cache_control }) => ttlOf(asObject(cache_control).ttl) ?? '5m');
  raisedTtls(ttls).forEach((ttl, index) => {
    const carrier = carriers[index];
    if (carrier && ttl !== ttls[index]) carrier.cache_control = { type: 'ephemeral', ttl };
  });
}

/** The number of blocks that a provider looks back for an earlier mark. */
const lookback = 18;

/**
 * Returns the message that ended the previous request, if the next mark is too far from it to find what was cached
 * then.
 *
 * Source: Pydantic AI `previous_tail_needing_breakpoint`.
 */
export function previousTail(roles: readonly string[], blockCounts: readonly number[]): number | undefined {
  const assistant = roles.lastIndexOf('assistant');
  if (assistant < 0 || assistant === roles.length - 1) return undefined;
  const tail = roles.slice(0, assistant).findLastIndex((role) => role !== 'assistant');
  const since = blockCounts.slice(tail + 1).reduce((sum, count) => sum + count, 0);
  return tail < 0 || since < lookback ? undefined : tail;
}

/** The meaning of the setting `cache`: the time, if given, and whether the conversation is cached as well. */
export interface RequestedCache {
  readonly ttl: string | undefined;
  readonly messages: boolean;
}

const tiers: readonly unknown[] = ['5m', '30m', '1h', '12h'];

/**
 * Returns the meaning of the setting `cache`; undefined if it is off, or the model has nothing to set. The time is the
 * longest that the model supports and that is not longer than requested.
 *
 * Errors: `run.invalid` for a time or an option that is not known.
 * Source: Pydantic AI `snap_cache_setting`, `split_cache_setting`.
 */
export function requestedCache({
  settings,
  profile,
}: Pick<WireRequest, 'settings' | 'profile'>): RequestedCache | undefined {
  const requested = settings.get('cache');
  if (!requested || !profile.supports_cache) return undefined;
  const {
    retention = true,
    messages = true,
    ...unknown
  } = typeof requested === 'object' ? asObject(requested) : { retention: requested };
  const [option] = Object.keys(unknown);
  if (option) throw userError(`Unknown \`cache\` option(s) '${option}'. Use 'messages' and 'retention'.`);
  return { ttl: fitting(retention, profile.supported_cache_retentions ?? []), messages: messages !== false };
}

function fitting(retention: unknown, supported: readonly string[]): string | undefined {
  if (retention === true) return undefined;
  if (!tiers.includes(retention)) {
    throw userError(
      `Unknown \`cache\` retention '${retention}'. Use \`True\`, \`False\`, or one of '5m', '30m', '1h', '12h'.`,
    );
  }
  const minutes = (tier: string) => Number.parseInt(tier, 10) * (tier.endsWith('h') ? 60 : 1);
  return supported.findLast((tier) => minutes(tier) <= minutes(String(retention))) ?? supported[0];
}
