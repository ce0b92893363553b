import { describe, expect, it } from 'vitest';
import { patternOf, patternProblem } from '../../../../server/engine/validation/patterns/pattern.ts';
import { cpuMs } from '../../../support/time-limits.ts';

const free = () => undefined;
const found = (pattern: string, text: string) => patternOf(pattern).test(text, free);

/** Each takes a backtracking engine longer than anybody waits, on the text beside it. */
const endless: [pattern: string, text: string][] = [
  ['^(a+)+$', `${'a'.repeat(60)}!`],
  ['^(a|aa)+$', `${'a'.repeat(80)}!`],
  ['^(?:\\u{2}|uu)*[\\w-.]!$', 'u'.repeat(80)],
  ['^(?:\\x02|\\u{2})*[\\w-.]!$', '\u0002'.repeat(80)],
  ['^(?:\\cb|\\x02)*!$', '\u0002'.repeat(80)],
  ['^(?:😀|\\ud83d\\ude00)*!$', '😀'.repeat(60)],
  ['^(?:😀|\ud83d\ude00)*[\\w-.]!$', '😀'.repeat(60)],
  ['^(?:\\p{Script=Greek}|\\p{scx=Greek})*!$', 'α'.repeat(60)],
  ['^(?:(?i:a)|A)*!$', 'A'.repeat(60)],
  ['^(?:[^a]|[\\s\\S])*!$', 'b'.repeat(60)],
  ['(\\s*\\w+\\s*)*;', 'word '.repeat(40)],
  ['^((a{1,100}){1,10})*$', `${'a'.repeat(300)}!`],
  ['(?=(a+)+b)x', 'a'.repeat(60)],
  ['(?<=(a|a)*)b', 'a'.repeat(60)],
  ['a*a*a*a*a*a*b', 'a'.repeat(2000)],
];

describe('a pattern', () => {
  it.each(endless)('%s is matched in time that grows with the text alone', (pattern, text) => {
    expect(patternProblem(pattern)).toBeUndefined();
    let steps = 0;
    expect(patternOf(pattern).test(text, (more) => (steps += more))).toBe(false);
    expect(steps).toBeLessThan(20_000 + 1000 * text.length);
  });

  it.each([
    ['(a)\\1', /back-reference/],
    ['(?<n>a)\\k<n>', /back-reference/],
    ['^(?:\\c|\\\\c)*[\\w-.]!$', /uses \\c/],
    ['\\i', /uses \\i/],
    ['\\u{110000}', /U\+10FFFF/],
    ['\\07', /uses \\0/],
    ['[z-a]', /wrong order/],
    ['[a', /without its '\]'/],
    ['a{2,1}', /at least 2 times and at most 1/],
    ['^*', /repeats an assertion/],
    ['(?=a)*', /repeats an assertion/],
    ['|*', /repeats nothing/],
    ['\\p{Nonsense}', /not a regular expression/],
    ['a\\', /backslash/],
    ['((a{1,100}){1,100}){1,100}', /5000 states/],
    ['(?:){1000000000}', /5000 states/],
    ['(?=a)'.repeat(9), /8 lookarounds/],
    ['a'.repeat(513), /512 characters/],
  ])('%s is not checked', (pattern, reason) => {
    expect(patternProblem(pattern)).toMatch(reason);
  });

  it.each([
    ['^[\\w-.]+$', 'a-b.c', 'a/b'],
    ['^[.-\\w]+$', 'a-b.c', 'a/b'],
    ['^]{}$', ']{}', ']'],
    ['^a{x}$', 'a{x}', 'a'],
    ['^\\-\\_\\@\\"\\ $', '-_@" ', '-'],
    ['^\\é$', 'é', 'e'],
  ])('%s is read as it was meant, though Unicode mode refuses it', (pattern, match, other) => {
    expect(() => new RegExp(pattern, 'u')).toThrow(SyntaxError);
    expect([found(pattern, match), found(pattern, other)]).toEqual([true, false]);
  });

  it('is matched by code points, and reads no half of a pair', () => {
    expect(found('^.$', '😀')).toBe(true);
    expect(found('\ud83d', '😀')).toBe(false);
    expect(found('(?<=^.)x', '😀x')).toBe(true);
    expect(found('^(?=.x)', '😀x')).toBe(true);
  });

  it('stops when the budget is spent', () => {
    const pay = () => {
      throw new Error('no steps are left');
    };
    expect(() => patternOf('b$').test('a'.repeat(5000), pay)).toThrow('no steps are left');
  });

  it('is judged once per text', () => {
    const ms = cpuMs(() => {
      for (let i = 0; i < 20_000; i++) patternProblem('^(?:(?:[a-z]{1,9}){1,9}){1,9}$');
    }, 200);
    expect(ms).toBeLessThan(200);
  });
});
