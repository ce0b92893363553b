import type { ModelResponsePart } from '../../../protocol/messages/messages.ts';
import type { ModelAnswer, ModelPrompt } from '../../engine/model.ts';
import { modelResponse, requestUsage } from '../../engine/request/response.ts';
import type { PartStream } from '../../engine/streaming/part-stream.ts';
import { estimateTokens, estimateUsage } from '../token-estimate.ts';

/**
 * Streams an answer of the test model: text word by word, a single word in two halves, calls as a whole. Usage counts
 * the prompt, then the words as they come; calls add nothing.
 *
 * Source: Pydantic AI `TestStreamedResponse`.
 */
export async function streamTestAnswer(
  { messages }: ModelPrompt,
  parts: readonly ModelResponsePart[],
  stream: PartStream,
): Promise<ModelAnswer> {
  const fields = { model_name: 'test', provider_name: 'test' };
  stream.open(fields);
  const prompt = estimateUsage(messages);
  let output_tokens = prompt.output_tokens;
  const count = (text: string) => {
    output_tokens += estimateTokens(text);
    stream.setUsage(requestUsage({ ...prompt, output_tokens }));
  };
  count('');
  for (const [index, part] of parts.entries()) {
    if (part.part_kind === 'text') {
      stream.text(index, '');
      for (const word of wordsOf(part.content)) {
        count(word);
        stream.text(index, word);
        const full = stream.ready();
        if (full) await full;
      }
    } else if (part.part_kind === 'tool-call') {
      stream.toolCall(index, { name: part.tool_name, args: part.args, id: part.tool_call_id });
    } else stream.whole(part);
  }
  return { response: modelResponse([], { ...fields, usage: stream.usage }), served: 'test' };
}

function wordsOf(text: string): string[] {
  const words = text.split(' ');
  const pieces = words.map((word, index) => (index < words.length - 1 ? `${word} ` : word));
  const [only] = pieces;
  if (pieces.length > 1 || only === undefined || only.length <= 2) return pieces;
  // Halves of characters as Python counts them.
  const characters = [...only];
  const half = Math.floor(characters.length / 2);
  return [characters.slice(0, half).join(''), characters.slice(half).join('')];
}
