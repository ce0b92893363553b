import type { DurableEvent } from '../../../protocol/events.ts';
import type { TooLarge } from '../../callbacks/client.ts';
import { stringifyExact } from '../../engine/json/exact-json.ts';

const whole = 256 * 1024;
const shown = 64 * 1024;

/**
 * Shortens a huge tool result in an event: the history has it whole. Other events pass through unchanged.
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
 * Returns the event that is sent in place of one that no message can hold, under its number: the end of a run without
 * its output and metadata, any other event without its content.
 */
export function instead(event: DurableEvent, { size, limit }: TooLarge): DurableEvent {
  if (event.event_kind === 'run_finished') {
    const { output: _output, deferred: _deferred, metadata: _metadata, ...result } = event.result;
    return { ...event, result };
  }
  const message = `An event of kind '${event.event_kind}' has ${size} bytes, above the limit of ${limit} for a message; run/messages has it, in pages.`;
  return { event_kind: 'warning', kind: 'event.tooLarge', message };
}
