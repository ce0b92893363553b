import { userError } from '../../../engine/errors.ts';
import { requestedCache } from './cache-points.ts';
import type { WireRequest } from './request.ts';

type Loose = Record<string, unknown>;

const mark = { mode: 'explicit' } as const;

const markable: Readonly<Record<TextType, readonly string[]>> = {
  text: ['text', 'image_url', 'input_audio', 'file'],
  input_text: ['input_text', 'input_image', 'input_file'],
};

/** The type of text parts, which differs between OpenAI's two APIs. */
export type TextType = 'text' | 'input_text';

/**
 * Ends the cached prefix after the last part. A mark that opens a message is put on an empty part, which is removed
 * once the message before it is known.
 *
 * Source: Pydantic AI `add_openai_prompt_cache_breakpoint`.
 */
export function markBreakpoint(parts: Loose[], type: TextType): void {
  if (parts.length === 0) parts.push({ type, text: '' });
  const last = parts.at(-1);
  if (last) last.prompt_cache_breakpoint = mark;
}

function opensWithMark({ role, content }: Loose): boolean {
  const first = role === 'user' && Array.isArray(content) ? content[0] : undefined;
  return first?.text === '' && 'prompt_cache_breakpoint' in first;
}

/**
 * Moves marks that open a message to the content before it.
 *
 * Errors: `run.invalid` when nothing does.
 * Source: Pydantic AI `move_leading_cache_breakpoints`.
 */
export function moveLeadingBreakpoints(items: Loose[], type: TextType): void {
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    if (!item || !opensWithMark(item)) continue;
    if (!attachBefore(items.slice(0, index), type)) {
      throw userError(
        'CachePoint cannot be the first content in a user message - there must be previous content to attach the cache breakpoint to.',
      );
    }
    const [, ...rest] = item.content as Loose[];
    item.content = rest;
    if (rest.length > 0) continue;
    items.splice(index, 1);
    index -= 1;
  }
}

function attachBefore(items: readonly Loose[], type: TextType): boolean {
  for (const item of items.toReversed()) {
    const key = item.type === 'function_call_output' ? 'output' : 'content';
    const body = item[key];
    const isOutput = type === 'input_text' && item.role === 'assistant';
    if (typeof body === 'string' && body && !isOutput) {
      item[key] = [{ type, text: body, prompt_cache_breakpoint: mark }];
      return true;
    }
    const last = Array.isArray(body) ? (body.at(-1) as Loose | undefined) : undefined;
    if (last && markable[type].includes(String(last.type))) {
      last.prompt_cache_breakpoint = mark;
      return true;
    }
  }
  return false;
}

/** Returns a message with a mark after its content. */
export function markMessage(message: Loose, type: TextType): void {
  const { content } = message;
  const parts = typeof content === 'string' ? [{ type, text: content }] : [...(content as Loose[])];
  markBreakpoint(parts, type);
  message.content = parts;
}

/** Returns whether a system prompt can change between requests, so that a mark after it has no use. */
export const hasDynamicPrompt = ({ messages }: WireRequest): boolean =>
  messages.some(
    (message) =>
      message.kind === 'request' &&
      message.parts.some((part) => part.part_kind === 'system-prompt' && part.dynamic_ref !== null),
  );

/** Returns the number of instructions that do not change. */
export function staticCount({ instructions }: WireRequest): number {
  const first = instructions.findIndex(({ dynamic }) => dynamic);
  return first < 0 ? instructions.length : first;
}

/** The settings that replace `cache`, since they say more. */
const own = ['openai_prompt_cache_options', 'openai_cache_instructions'];

/**
 * Applies the setting `cache` to OpenAI's APIs, and returns a function to call with the written messages: with
 * `messages: false` only marks count, so a request without any falls back to what OpenAI does by itself.
 *
 * Source: Pydantic AI `translate_openai_cache`, `keep_implicit_cache_without_breakpoints`.
 */
export function setRequestedCache(request: WireRequest): (items: readonly Loose[]) => void {
  const { settings, profile } = request;
  const isPossible = profile.openai_supports_prompt_cache_breakpoints && !own.some((name) => settings.has(name));
  const requested = isPossible ? requestedCache(request) : undefined;
  if (!requested) return () => {};
  const ttl = requested.ttl === '12h' ? '12h' : '30m';
  settings.set('openai_prompt_cache_options', { mode: requested.messages ? 'implicit' : 'explicit', ttl });
  settings.set('openai_cache_instructions', true);
  return (items) => {
    if (!requested.messages && !items.some(isMarked))
      settings.set('openai_prompt_cache_options', { mode: 'implicit', ttl });
  };
}

function isMarked(item: Loose): boolean {
  const body = item[item.type === 'function_call_output' ? 'output' : 'content'];
  return Array.isArray(body) && body.some((part: Loose) => 'prompt_cache_breakpoint' in part);
}
