import { asObject, asObjects, type Loose, wordOf } from '../raw/loose-json.ts';
import { contentText } from './content.ts';
import type { Normalizer } from './normalizer.ts';

/** Normalizes responses of Google's `generateContent`, whole or in chunks, which have the same shape. */
export class GoogleNormalizer implements Normalizer {
  body(given: unknown): unknown {
    const body = asObject(given);
    return body.candidates || body.promptFeedback || body.usageMetadata ? answerOf(body) : undefined;
  }

  event(given: unknown): readonly unknown[] {
    return [answerOf(asObject(given))];
  }
}

function answerOf({ candidates, usageMetadata, ...body }: Loose): Loose {
  const counts = Object.entries(asObject(usageMetadata)).filter(([, value]) => value !== null);
  const isCounted = counts.some(([, value]) => typeof value === 'number');
  return {
    ...body,
    candidates: asObjects(candidates).map(candidateOf),
    ...(isCounted ? { usageMetadata: Object.fromEntries(counts) } : {}),
  };
}

function candidateOf({ content, finishReason, safetyRatings, ...candidate }: Loose): Loose {
  const parts = asObjects(asObject(content).parts).flatMap(partOf);
  return {
    ...candidate,
    content: { role: 'model', parts },
    ...(wordOf(finishReason) ? { finishReason } : {}),
    ...(Array.isArray(safetyRatings) ? { safetyRatings: asObjects(safetyRatings) } : {}),
  };
}

function partOf(part: Loose): Loose[] {
  if (part.functionCall) {
    const call = asObject(part.functionCall);
    const name = wordOf(call.name);
    return name ? [{ ...part, functionCall: { ...call, name, args: argumentsOf(call.args) } }] : [];
  }
  if ('text' in part && typeof part.text !== 'string') return [{ ...part, text: contentText(part.text) ?? '' }];
  return Object.keys(part).length > 0 ? [part] : [];
}

/** Google sends arguments as an object; servers that imitate it send text. */
function argumentsOf(args: unknown): unknown {
  if (typeof args !== 'string') return args ?? {};
  try {
    return asObject(JSON.parse(args || '{}'));
  } catch {
    return {};
  }
}
