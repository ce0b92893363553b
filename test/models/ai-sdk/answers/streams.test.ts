import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FrameDecoder } from '../../../../server/models/ai-sdk/answers/amazon-frames.ts';
import { EventDecoder } from '../../../../server/models/ai-sdk/answers/server-sent-events.ts';
import { answering } from './shapes.ts';

const seed = 7_140;

/** Bytes cut at the given places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...at, bytes.length].map((end, index) => bytes.slice(index === 0 ? 0 : at[index - 1], end));
}

const event = fc.record({
  name: fc.option(fc.constantFrom('delta', 'stop'), { nil: undefined }),
  data: fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
});

it(`events are the same wherever their bytes are cut, whatever ends their lines (seed ${seed})`, () => {
  const breaks = fc.constantFrom('\n', '\r\n', '\r');
  // Longer lines than that are decoded while they come.
  const atOnce = fc.constantFrom(undefined, 1, 10);
  const places = fc.array(fc.nat(), { maxLength: 40 });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 6 }), breaks, places, atOnce, (events, end, at, bytes) => {
      const text = events.map(({ name, data }) =>
        [': a sign of life', ...(name ? [`event: ${name}`] : []), `data: ${data}`, '', ''].join(end),
      );
      const decoder = new EventDecoder(bytes);
      const pieces = cut(new TextEncoder().encode(text.join('')), at);
      const read = [...pieces.flatMap((piece) => [...decoder.add(piece)]), ...decoder.end()];
      expect(read).toEqual(events);
    }),
    { seed },
  );
});

it(`frames of Amazon are the same wherever their bytes are cut (seed ${seed})`, async () => {
  const given = [{ messageStart: { role: 'assistant' } }, { metadata: { text: '✓' } }, { messageStop: {} }];
  const bytes = new Uint8Array(await answering('bedrock', given).arrayBuffer());
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 40 }), (at) => {
      const decoder = new FrameDecoder();
      const frames = cut(bytes, at).flatMap((piece) => [...decoder.add(piece)]);
      expect(frames.map(({ name, data }) => ({ [name ?? '']: JSON.parse(data) }))).toEqual(given);
      expect(frames.map((frame) => Buffer.from(frame.with(frame.data).bytes))).toEqual(
        frames.map((frame) => Buffer.from(frame.bytes)),
      );
      expect(decoder.rest()).toHaveLength(0);
    }),
    { seed },
  );
});
