import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonFault } from '../../server/rpc/json-fault.ts';

const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

it.each([
  ['', 'it is empty'],
  ['{"mean":NaN}', 'NaN at position 8 is not a JSON number'],
  ['{"mean": -Infinity}', '-Infinity at position 9 is not a JSON number'],
  ['{"a":None}', 'None at position 5 is not a JSON value'],
  ["{'a':1}", 'the text at position 1 is not in quotes'],
  ['"a\nb"', 'the line break at position 2 is inside a string and must be escaped'],
  ['"a\u0000b"', 'the control character at position 2 is inside a string and must be escaped'],
  ['"a\\x41"', 'the escape at position 2 is not one of JSON'],
  ['{"a":01}', 'the number at position 5 is malformed'],
  ['{"a":1', 'it breaks off at position 6'],
  ['{"a":"b', 'it breaks off inside a string, at position 7'],
  ['{} {}', 'more follows its end at position 3'],
  ['[1,]', 'a value is missing at position 3'],
  ['{"a":1,}', 'a name is missing at position 7'],
  ['{"a" 1}', '`:` is missing at position 5'],
  ['{"a":1]', '`,` or `}` is missing at position 6'],
  ['\ufeff{}', 'a byte order mark is at position 0'],
])('%j: %s', (text, fault) => {
  expect(jsonFault(text)).toBe(fault);
});

it('finds a fault where the parser does, and nowhere else', () => {
  const edits = fc.array(
    fc.tuple(
      fc.nat(),
      fc.nat({ max: 3 }),
      fc.constantFrom('', '"', '\\', '{', ']', ',', ':', '\n', 'NaN', '1', '-', ' ', 'x'),
    ),
    { maxLength: 3 },
  );
  const texts = fc.tuple(fc.json({ maxDepth: 4 }), edits).map(([text, changes]) => {
    let changed = text;
    for (const [where, length, instead] of changes) {
      const at = where % (changed.length + 1);
      changed = changed.slice(0, at) + instead + changed.slice(at + length);
    }
    return changed;
  });
  fc.assert(
    fc.property(texts, (text) => {
      expect(jsonFault(text) === undefined).toBe(isJson(text));
    }),
    { numRuns: 5000 },
  );
});

it('quotes nothing of the text', () => {
  const secret = 'sk-1234567890';
  for (const text of [`{"a":${secret}}`, `{"a":"${secret}\n"}`, `${secret}`, `{"a":1} ${secret}`, `{"${secret}" 1}`])
    expect(jsonFault(text)).not.toContain('sk-');
});

it('gives up on what is far into a text', () => {
  expect(jsonFault(`[${'1,'.repeat(1_000_000)}NaN]`)).toBeUndefined();
  expect(jsonFault(`["${'x'.repeat(1_000_000)}",NaN]`)).toBeUndefined();
});
