import type { DurableEvent } from '../../protocol/events.ts';
import type { TooLarge } from '../callbacks/client.ts';
import { stringifyExact } from '../engine/exact-json.ts';

const whole = 256 * 1024;
const shown = 64 * 1024;

/**
 * Shortens a huge tool result where it is only told: the history has it whole. Other events pass through unchanged.
 *
 * @since 0.1.0
 */
export function eventForWire(event: DurableEvent): DurableEvent {
  if (event.event_kind !== 'function_tool_result' && event.event_kind !== 'output_tool_result') return event;
  const { content } = event.part;
  // A short string or a small number cannot be huge; only the rest is measured.
  if (content === null || typeof content === 'number' || typeof content === 'boolean') return event;
  if (typeof content === 'string' && content.length < whole / 4) return event;
  const json = stringifyExact(content);
  const size = Buffer.byteLength(json);
  if (size <= whole) return event;
  const start = (typeof content === 'string' ? content : json).slice(0, shown);
  return { ...event, part: { ...event.part, content: start } as typeof event.part, truncated: true, size };
}

/**
 * What is told instead of an event that no message can hold, under its number: of the end of a run everything but the
 * output and what it was told with, of anything else that it was.
 *
 * @since 0.2.0
 */
export function instead(event: DurableEvent, { size, limit }: TooLarge): DurableEvent {
  if (event.event_kind === 'run_finished') {
    const { output: _output, deferred: _deferred, metadata: _metadata, ...result } = event.result;
    return { ...event, result };
  }
  const message = `An event of kind '${event.event_kind}' has ${size} bytes, above the limit of ${limit} for a message; run/messages has it, in pages.`;
  return { event_kind: 'warning', kind: 'event.tooLarge', message };
}
