import type { RequestUsage } from '../../../protocol/usage.ts';
import type { BodyFacts, BodyReader } from './provider.ts';

type Loose = Readonly<Record<string, unknown>>;

const asObject = (value: unknown): Loose =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Loose) : {};

/** Counts that have fields of their own. */
const counted = new Set(['prompt_tokens', 'completion_tokens', 'total_tokens']);

/**
 * What a chat completion, whole or in chunks, says beyond the AI SDK's result: every count by OpenAI's name, log
 * probabilities, a refusal.
 *
 * Source: Pydantic AI `OpenAIChatModel._process_response`, `OpenAIStreamedResponse`, `_map_usage`,
 * `_map_provider_details`.
 * @since 0.1.0
 */
export class ChatBodyReader implements BodyReader {
  usage: Partial<RequestUsage> | undefined;
  refusal: string | undefined;
  failure: unknown;
  readonly #logprobs: unknown[] = [];

  get details(): BodyFacts['details'] {
    return this.#logprobs.length > 0 ? { logprobs: this.#logprobs } : undefined;
  }

  add(body: unknown): void {
    const { choices, usage, error } = asObject(body);
    if (error) this.failure = error;
    if (usage) this.usage = usageOf(asObject(usage));
    const choice = asObject(Array.isArray(choices) ? choices[0] : undefined);
    const logprobs = asObject(choice.logprobs).content;
    if (Array.isArray(logprobs)) this.#logprobs.push(...logprobs);
    const { refusal } = asObject(choice.message ?? choice.delta);
    if (typeof refusal === 'string' && refusal !== '') this.refusal = (this.refusal ?? '') + refusal;
  }
}

function usageOf(usage: Loose): Partial<RequestUsage> {
  const completion = integers(asObject(usage.completion_tokens_details));
  const prompt = integers(asObject(usage.prompt_tokens_details));
  const counts = integers(usage);
  const rest = Object.fromEntries(Object.entries(counts).filter(([name]) => !counted.has(name)));
  return {
    input_tokens: counts.prompt_tokens ?? 0,
    cache_read_tokens: prompt.cached_tokens ?? 0,
    cache_write_tokens: prompt.cache_write_tokens ?? 0,
    output_tokens: counts.completion_tokens ?? 0,
    input_audio_tokens: prompt.audio_tokens ?? 0,
    output_audio_tokens: completion.audio_tokens ?? 0,
    details: { ...rest, ...completion },
  };
}

function integers(counts: Loose): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts).filter((entry): entry is [string, number] => Number.isInteger(entry[1])),
  );
}
