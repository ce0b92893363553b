import type { RequestUsage } from '../../../../protocol/messages/usage.ts';
import type { BodyReader, ReadThinking } from '../provider.ts';
import { asObject, integers, wordOf } from './loose-json.ts';

/**
 * Reads what the AI SDK's result lacks from a response of Cohere, whole or in events: cached tokens, and the plan
 * before tool calls, which upstream keeps as thinking.
 *
 * Source: Pydantic AI `CohereModel._process_response`, `_map_usage`.
 */
export class CohereBodyReader implements BodyReader {
  usage: Partial<RequestUsage> | undefined;
  finishWord: string | undefined;
  isOver = false;

  add(body: unknown): ReadThinking[] {
    const { type, usage, message, delta, finish_reason } = asObject(body);
    this.finishWord = wordOf(finish_reason ?? asObject(delta).finish_reason) ?? this.finishWord;
    const reported = usage ?? asObject(delta).usage;
    if (type === undefined || type === 'message-end') this.isOver = true;
    if (reported && !asObject(reported).uncounted) this.usage = cohereUsage(reported);
    const { tool_plan } = asObject(message ?? asObject(delta).message);
    return typeof tool_plan === 'string' && tool_plan !== '' ? [{ id: 'plan', text: tool_plan }] : [];
  }
}

function cohereUsage(usage: unknown): Partial<RequestUsage> {
  const tokens = integers(asObject(usage).tokens);
  return {
    input_tokens: tokens.input_tokens ?? 0,
    cache_read_tokens: integers(usage).cached_tokens ?? 0,
    output_tokens: tokens.output_tokens ?? 0,
    details: integers(asObject(usage).billed_units),
  };
}
