import { Writable } from 'node:stream';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { stringifyExact } from '../../server/engine/json/exact-json.ts';
import { LargeMessage, writeLarge } from '../../server/rpc/large-message.ts';

const long = 64 * 1024;

/** The text of a message, which has as many bytes as was said. */
function textOf(message: object): string {
  const large = new LargeMessage(message);
  const bytes = Buffer.concat([...large.pieces()]);
  expect([...large.measured()].at(-1)).toBe(bytes.length);
  expect(large.bytesOver(bytes.length)).toBeUndefined();
  expect(large.bytesOver(bytes.length - 1)).toBe(bytes.length);
  return bytes.toString();
}

it('a large message has the bytes that it has as one text', () => {
  const unit = fc.constantFrom('a', '"', '\\', '\n', '\u0001', '\u007f', 'é', '日', '😀', '\ud83d', '\udc00', '\u2028');
  const text = fc
    .tuple(fc.array(unit, { minLength: 1, maxLength: 9 }), fc.integer({ min: 0, max: 3 * long }))
    .map(([units, length]) => units.join('').repeat(Math.ceil(length / units.length)));
  const value = fc.dictionary(fc.string({ maxLength: 3 }), fc.oneof(text, fc.array(text, { maxLength: 2 })), {
    maxKeys: 3,
  });
  fc.assert(
    fc.property(value, (params) => {
      const message = { jsonrpc: '2.0', params, id: 2n ** 60n, none: undefined };
      expect(textOf(message) === stringifyExact(message)).toBe(true);
    }),
    { numRuns: 30, seed: 7 },
  );
});

it('no pair of surrogates is parted, wherever the pieces end', () => {
  for (const before of ['', 'x']) {
    const text = before + '😀'.repeat(long);
    expect(textOf({ text }) === JSON.stringify({ text })).toBe(true);
  }
});

it('no piece is much longer than what is encoded at once', () => {
  const pieces = [...new LargeMessage({ text: 'x'.repeat(20 * long) }).pieces()];
  expect(Math.max(...pieces.map(({ length }) => length))).toBe(long);
});

it('others have a turn while a reader keeps up with a large message', async () => {
  const seen: string[] = [];
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  const text = 'é'.repeat(20_000_000);
  const other = new Promise<void>((resolve) => setImmediate(() => resolve(void seen.push('another turn'))));
  const written = writeLarge(stream, new LargeMessage({ text }), 'lines').then(() => seen.push('written'));
  await Promise.all([other, written]);
  expect(seen).toEqual(['another turn', 'written']);
});
