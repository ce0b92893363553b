import type { RequestUsage } from '../../../protocol/usage.ts';
import { asObject, asObjects, integers, type Loose, wordOf } from './json.ts';
import type { BodyFacts, BodyReader, DroppedThinking } from './provider.ts';

const thinkingFields = ['reasoning', 'reasoning_content'];

/** Counts that have fields of their own. */
const counted = new Set([
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'num_cached_tokens',
  'prompt_cache_hit_tokens',
  'prompt_cache_miss_tokens',
]);

/**
 * What a chat completion, whole or in chunks, says beyond the AI SDK's result: every count by its own name, log
 * probabilities, a refusal, an error beside an answer.
 *
 * Source: Pydantic AI `OpenAIChatModel._process_response`, `OpenAIStreamedResponse`, `_map_usage`,
 * `_map_provider_details`.
 * @since 0.1.0
 */
export class ChatBodyReader implements BodyReader {
  usage: Partial<RequestUsage> | undefined;
  refusal: string | undefined;
  failure: unknown;
  thinkingField: string | undefined;
  finishWord: string | undefined;
  readonly #logprobs: unknown[] = [];

  get details(): BodyFacts['details'] {
    return this.#logprobs.length > 0 ? { logprobs: this.#logprobs } : undefined;
  }

  add(body: unknown): readonly DroppedThinking[] {
    const { choices, usage, error, x_groq } = asObject(body);
    if (error) this.failure = error;
    const counts = usage ?? asObject(x_groq).usage;
    if (counts) this.usage = chatUsage(asObject(counts));
    const [choice = {}] = asObjects(choices);
    this.finishWord = wordOf(choice.finish_reason) ?? this.finishWord;
    const logprobs = asObject(choice.logprobs).content;
    if (Array.isArray(logprobs)) this.#logprobs.push(...logprobs);
    const message = asObject(choice.message ?? choice.delta);
    this.thinkingField ??= thinkingFields.find((name) => typeof message[name] === 'string' && message[name] !== '');
    const { refusal } = message;
    if (typeof refusal === 'string' && refusal !== '') this.refusal = (this.refusal ?? '') + refusal;
    return [];
  }
}

/** `prompt_tokens` counts cache reads; hosts disagree on where they tell them. */
function chatUsage(usage: Loose): Partial<RequestUsage> {
  const completion = integers(usage.completion_tokens_details);
  const prompt = integers(usage.prompt_tokens_details ?? usage.prompt_token_details);
  const counts = integers(usage);
  const rest = Object.fromEntries(Object.entries(counts).filter(([name]) => !counted.has(name)));
  return {
    input_tokens: counts.prompt_tokens ?? 0,
    cache_read_tokens: prompt.cached_tokens ?? counts.num_cached_tokens ?? counts.prompt_cache_hit_tokens ?? 0,
    cache_write_tokens: prompt.cache_write_tokens ?? 0,
    output_tokens: counts.completion_tokens ?? 0,
    input_audio_tokens: prompt.audio_tokens ?? 0,
    output_audio_tokens: completion.audio_tokens ?? 0,
    details: { ...rest, ...completion },
  };
}
