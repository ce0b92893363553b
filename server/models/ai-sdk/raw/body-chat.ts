import type { RequestUsage } from '../../../../protocol/messages/usage.ts';
import { jsonSize } from '../../../engine/json/json-size.ts';
import { openRouterDetails } from '../answers/openrouter.ts';
import { reasoningDetails } from '../answers/reasoning-details.ts';
import type { BodyFacts, BodyReader, ReadThinking } from '../provider.ts';
import { asObject, asObjects, integers, type Loose, wordOf } from './loose-json.ts';

/** The form of a provider's thinking, and how it becomes parts. */
export interface ThinkingForm {
  readonly providerName: string;
  /** True if `reasoning_details` must be sent back: then they are the thinking, whatever other fields there are. */
  readonly details?: boolean;
  /** True if OpenRouter's own data about a response is kept. */
  readonly openRouter?: boolean;
  /** The field that takes precedence when there are several; `reasoning` by default. */
  readonly field?: 'reasoning' | 'reasoning_content' | undefined;
  /**
   * True if a part names its provider and the field it came in, which upstream omits for models with their own
   * classes.
   */
  readonly named?: boolean;
}

const thinkingFields = ['reasoning', 'reasoning_content', 'content'];

/** Where details are not sent back, only their readable text is kept, unless a field has it too. */
const readable = (details: readonly ReadThinking[]) => details.filter(({ text }) => text !== '');

/** Counts that have their own fields. */
const counted = new Set([
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'num_cached_tokens',
  'prompt_cache_hit_tokens',
  'prompt_cache_miss_tokens',
]);

/**
 * Reads what the AI SDK's result lacks from a chat completion, whole or in chunks: every count by its own name, log
 * probabilities, a refusal, an error next to a response.
 *
 * Source: Pydantic AI `OpenAIChatModel._process_response`, `OpenAIStreamedResponse`, `_map_usage`,
 * `_map_provider_details`.
 */
export class ChatBodyReader implements BodyReader {
  usage: Partial<RequestUsage> | undefined;
  refusal: string | undefined;
  isOver = false;
  /** True if the provider rejected what the model generated, and quoted it. */
  isFailed = false;
  #beside: Record<string, unknown> = {};
  finishWord: string | undefined;
  shownWord: string | undefined;
  kept = 0;
  readonly #logprobs: unknown[] = [];
  #hasField = false;
  readonly #form: ThinkingForm;

  constructor(form: ThinkingForm) {
    this.#form = form;
  }

  get details(): BodyFacts['details'] {
    const logprobs = this.#logprobs.length > 0 ? { logprobs: this.#logprobs } : {};
    return { ...logprobs, ...this.#beside };
  }

  add(body: unknown): readonly ReadThinking[] {
    const { choices, usage, x_groq, assumed, failed } = asObject(body);
    if (failed) this.isFailed = true;
    if (this.#form.openRouter) this.#beside = { ...this.#beside, ...openRouterDetails(asObject(body)) };
    if (assumed) {
      this.isOver = true;
      return [];
    }
    const counts = usage ?? asObject(x_groq).usage;
    if (counts && !asObject(counts).uncounted) this.usage = chatUsage(asObject(counts));
    const [choice = {}] = asObjects(choices);
    this.finishWord = wordOf(choice.finish_reason) ?? this.finishWord;
    this.shownWord = wordOf(choice.native_finish_reason) ?? this.shownWord;
    const { token_logprobs } = choice;
    if (Array.isArray(token_logprobs)) this.#keep(token_logprobs);
    const message = asObject(choice.message ?? choice.delta);
    const { refusal } = message;
    if (typeof refusal === 'string' && refusal !== '') {
      this.kept += refusal.length;
      this.refusal = (this.refusal ?? '') + refusal;
    }
    return this.#thinking(asObject(message.thought));
  }

  /** Returns the first field that is not empty: servers that send several send the same text. */
  #thinking({ reasoning_details, ...thought }: Loose): readonly ReadThinking[] {
    const { providerName, details, named = true, field: first = 'reasoning' } = this.#form;
    if (details && reasoning_details) return reasoningDetails(reasoning_details, providerName);
    const field = [first, ...thinkingFields].find((name) => wordOf(thought[name]) !== undefined);
    if (field === undefined) return this.#hasField ? [] : readable(reasoningDetails(reasoning_details, providerName));
    this.#hasField = true;
    const fields = named ? { id: field, provider_name: providerName } : {};
    return [{ id: field, text: String(thought[field]), fields }];
  }

  #keep(logprobs: readonly unknown[]): void {
    this.kept += jsonSize(logprobs);
    for (const one of logprobs) this.#logprobs.push(one); // spread over arguments, a long list overflows the stack
  }
}

/** `prompt_tokens` includes cache reads, which hosts report in different places. */
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
