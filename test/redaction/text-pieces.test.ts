import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Redaction } from '../../server/redaction/redaction.ts';
import { TextPieces } from '../../server/redaction/text-pieces.ts';

const secret = 'canary-0123456789';
const cut = (text: string, sizes: readonly number[]) => {
  const pieces: string[] = [];
  for (let at = 0, n = 0; at < text.length; n += 1) {
    const size = sizes[n % sizes.length] ?? 1;
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
};
const shownOf = (pieces: readonly string[]) => {
  const texts = new TextPieces(new Redaction([secret], { byShape: false }));
  return [...pieces.map((piece) => texts.add(piece)), texts.end()];
};

it('a text in pieces shows no more of a secret than its first three characters, however it is cut', () => {
  const words = fc.array(fc.constantFrom(secret, 'canary', 'can', '.', 'a', 'plain.text.', secret.slice(0, -1), '9'));
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(words, sizes, (parts, lengths) => {
      const text = parts.join('');
      const shown = shownOf(cut(text, lengths)).join('');
      expect(shown).not.toContain(secret);
      // What is no secret is all there, in order; of a secret at most its head is.
      const rest = text.split(secret);
      const found = shown.split(/(?:can|ca|c)?\[redacted\]/).join('');
      expect(shown.split('[redacted]').length).toBe(rest.length);
      expect(found.length).toBeLessThanOrEqual(rest.join('').length);
      expect(rest.join('').length - found.length).toBeLessThanOrEqual(3 * (rest.length - 1));
    }),
    { numRuns: 500 },
  );
});

it.each([
  [
    ['The ', 'end'],
    ['The ', 'end', ''],
  ],
  [
    ['a canary', ' sings'],
    ['a ', 'canary sings', ''],
  ],
  [['a canary'], ['a ', 'canary']],
  [
    ['key canary-01', '23456789!'],
    ['key ', '[redacted]!', ''],
  ],
  [
    ['ca', 'nary-0123456789'],
    ['ca', '[redacted]', ''],
  ],
  [
    ['', secret, ''],
    ['', '[redacted]', '', ''],
  ],
  [
    ['key canary%2', 'D01234567', '89!'],
    ['key ', '', '[redacted]!', ''],
  ],
  [
    ['is Y2FuYX', 'J5LTAxMjM0NTY3ODk=.'],
    ['is ', '[redacted].', ''],
  ],
])('the pieces %j are shown as %j', (pieces, shown) => {
  expect(shownOf(pieces)).toEqual(shown);
});
