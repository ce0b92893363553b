import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { stringifyExact } from '../../server/engine/json/exact-json.ts';
import { encodedPieces } from '../../server/rpc/encoded-pieces.ts';

const long = 64 * 1024;
const bytesOf = (message: object) => Buffer.concat(encodedPieces(message)).toString();

it('a large message has the bytes that it has as one text', () => {
  const unit = fc.constantFrom('a', '"', '\\', '\n', 'é', '日', '😀', '\ud83d', '\u2028');
  const text = fc
    .tuple(fc.array(unit, { minLength: 1, maxLength: 9 }), fc.integer({ min: 0, max: 3 * long }))
    .map(([units, length]) => units.join('').repeat(Math.ceil(length / units.length)));
  const value = fc.dictionary(fc.string({ maxLength: 3 }), fc.oneof(text, fc.array(text, { maxLength: 2 })), {
    maxKeys: 3,
  });
  fc.assert(
    fc.property(value, (params) => {
      const message = { jsonrpc: '2.0', params, id: 2n ** 60n, none: undefined };
      expect(bytesOf(message) === stringifyExact(message)).toBe(true);
    }),
    { numRuns: 30, seed: 7 },
  );
});

it('no pair of surrogates is parted, wherever the pieces end', () => {
  for (const before of ['', 'x']) {
    const text = before + '😀'.repeat(long);
    expect(bytesOf({ text }) === JSON.stringify({ text })).toBe(true);
  }
});

it('no piece is much longer than what is encoded at once', () => {
  const pieces = encodedPieces({ text: 'x'.repeat(20 * long) });
  expect(Math.max(...pieces.map(({ length }) => length))).toBe(long);
});
