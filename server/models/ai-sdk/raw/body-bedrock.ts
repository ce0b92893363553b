import type { RequestUsage } from '../../../../protocol/messages/usage.ts';
import type { BodyReader, ReadThinking } from '../provider.ts';
import { asObject, integers, wordOf } from './loose-json.ts';

/**
 * Reads the counts of a response of the Converse API, whole or in events.
 *
 * Source: Pydantic AI `BedrockConverseModel._map_usage`.
 */
export class BedrockBodyReader implements BodyReader {
  usage: Partial<RequestUsage> | undefined;
  finishWord: string | undefined;
  isOver = false;

  add(body: unknown): readonly ReadThinking[] {
    const { usage, metadata, stopReason, messageStop } = asObject(body);
    this.finishWord = wordOf(stopReason ?? asObject(messageStop).stopReason) ?? this.finishWord;
    const reported = usage ?? asObject(metadata).usage;
    if (stopReason !== undefined || messageStop) this.isOver = true;
    if (reported && !asObject(reported).uncounted) this.usage = bedrockUsage(integers(reported));
    return [];
  }
}

/** Bedrock's `inputTokens` excludes tokens read from or written to the cache; ours includes them. */
function bedrockUsage(counts: Record<string, number>): Partial<RequestUsage> {
  const read = counts.cacheReadInputTokens ?? 0;
  const written = counts.cacheWriteInputTokens ?? 0;
  return {
    input_tokens: (counts.inputTokens ?? 0) + read + written,
    cache_read_tokens: read,
    cache_write_tokens: written,
    output_tokens: counts.outputTokens ?? 0,
  };
}
