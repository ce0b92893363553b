import { asObject, asObjects, type Loose, wordOf } from '../raw/loose-json.ts';
import type { Normalizer } from './normalizer.ts';
import { madeCallId } from './tool-calls.ts';

const blocks = ['text', 'toolUse', 'reasoningContent', 'citationsContent'];

const deltas = ['text', 'toolUse', 'reasoningContent', 'citation'];

/** Normalizes responses of Amazon Bedrock's Converse API. */
export class BedrockNormalizer implements Normalizer {
  body(given: unknown): unknown {
    const { output, usage, ...body } = asObject(given);
    if (!output) return undefined;
    const { message } = asObject(output);
    return {
      ...body,
      output: {
        message: { role: 'assistant', content: asObjects(asObject(message).content).flatMap(blockOf) },
      },
      stopReason: wordOf(body.stopReason) ?? '',
      usage: countsOf(usage),
      metrics: null,
    };
  }

  event(given: unknown): readonly unknown[] {
    const { messageStop, metadata, ...event } = asObject(given);
    const { delta } = asObject(event.contentBlockDelta);
    if (delta && !deltas.some((name) => name in asObject(delta))) return [];
    return [
      {
        ...event,
        ...(messageStop
          ? { messageStop: { ...asObject(messageStop), stopReason: wordOf(asObject(messageStop).stopReason) ?? '' } }
          : {}),
        ...(metadata ? { metadata: { ...asObject(metadata), usage: countsOf(asObject(metadata).usage) } } : {}),
      },
    ];
  }
}

function blockOf(block: Loose): Loose[] {
  if (!blocks.some((name) => name in block)) return [];
  if (!block.toolUse) return [block];
  const call = asObject(block.toolUse);
  const name = wordOf(call.name);
  return name
    ? [
        {
          ...block,
          toolUse: { ...call, name, toolUseId: wordOf(call.toolUseId) ?? madeCallId(), input: call.input ?? {} },
        },
      ]
    : [];
}

/** Returns the counts. Those that the package requires are 0, marked when nothing was counted. */
function countsOf(given: unknown): Loose {
  const usage = Object.fromEntries(Object.entries(asObject(given)).filter(([, value]) => value !== null));
  const isCounted = typeof usage.inputTokens === 'number' || typeof usage.outputTokens === 'number';
  const { inputTokens = 0, outputTokens = 0 } = usage;
  return {
    totalTokens: Number(inputTokens) + Number(outputTokens),
    ...usage,
    inputTokens,
    outputTokens,
    ...(isCounted ? {} : { uncounted: true }),
  };
}
