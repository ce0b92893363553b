import type { ReadThinking } from '../provider.ts';
import { asObjects, type Loose, wordOf } from '../raw/loose-json.ts';

/**
 * Returns the parts of the `reasoning_details` of a message or delta, each with what has to be sent back: its
 * signature, or encrypted data instead of one.
 *
 * Source: Pydantic AI `from_reasoning_detail`, `OpenRouterStreamedResponse._map_thinking_delta`.
 */
export function reasoningDetails(given: unknown, providerName: string): ReadThinking[] {
  return asObjects(given).flatMap((detail, position) => {
    const { type, format = null, index = null } = detail;
    const content = contentOf(detail);
    if (!content) return [];
    return [
      {
        id: `detail ${type} ${index ?? position}`,
        ...content,
        fields: {
          id: wordOf(detail.id) ?? null,
          provider_name: providerName,
          provider_details: { format, index, type },
        },
      },
    ];
  });
}

function contentOf({ type, text, summary, data, signature }: Loose) {
  if (type === 'reasoning.text') return { text: wordOf(text) ?? '', signature: wordOf(signature) ?? null };
  if (type === 'reasoning.summary') return { text: wordOf(summary) ?? '', signature: null };
  if (type === 'reasoning.encrypted') return { text: '', signature: wordOf(data) ?? '' };
  return undefined;
}
