import { expect, it } from 'vitest';
import { requestUsage } from '../../server/engine/request/response.ts';
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

it('each usage is checked once, before the first piece after it is shown', () => {
  const order: unknown[] = [];
  const stream = new PartStream({
    sink: {
      show: ({ event_kind }) => order.push(event_kind),
      text: (_index, content) => order.push(content),
      thinking() {},
      toolCall() {},
      ready: () => undefined,
    },
    signal: new AbortController().signal,
    check: ({ output_tokens }) => {
      order.push(output_tokens);
      return output_tokens < 9;
    },
    outputOf: () => null,
    mintId: String,
  });
  stream.text(0, 'a');
  stream.text(0, 'b');
  stream.setUsage(requestUsage({ output_tokens: 2 }));
  for (const piece of ['c', 'd']) stream.text(0, piece);
  stream.setUsage(requestUsage({ output_tokens: 9 }));
  for (const piece of ['e', 'f']) stream.text(0, piece);
  expect(order).toEqual([0, 'part_start', 'b', 2, 'c', 'd', 9]);
});
