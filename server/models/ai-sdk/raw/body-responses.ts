import type { RequestUsage } from '../../../../protocol/messages/usage.ts';
import { type NativeCall, webSearches } from '../answers/native-parts.ts';
import type { BodyReader, ReadThinking } from '../provider.ts';
import { asObject, asObjects, integers, wordOf } from './loose-json.ts';

/**
 * Reads what the AI SDK's result lacks from a response of the Responses API, whole or in events: counts, the status as
 * the finish reason, and raw reasoning, which compatible hosts send and the package drops.
 *
 * Source: Pydantic AI `OpenAIResponsesModel._process_response`, `_map_usage`.
 */
export class ResponsesBodyReader implements BodyReader {
  usage: Partial<RequestUsage> | undefined;
  finishWord: string | undefined;
  readonly natives = new Map<string, NativeCall>();
  refusal: string | undefined;
  isOver = false;

  add(body: unknown): ReadThinking[] {
    const { type, response, item, item_id, delta, refusal } = asObject(body);
    const items = type === 'response.output_item.done' ? [item] : type === undefined ? asObject(body).output : [];
    for (const [id, native] of webSearches(items)) this.natives.set(id, native);
    if (type === undefined || /^response\.(completed|incomplete|failed|done)$/.test(String(type))) this.isOver = true;
    if (type === 'response.refusal.delta') this.refusal = (this.refusal ?? '') + (wordOf(delta) ?? '');
    if (type === 'response.refusal.done') this.refusal = wordOf(refusal) ?? this.refusal;
    if (type === 'response.reasoning_text.delta') return [{ id: `${item_id}:0`, text: String(delta) }];
    if (type === 'response.output_item.done') return rawReasoning(items).map((read) => ({ ...read, text: '' }));
    const whole = typeof type === 'string' ? asObject(response) : asObject(body);
    if (whole.usage) this.usage = responsesUsage(whole.usage);
    this.#finish(type === 'response.incomplete' ? undefined : whole.status, asObject(whole.incomplete_details).reason);
    this.refusal = refusalIn(whole.output) ?? this.refusal;
    return typeof type === 'string' ? [] : rawReasoning(whole.output);
  }

  #finish(status: unknown, reason: unknown): void {
    const word = wordOf(reason) ?? wordOf(status);
    if (word && word !== 'in_progress' && word !== 'queued') this.finishWord = word;
  }
}

/** The last refusal counts. Source: Pydantic AI `OpenAIResponsesModel._process_response`. */
const refusalIn = (output: unknown): string | undefined =>
  asObjects(output)
    .flatMap(({ content }) => asObjects(content))
    .flatMap(({ type, refusal }) => (type === 'refusal' ? (wordOf(refusal) ?? []) : []))
    .at(-1);

/** Reasoning as the model wrote it: it goes back as it came. Source: Pydantic AI `map_reasoning_item`. */
function rawReasoning(output: unknown): ReadThinking[] {
  return asObjects(output).flatMap((item): ReadThinking[] => {
    const raw_content =
      item.type === 'reasoning' ? asObjects(item.content).flatMap(({ text }) => wordOf(text) ?? []) : [];
    return raw_content.length > 0 ? [{ id: `${item.id}:0`, text: raw_content.join(''), details: { raw_content } }] : [];
  });
}

function responsesUsage(usage: unknown): Partial<RequestUsage> {
  const counts = integers(usage);
  const input = integers(asObject(usage).input_tokens_details);
  const output = integers(asObject(usage).output_tokens_details);
  return {
    input_tokens: counts.input_tokens ?? 0,
    cache_read_tokens: input.cached_tokens ?? 0,
    cache_write_tokens: input.cache_write_tokens ?? 0,
    output_tokens: counts.output_tokens ?? 0,
    details: output,
  };
}
