import { asObject, asObjects, type Loose, wordOf } from '../raw/loose-json.ts';
import type { Normalizer } from './normalizer.ts';
import { argumentsText, madeCallId, wholeToolCalls } from './tool-calls.ts';

const events = /^(content-(start|delta|end)|message-(start|end)|tool-plan-delta|tool-call-(start|delta|end))$/;

/** Normalizes responses of Cohere's chat API. */
export class CohereNormalizer implements Normalizer {
  body(given: unknown): unknown {
    const body = asObject(given);
    if (!body.message) return undefined;
    // Citations of tool results do not have the shape that the package expects, and have no other use.
    const { citations: _, content, tool_calls, ...message } = asObject(body.message);
    return {
      ...body,
      message: {
        ...message,
        role: 'assistant',
        content: typeof content === 'string' ? [{ type: 'text', text: content }] : asObjects(content).flatMap(blockOf),
        tool_calls: wholeToolCalls(tool_calls),
      },
      ...endOf(body),
    };
  }

  event(given: unknown): readonly unknown[] {
    const event = asObject(given);
    if (!events.test(String(event.type))) return [];
    const delta = asObject(event.delta);
    const message = asObject(delta.message);
    const at = { index: 0, ...event };
    switch (event.type) {
      case 'message-end':
        return [{ ...at, delta: { ...delta, ...endOf(delta) } }];
      case 'content-start':
        return blockOf(asObject(message.content)).map((content) => ({ ...at, delta: { message: { content } } }));
      case 'content-delta':
        return pieceOf(asObject(message.content)).map((content) => ({ ...at, delta: { message: { content } } }));
      case 'tool-call-start':
      case 'tool-call-delta':
        return [{ ...at, delta: { message: { ...message, tool_calls: callOf(asObject(message.tool_calls)) } } }];
      default:
        return [at];
    }
  }
}

function blockOf({ type, text, thinking }: Loose): Loose[] {
  if (type === 'text' || type === undefined) return [{ type: 'text', text: wordOf(text) ?? '' }];
  return type === 'thinking' ? [{ type, thinking: wordOf(thinking) ?? '' }] : [];
}

function pieceOf({ text, thinking }: Loose): Loose[] {
  if (typeof text === 'string') return [{ text }];
  return typeof thinking === 'string' ? [{ thinking }] : [];
}

function callOf({ id, function: called }: Loose): Loose {
  const { name, arguments: args } = asObject(called);
  return {
    id: wordOf(id) ?? madeCallId(),
    type: 'function',
    function: { ...(wordOf(name) ? { name } : {}), arguments: argumentsText(args) },
  };
}

/** The package requires a finish reason and counts; missing ones are marked. */
function endOf({ finish_reason, usage }: Loose): Loose {
  const { billed_units, tokens, cached_tokens } = asObject(usage);
  const billed = numbersOf(billed_units);
  const counted = numbersOf(tokens);
  const isCounted = counted.input_tokens !== undefined || counted.output_tokens !== undefined;
  return {
    finish_reason: wordOf(finish_reason) ?? '',
    usage: {
      ...(billed.input_tokens === undefined ? {} : { billed_units: { output_tokens: 0, ...billed } }),
      tokens: { input_tokens: 0, output_tokens: 0, ...counted },
      ...(typeof cached_tokens === 'number' ? { cached_tokens } : {}),
      ...(isCounted ? {} : { uncounted: true }),
    },
  };
}

const numbersOf = (given: unknown): Loose =>
  Object.fromEntries(Object.entries(asObject(given)).filter(([, value]) => typeof value === 'number'));
