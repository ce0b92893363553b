import type { BodyFacts } from './provider.ts';

type Loose = Readonly<Record<string, unknown>>;

const asObject = (value: unknown): Loose =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Loose) : {};

/** Counts that have fields of their own. */
const counted = new Set(['prompt_tokens', 'completion_tokens', 'total_tokens']);

/**
 * What a chat completion says beyond the AI SDK's result: every count by OpenAI's name, log probabilities, a refusal.
 *
 * Source: Pydantic AI `OpenAIChatModel._process_response`, `_map_usage`, `_map_provider_details`.
 * @since 0.1.0
 */
export function readChatBody(body: unknown): BodyFacts {
  const { choices, usage } = asObject(body);
  const choice = asObject(Array.isArray(choices) ? choices[0] : undefined);
  const logprobs = asObject(choice.logprobs).content;
  const { refusal } = asObject(choice.message);
  return {
    ...(usage ? { usage: usageOf(asObject(usage)) } : {}),
    ...(Array.isArray(logprobs) && logprobs.length > 0 ? { details: { logprobs } } : {}),
    ...(typeof refusal === 'string' && refusal !== '' ? { refusal } : {}),
  };
}

function usageOf(usage: Loose) {
  const completion = integers(asObject(usage.completion_tokens_details));
  const prompt = integers(asObject(usage.prompt_tokens_details));
  const rest = Object.fromEntries(Object.entries(integers(usage)).filter(([name]) => !counted.has(name)));
  return {
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
