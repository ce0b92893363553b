import type { DurableEvent } from '../../protocol/events.ts';

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
  const json = JSON.stringify(content);
  const size = Buffer.byteLength(json);
  if (size <= whole) return event;
  const start = (typeof content === 'string' ? content : json).slice(0, shown);
  return { ...event, part: { ...event.part, content: start } as typeof event.part, truncated: true, size };
}
