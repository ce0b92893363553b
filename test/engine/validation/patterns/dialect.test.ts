import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patternOf, patternProblem } from '../../../../server/engine/validation/patterns/pattern.ts';
import { ecmaPattern } from '../../../../server/engine/validation/patterns/pattern-dialect.ts';

type Row = [pattern: string, matches: string[], others: string[]];

const rows: Row[] = [
  ['(?i)abc', ['abc', 'xABCx', 'aBc'], ['ab', 'bbc']],
  ['(?i)[a-c]+$', ['ABC', 'cab'], ['abd!']],
  ['(?i)^[^x]$', ['a'], ['x', 'X']],
  ['(?i)straße', ['STRAßE'], ['strasse']],
  ['(?i)^[а-я]+$', ['ПРИВЕТ', 'привет'], ['hello']],
  ['(?i)\\x41\\u0042', ['ab', 'AB'], ['a']],
  ['(?i)^\\d[\\w-]$', ['1-', '1A'], ['a-']],
  ['(?s)^a.b$', ['a\nb', 'axb'], ['ab']],
  ['^a.b$', ['axb'], ['a\nb']],
  ['(?m)^b$', ['a\nb\nc', 'b'], ['ab\nc']],
  ['(?im)^b$', ['a\nB\nc'], ['aB']],
  ['(?u)^é$', ['é'], ['e']],
  ['(?i:a)b', ['Ab', 'ab'], ['AB']],
  ['(?i)a(?-i:b)', ['Ab'], ['AB']],
  ['(a(?i)b)c', ['aBc'], ['ABc', 'aBC']],
  ['(?:(?i)a|b)c', ['Ac', 'Bc'], ['aC']],
  ['(?P<year>\\d{4})-\\d\\d', ['2025-01'], ['25-01']],
  ["(?'year'\\d{4})", ['2025'], ['25']],
  ['(?<year>\\d{4})\\Z', ['2025'], ['2025x', '2025\n']],
  ['\\A\\d+\\z', ['12'], ['a12', '12a', '1\n2']],
  ['a(?#a comment)b', ['ab'], ['a']],
  ['^\\h$', [' ', '\t', '\u00a0'], ['\n', 'h']],
  ['^[\\h]$', [' ', '\t'], ['h', '\n']],
  ['^\\H$', ['h'], [' ']],
  ['^a\\Rb$', ['a\r\nb', 'a\nb'], ['aRb']],
  ['^[[:alpha:]_][[:alnum:]_]*$', ['_a1', 'Z'], ['1a', ':', 'é']],
  ['^[^[:space:]]+$', ['ab'], ['a b']],
  ['^\\U0001F600$', ['😀'], ['x']],
  ['^\\x{1F600}$', ['😀'], ['x']],
  ['^[\\x{1F600}-\\x{1F610}]$', ['😀', '😁'], ['x']],
  ['^a{,2}$', ['', 'a', 'aa'], ['aaa', 'a{,2}']],
  ['^\\\\A$', ['\\A'], ['A']],
  ['(?i)\\[a\\]', ['[A]'], ['A']],
];

describe('a pattern of another language', () => {
  it.each(rows)('%s is translated', (pattern, matches, others) => {
    const found = (text: string) => patternOf(pattern).test(text, () => undefined);
    expect(patternProblem(pattern)).toBeUndefined();
    for (const text of matches) expect([text, found(text)]).toEqual([text, true]);
    for (const text of others) expect([text, found(text)]).toEqual([text, false]);
  });

  it.each([
    ['(?x) a b', /the flag 'x'/],
    ['(?L)a', /the flag 'L'/],
    ['(?i)\\p{Lu}', /without regard to case/],
    ['(?>a+)b', /uses \(\?>/],
    ['(?R)', /JavaScript does not have/],
    ['(a)(?(1)b|c)', /uses \(\?\(/],
    ['(?|a|b)', /uses \(\?\|/],
    ['(?P>name)', /uses \(\?P/],
    ['(?P<a>x)(?P=a)', /back-reference/],
    ['a++', /repeats nothing/],
    ['(?i)(a', /without its '\)'/],
    ['(?i)a)', /without its '\('/],
  ])('%s is not', (pattern, reason) => {
    expect(patternProblem(pattern)).toMatch(reason);
  });

  it.each(['^[a-z]+$', '(?:a|b)', '(?=a)(?!b)(?<=c)(?<!d)', '(?<name>a)', '[\\w-.]', '\\p{L}', '\\d{2,3}'])(
    '%s is none, and stays as it is',
    (pattern) => {
      expect(ecmaPattern(pattern)).toBe(pattern);
    },
  );
});

const seed = 20_261_130;
const atom = fc.constantFrom(
  'a',
  'B',
  'k',
  'é',
  'Ж',
  '1',
  '-',
  '[a-f]',
  '[^x-z]',
  '[A-C1_]',
  '\\d',
  '\\w',
  '\\.',
  '.',
  '^',
  '$',
  '\\n',
  '(?:ab|C)',
  'B?',
  'a{1,2}',
);
const body = fc.array(atom, { minLength: 1, maxLength: 5 }).map((atoms) => atoms.join(''));
const text = fc.string({
  unit: fc.constantFrom('a', 'A', 'b', 'B', 'C', 'K', 'k', 'é', 'É', 'ж', '1', '-', '.', 'x', '\n'),
  maxLength: 6,
});

it.each(['i', 's', 'm', 'is', 'im', 'ism'])('the inline flags %s mean what the flags of JavaScript mean', (flags) => {
  fc.assert(
    fc.property(body, text, (pattern, subject) => {
      const translated = new RegExp(ecmaPattern(`(?${flags})${pattern}`), 'u');
      expect(translated.test(subject)).toBe(new RegExp(pattern, `u${flags}`).test(subject));
    }),
    { seed, numRuns: 1000 },
  );
});
