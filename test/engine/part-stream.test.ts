import { expect, it } from 'vitest';
import { PartStream } from '../../server/engine/streaming/part-stream.ts';

it('arguments that come as objects grow by members of any name, and parts that were shown stay as they were', () => {
  const shown: unknown[] = [];
  const stream = new PartStream({
    sink: { show: (event) => shown.push(event), text() {}, thinking() {}, toolCall() {}, ready: () => undefined },
    signal: new AbortController().signal,
    outputOf: () => null,
    mintId: (index) => `minted-${index}`,
  });
  const given = { a: 1 };
  stream.toolCall(0, { name: 'f', args: given });
  stream.toolCall(0, { args: JSON.parse('{"__proto__": {"b": 2}, "a": 3}') });
  expect(shown).toMatchObject([{ event_kind: 'part_start', part: { args: { a: 1 } } }]);
  expect(given).toEqual({ a: 1 });
  expect(JSON.stringify(stream.parts().map((part) => 'args' in part && part.args))).toBe(
    '[{"a":3,"__proto__":{"b":2}}]',
  );
});
