import type { ModelResponsePart } from '../../../../protocol/messages/messages.ts';
import type { RequestUsage } from '../../../../protocol/messages/usage.ts';
import { urlContextParts } from '../answers/native-parts.ts';
import type { BodyFacts, BodyReader, ReadThinking } from '../provider.ts';
import { asObject, asObjects, integers, wordOf } from './loose-json.ts';

/**
 * Reads what the AI SDK's result lacks from a response of Google, whole or in chunks: every count, the model that
 * responded, and why a prompt was blocked, which the package reports for some reasons only.
 *
 * Source: Pydantic AI `_metadata_as_usage`, `GoogleModel._process_response`.
 */
export class GoogleBodyReader implements BodyReader {
  usage: Partial<RequestUsage> | undefined;
  served: BodyFacts['served'];
  #block: Record<string, unknown> | undefined;
  #word: string | undefined;
  #parts: readonly ModelResponsePart[] = [];
  readonly #providerName: string;

  constructor(providerName: string) {
    this.#providerName = providerName;
  }

  get details(): BodyFacts['details'] {
    return this.#block;
  }

  get isBlocked(): boolean {
    return this.#block !== undefined;
  }

  get finishWord(): string | undefined {
    return this.#block ? String(this.#block.block_reason) : this.#word;
  }

  takeParts(): readonly ModelResponsePart[] {
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }

  add(body: unknown): readonly ReadThinking[] {
    const { usageMetadata, promptFeedback, modelVersion, responseId, candidates } = asObject(body);
    const [candidate = {}] = asObjects(candidates);
    // A model that calls Google's tools as parts reports there what it read.
    const parts = asObjects(asObject(candidate.content).parts);
    if (!parts.some(({ toolCall, toolResponse }) => toolCall || toolResponse)) {
      this.#parts = [...this.#parts, ...urlContextParts(candidate.urlContextMetadata, this.#providerName)];
    }
    this.#word = wordOf(asObjects(candidates)[0]?.finishReason) ?? this.#word;
    if (!this.served && typeof modelVersion === 'string') {
      this.served = { modelId: modelVersion, ...(typeof responseId === 'string' ? { id: responseId } : {}) };
    }
    if (usageMetadata) this.usage = googleUsage(usageMetadata);
    const { blockReason, blockReasonMessage, safetyRatings } = asObject(promptFeedback);
    if (typeof blockReason !== 'string') return [];
    this.#block = {
      block_reason: blockReason,
      ...(blockReasonMessage ? { block_reason_message: blockReasonMessage } : {}),
      ...(safetyRatings ? { safety_ratings: safetyRatings } : {}),
    };
    return [];
  }
}

/** Tokens that Google's own tools add to the prompt count as input; thoughts count as output. */
function googleUsage(metadata: unknown): Partial<RequestUsage> {
  const counts = integers(metadata);
  const thoughts = counts.thoughtsTokenCount ?? 0;
  const toolUse = counts.toolUsePromptTokenCount ?? 0;
  return {
    input_tokens: (counts.promptTokenCount ?? 0) + toolUse,
    cache_read_tokens: counts.cachedContentTokenCount ?? 0,
    output_tokens: (counts.candidatesTokenCount ?? 0) + thoughts,
    details: {
      ...(thoughts > 0 ? { reasoning_tokens: thoughts } : {}),
      ...(toolUse > 0 ? { tool_use_prompt_tokens: toolUse } : {}),
    },
  };
}
