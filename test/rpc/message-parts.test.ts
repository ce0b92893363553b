import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookedAt, readableParts, readablePartsOf } from '../../server/rpc/message-parts.ts';
import { cpuMs } from '../support/time-limits.ts';

const partsOf = (text: string) => readablePartsOf(Buffer.from(text));

it.each([
  // Valid or not, in any order, with anything nested between.
  ['{"jsonrpc":"2.0","id":7,"method":"a/b"}', { id: 7, method: 'a/b', isAnswer: false }],
  ['{"result":{"id":1,"method":"x","a":[{"id":2}]},"id":"é"}', { id: 'é', isAnswer: true }],
  ['{"id":1000000000,"result":{"mean":NaN}}', { id: 1000000000, isAnswer: true }],
  ['{"result":"a\nb","id":1000000000}', { id: 1000000000, isAnswer: true }],
  ['{"result":"say "hi", now","id":1000000000}', { id: 1000000000, isAnswer: true }],
  ['{"error":None,"id":1000000000}', { id: 1000000000, isAnswer: true }],
  ["{'jsonrpc': '2.0', 'id': 1000000000, 'result': True}", { id: 1000000000, isAnswer: true }],
  ['{jsonrpc: "2.0", id: 1000000000, result: 1}', { id: 1000000000, isAnswer: true }],
  ['{"id":"1000000000" "result":1}', { id: '1000000000', isAnswer: true }],
  ['{"id":1000000000.0,"result":1}}}', { id: 1000000000, isAnswer: true }],
  ['log: {"id":1000000000,"result":1} trailing', { id: 1000000000, isAnswer: true }],
  ['\ufeff{"id":1000000000,"result":1}', { id: 1000000000, isAnswer: true }],
  ['[{"id":1000000000,"result":NaN}]', { id: 1000000000, isAnswer: true }],
  // The first one of a name counts.
  ['{"id":1000000000,"result":1,"id":7}', { id: 1000000000, isAnswer: true }],
  // What breaks off: ten digits make an id of ours, others may go on.
  ['{"jsonrpc":"2.0","id":1000000000', { id: 1000000000, isAnswer: false }],
  ['{"jsonrpc":"2.0","id":100000000', { isAnswer: false }],
  ['{"jsonrpc":"2.0","id":"abc', { isAnswer: false }],
  ['{"id":1000000000,"result":{"a":[1,', { id: 1000000000, isAnswer: true }],
  ['{"id":3,"method":"a/', { id: 3, isAnswer: false }],
  // Nothing that is an id.
  ['{"id":1.5,"result":1}', { isAnswer: true }],
  ['{"id":null,"result":NaN}', { isAnswer: true }],
  ['{"id":{"id":1000000000},"result":1}', { isAnswer: true }],
  ['{"id":"\ufffd","method":"x"}', { method: 'x', isAnswer: false }],
  ['{"a":{"id":5}}', { isAnswer: false }],
  ['hello', { isAnswer: false }],
  ['', { isAnswer: false }],
])('%s', (text, parts) => {
  expect(partsOf(text)).toEqual(parts);
});

it('reads UTF-16 too, as some shells write it', () => {
  const text = '{"jsonrpc":"2.0","id":1000000000,"result":"x"}';
  expect(readablePartsOf(Buffer.from(text, 'utf16le'))).toEqual({ id: 1000000000, isAnswer: true });
});

/** Values with everything in them that has a meaning in JSON. */
const values = fc.jsonValue({
  maxDepth: 4,
  stringUnit: fc.constantFrom('"', '\\', '{', '}', ']', ',', ':', 'id', 'é', ' '),
});
const ids = fc.oneof(fc.integer(), fc.string());

describe('a message of any content', () => {
  const members = fc
    .tuple(ids, fc.string(), values, values)
    .chain(([id, method, params, extra]) =>
      fc.shuffledSubarray(Object.entries({ jsonrpc: '2.0', id, method, params, extra }), { minLength: 5 }),
    )
    .map((entries) => Object.fromEntries(entries) as { id: number | string; method: string });

  it('is read as the parser reads it', () => {
    fc.assert(
      fc.property(members, fc.constantFrom(0, 2), ({ id, method, ...rest }, indent) => {
        fc.pre(!`${id}${method}`.includes('\ufffd'));
        const text = JSON.stringify({ ...rest, id, method }, null, indent);
        expect(partsOf(text)).toEqual({ id, method, isAnswer: false });
      }),
      { numRuns: 2000 },
    );
  });

  it('is read from its ends, however much lies between them', () => {
    fc.assert(
      fc.property(ids, values, values, fc.constantFrom('x', '\\"', '{"id":1},', '[['), (id, before, after, filler) => {
        const message = {
          jsonrpc: '2.0',
          method: 'run/start',
          params: { before, filler: filler.repeat(2 * lookedAt), after },
          id,
        };
        const bytes = Buffer.from(JSON.stringify(message));
        fc.pre(JSON.stringify(after).length < lookedAt / 2);
        const expected = { id, method: 'run/start', isAnswer: false };
        expect(readablePartsOf(bytes)).toEqual(expected);
        expect(readableParts(bytes.subarray(0, lookedAt), bytes.subarray(-lookedAt))).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('is found by its id though a value in it is broken', () => {
    const broken = fc.constantFrom(
      'NaN',
      '-Infinity',
      'None',
      '"a\nb"',
      '"\u0000"',
      "'x'",
      '[1,,2]',
      '{"a":}',
      '{x:1}',
      '+1',
    );
    fc.assert(
      fc.property(broken, values, fc.boolean(), (fault, value, isFirst) => {
        const result = `"result":{"a":${JSON.stringify(value)},"b":${fault}}`;
        const id = '"id":1000000000';
        const text = `{"jsonrpc":"2.0",${isFirst ? `${id},${result}` : `${result},${id}`}}`;
        expect(partsOf(text)).toEqual({ id: 1000000000, isAnswer: true });
      }),
      { numRuns: 1000 },
    );
  });
});

it('takes no time to speak of, whatever the size of the message', () => {
  const large = Buffer.from(`{"jsonrpc":"2.0","result":[${'[1,"x",{}],'.repeat(5_000_000)}NaN],"id":1000000000}`);
  expect(large.length).toBeGreaterThan(50_000_000);
  const read = () => expect(readablePartsOf(large)).toEqual({ id: 1000000000, isAnswer: true });
  expect(cpuMs(read, 50)).toBeLessThan(50);
});

it('reads any bytes without an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      readablePartsOf(Buffer.from(bytes));
      readableParts(Buffer.from(bytes), Buffer.from([...bytes, 0x7d]));
    }),
    { numRuns: 2000 },
  );
});
