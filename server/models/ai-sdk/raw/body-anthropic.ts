import type { RequestUsage } from '../../../../protocol/messages/usage.ts';
import type { BodyReader, ReadThinking } from '../provider.ts';
import { asObject, integers, wordOf } from './loose-json.ts';

/**
 * Reads the counts of a response of Anthropic, whole or in events: those of the prompt come first, those of the output
 * last.
 *
 * Source: Pydantic AI `_map_usage` of `AnthropicModel`.
 */
export class AnthropicBodyReader implements BodyReader {
  usage: Partial<RequestUsage> | undefined;
  finishWord: string | undefined;
  isOver = false;
  details: Record<string, unknown> | undefined;
  #counts: Record<string, number> = {};
  #thinking = 0;

  add(body: unknown): readonly ReadThinking[] {
    const { type, message, usage, delta, stop_reason } = asObject(body);
    this.finishWord = wordOf(stop_reason ?? asObject(delta).stop_reason) ?? this.finishWord;
    const reported = usage ?? asObject(message).usage;
    const container = asObject(asObject(body).container ?? asObject(message).container ?? asObject(delta).container);
    if (wordOf(container.id)) this.details = { ...this.details, container_id: container.id };
    const stop = asObject(asObject(body).stop_details ?? asObject(delta).stop_details);
    if (wordOf(stop.explanation)) this.details = { ...this.details, refusal: stop.explanation };
    if (wordOf(stop.category)) this.details = { ...this.details, refusal_category: stop.category };
    if (type === 'message_stop') this.isOver = true;
    if (!reported || asObject(reported).uncounted) return [];
    this.#counts = { ...this.#counts, ...integers(reported) };
    this.#thinking = integers(asObject(reported).output_tokens_details).thinking_tokens ?? this.#thinking;
    this.usage = anthropicUsage(this.#counts, this.#thinking);
    return [];
  }
}

/** Anthropic's `input_tokens` excludes tokens read from or written to the cache; ours includes them. */
function anthropicUsage(counts: Record<string, number>, thinking: number): Partial<RequestUsage> {
  const read = counts.cache_read_input_tokens ?? 0;
  const written = counts.cache_creation_input_tokens ?? 0;
  return {
    input_tokens: (counts.input_tokens ?? 0) + read + written,
    cache_read_tokens: read,
    cache_write_tokens: written,
    output_tokens: counts.output_tokens ?? 0,
    details: { ...counts, ...(thinking > 0 ? { reasoning_tokens: thinking } : {}) },
  };
}
