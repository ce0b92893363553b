import { userError } from '../../../../engine/errors.ts';
import { carriersIn, excessMarks, previousTail, raiseTtls, requestedCache, ttlOf } from '../cache-points.ts';
import { type BytesItem, dataUri, kindOf, type UrlItem } from '../files.ts';
import { reasons } from '../openai-thinking.ts';
import { acceptsArtifact, type WireRequest } from '../request.ts';
import { reasoningDetail } from './reasoning-details.ts';
import { placeSystemMessages, systemCount } from './system-places.ts';
import type { ChatMessage, ChatPart, ChatVariant } from './types.ts';

const efforts: Readonly<Record<string, string>> = {
  true: 'medium',
  false: 'none',
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'max',
};

const cacheSettings = [
  'openrouter_cache_instructions',
  'openrouter_cache_messages',
  'openrouter_cache_tool_definitions',
];

/**
 * OpenRouter: reasoning as an object, `reasoning_details` both ways, and cache marks of Anthropic's kind.
 *
 * Source: Pydantic AI `OpenRouterModel`.
 */
export const openRouterVariant: ChatVariant = {
  unsupportedFiles: [],
  settings: prepareSettings,
  fields: ({ settings }) =>
    settings.fields({
      models: 'openrouter_models',
      provider: 'openrouter_provider',
      preset: 'openrouter_preset',
      transforms: 'openrouter_transforms',
      reasoning: 'openrouter_reasoning',
      usage: 'openrouter_usage',
    }),
  effort: ({ settings }) => settings.get('openai_reasoning_effort'),
  thinks,
  reasoningDetail: (part, response, request) =>
    acceptsArtifact(request, response, part.provider_name) ? (reasoningDetail(part) ?? null) : undefined,
  item,
  messages: markedMessages,
  tools: markedTools,
  finalize: raiseEarlier,
};

function prepareSettings(request: WireRequest): void {
  const { settings, thinking, profile } = request;
  const cache = requestedCache(request);
  if (cache && !cacheSettings.some((name) => settings.has(name))) {
    const ttl = cache.ttl ?? '5m';
    settings.set('openrouter_cache_instructions', ttl);
    settings.set('openrouter_cache_tool_definitions', ttl);
    if (cache.messages) settings.set('openrouter_cache_messages', ttl);
  }
  if (settings.has('openrouter_reasoning') || thinking === undefined) return;
  const isLowest = thinking === false && profile.thinking_always_enabled;
  const effort = isLowest ? (profile.openrouter_lowest_reasoning_effort ?? 'low') : efforts[String(thinking)];
  settings.set('openrouter_reasoning', { effort, ...(thinking === false ? {} : { enabled: true }) });
}

/** Only thinking that was requested rules out a forced tool. */
function thinks(request: WireRequest): { thinks: boolean; isRequested: boolean } {
  const { settings, thinking } = request;
  const { effort, enabled = true } = settings.object('openrouter_reasoning');
  const isConfigured = settings.has('openrouter_reasoning');
  const does = isConfigured ? Boolean(enabled) && effort !== 'none' : reasons(request);
  const isMentioned = isConfigured || settings.has('openai_reasoning_effort') || thinking !== undefined;
  return { thinks: does, isRequested: does && thinking !== false && isMentioned };
}

function item(
  content: Parameters<NonNullable<ChatVariant['item']>>[0],
  parts: ChatPart[],
  request: WireRequest,
): boolean {
  if (content.kind === 'cache-point') {
    mark(parts, content.ttl, request);
    return true;
  }
  const isVideo = content.kind === 'video-url' || (content.kind === 'binary' && kindOf(content) === 'video');
  if (!isVideo) return false;
  const video = content as BytesItem | UrlItem;
  parts.push({ type: 'video_url', video_url: { url: video.kind === 'binary' ? dataUri(video) : video.url } });
  return true;
}

function control(ttl: unknown, { profile }: WireRequest) {
  return { type: 'ephemeral', ...(profile.openrouter_supports_cache_ttl ? { ttl: ttlOf(ttl) ?? '5m' } : {}) };
}

/** Distinguishes the part that stands for a leading mark from an empty text of the user. */
const placeholder = Symbol('leading cache point');

function mark(parts: ChatPart[], ttl: unknown, request: WireRequest): void {
  if (!request.profile.openrouter_supports_cache_control) return;
  if (parts.length === 0) parts.push({ type: 'text', text: '', [placeholder]: true } as ChatPart);
  const last = parts.at(-1);
  if (last) last.cache_control = control(ttl, request);
}

function markMessage(message: ChatMessage, ttl: unknown, request: WireRequest): void {
  const { content } = message;
  if (typeof content === 'string')
    message.content = [{ type: 'text', text: content, cache_control: control(ttl, request) }];
  else if (Array.isArray(content)) {
    const last = content.at(-1);
    if (last) last.cache_control ??= control(ttl, request);
  }
}

function markedMessages(messages: ChatMessage[], request: WireRequest): ChatMessage[] {
  const { profile, settings } = request;
  if (profile.openrouter_system_messages_precede_generation) placeSystemMessages(messages);
  moveLeadingMarks(messages);
  const takesMarks = profile.openrouter_supports_cache_control ?? false;
  const ttl = settings.get('openrouter_cache_messages');
  if (ttl && takesMarks) markEnds(messages, ttl, request);
  const instructions = settings.get('openrouter_cache_instructions');
  if (instructions && takesMarks) markInstructions(messages, instructions, request);
  if (profile.openrouter_supports_trailing_cache_control === false) moveTrailingMark(messages);
  limitMarks(messages, request);
  return messages;
}

function markEnds(messages: ChatMessage[], ttl: unknown, request: WireRequest): void {
  const tail = previousTail(
    messages.map(({ role }) => role),
    messages.map(blockCount),
  );
  for (const index of [tail, messages.length - 1]) {
    const message = index === undefined ? undefined : messages[index];
    if (message) markMessage(message, ttl, request);
  }
}

function blockCount({ role, content, tool_calls = [] }: ChatMessage): number {
  const count = Array.isArray(content) ? content.length : Number(Boolean(content));
  return role === 'assistant' ? count + tool_calls.length : count;
}

function moveLeadingMarks(messages: ChatMessage[]): void {
  messages.forEach((message, index) => {
    const [first, ...rest] = Array.isArray(message.content) ? message.content : [];
    if (!first || !(placeholder in first)) return;
    const earlier = messages.slice(0, index).filter(({ role }) => role !== 'system' && role !== 'developer');
    if (earlier.length === 0 || rest.length === 0) {
      throw userError(
        'CachePoint cannot be the first content in a user message - there must be previous content to attach the CachePoint to. ' +
          'To cache system instructions or tool definitions, use the `openrouter_cache_instructions` or `openrouter_cache_tool_definitions` settings instead.',
      );
    }
    const target = earlier.findLast(({ role, content }) => role === 'user' && content && content.length > 0);
    if (target) moveMark(first, target);
    message.content = rest;
  });
}

function moveMark({ cache_control }: ChatPart, target: ChatMessage): void {
  if (typeof target.content === 'string') target.content = [{ type: 'text', text: target.content, cache_control }];
  const last = Array.isArray(target.content) ? target.content.at(-1) : undefined;
  const isLong = (last?.cache_control as { ttl?: string } | undefined)?.ttl === '1h';
  if (last && !isLong) last.cache_control = cache_control;
}

function markInstructions(messages: ChatMessage[], ttl: unknown, request: WireRequest): void {
  const { profile, instructions } = request;
  const role = profile.openai_system_prompt_role ?? 'system';
  const markAt = (index: number) => {
    const message = index < 0 ? undefined : messages[index];
    if (message) markMessage(message, ttl, request);
  };
  if (instructions.length === 0) {
    markAt(systemCount(messages) - 1);
    return;
  }
  const splits = profile.openrouter_supports_dynamic_instruction_cache ?? false;
  if (role === 'user' || (!splits && instructions.some(({ dynamic }) => dynamic))) return;
  const first = messages.findIndex((message) => message.role !== role);
  const end = first < 0 ? messages.length : first;
  const fixed = instructions.filter(({ dynamic }) => !dynamic).length;
  markAt(splits ? end - instructions.length + fixed - 1 : end - 1);
}

/** Gemini uses the last mark alone, and a mark at the very end is billed twice. */
function moveTrailingMark(messages: ChatMessage[]): void {
  const carriers = messages.flatMap((message, at) =>
    message.role !== 'system' && message.role !== 'developer' && Array.isArray(message.content)
      ? message.content.flatMap((part, index, all) =>
          part.cache_control ? [{ at, isLast: index === all.length - 1, part }] : [],
        )
      : [],
  );
  const last = carriers.at(-1);
  if (!last) return;
  const { cache_control } = last.part;
  for (const { part } of carriers) delete part.cache_control;
  const isEnd = last.isLast && last.at === messages.length - 1;
  if (messages[last.at]?.role !== 'tool' && !isEnd) {
    last.part.cache_control = cache_control;
    return;
  }
  const target = messages
    .slice(0, last.at)
    .findLast(({ role, content }) => (role === 'user' || role === 'assistant') && content && content.length > 0);
  if (!target) return;
  if (typeof target.content === 'string') target.content = [{ type: 'text', text: target.content, cache_control }];
  else if (Array.isArray(target.content)) Object.assign(target.content.at(-1) ?? {}, { cache_control });
}

function limitMarks(messages: readonly ChatMessage[], { profile, settings, tools }: WireRequest): void {
  const max = profile.openrouter_max_cache_points;
  if (!max) return;
  const head = systemCount(messages);
  const partsOf = (some: readonly ChatMessage[]) =>
    carriersIn(some.flatMap(({ content }) => (Array.isArray(content) ? content : [])));
  const marksTools =
    tools.length > 0 &&
    Boolean(settings.get('openrouter_cache_tool_definitions')) &&
    profile.openrouter_supports_tool_cache;
  const excess = excessMarks(
    { newestFirst: partsOf(messages.slice(head)).toReversed(), instructions: partsOf(messages.slice(0, head)) },
    { max, tools: marksTools ? 1 : 0 },
  );
  for (const part of excess) delete part.cache_control;
}

function markedTools(tools: Record<string, unknown>[], request: WireRequest): void {
  const { settings, profile, modelName } = request;
  const ttl = settings.get('openrouter_cache_tool_definitions');
  const last = tools.at(-1);
  if (last && ttl && profile.openrouter_supports_tool_cache) last.cache_control = control(ttl, request);
  if (!modelName.startsWith('anthropic/') || !settings.get('anthropic_eager_input_streaming')) return;
  for (const tool of tools) tool.eager_input_streaming = true;
}

function raiseEarlier(tools: Record<string, unknown>[], messages: ChatMessage[], { profile }: WireRequest): void {
  if (!profile.openrouter_supports_cache_ttl) return;
  raiseTtls(carriersIn([...tools, ...messages.flatMap(({ content }) => (Array.isArray(content) ? content : []))]));
}
