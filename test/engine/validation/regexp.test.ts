import { describe, expect, it } from 'vitest';
import { guardPattern, withTimeLimit } from '../../../server/engine/validation/pattern.ts';
import { explosiveReason, matchCost } from '../../../server/engine/validation/regexp-cost.ts';
import type { Walk } from '../../../server/engine/validation/walk.ts';

const walk = (): Walk => ({ json: false, errors: [], exact: 2, fields: -1, budget: 1_000_000 });

describe('patterns that can take exponential time', () => {
  it.each([
    '^(a+)+$',
    '(a|aa)+',
    '(a|a)*',
    '^(a*)*$',
    '(\\s*\\w+\\s*)*',
    '(.*)*x',
    '([a-z]+)*\\d',
    '(a|b|ab)*c',
    '^(\\w+\\s?)*$',
    '(?:a?b?)*x',
    '(x+x+)+y',
    '(?=(a+)+b)x',
    '(\\d+)*\\.',
    '^([0-9a-f]|[a-f]+)*$',
    '((a{1,100}){1,100}){1,100}',
    '(?:\\u0061|a)+b',
    '([^x]|y)*z',
    '(?:é|[à-ü])*x',
    '(\\p{L}|[a-z])*!',
    '(?:[^\\0-\\u5000]|[^\\u5002-\\u{10ffff}])*!',
    '(a)\\1',
    '(?<n>a)\\k<n>',
  ])('%s', (pattern) => {
    expect(explosiveReason(pattern)).toBeDefined();
  });
});

describe('patterns that cannot, though some nest repetitions', () => {
  it.each([
    '^[a-z]+(-[a-z]+)*$',
    '^\\d{5}$',
    "^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$",
    '^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|[0-9])$',
    '^([0-9a-fA-F]{2}){6}$',
    '^[\\w-.]+$',
    '^\\S+@\\S+\\.\\S+$',
    '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
    '^[a-zA-Z_]\\w*(\\.[a-zA-Z_]\\w*)*$',
    '^(foo|bar)+$',
    '^\\p{L}+$',
    '^(?:\\/[^/]+)+$',
    'a{,5}',
    ']{',
  ])('%s', (pattern) => {
    expect(explosiveReason(pattern)).toBeUndefined();
  });
});

describe('a guarded pattern', () => {
  it('finds, and does not find', () => {
    const pattern = guardPattern('^[a-z]+(-[a-z]+)*$');
    expect(pattern.test('a-slug-of-words', walk())).toBe(true);
    expect(pattern.test('Not a slug', walk())).toBe(false);
  });

  it('stops a slow test on a long text', () => {
    const pattern = guardPattern('a*a*a*a*a*b');
    const startMs = performance.now();
    expect(pattern.test('a'.repeat(5000), walk())).toBe('timeout');
    expect(performance.now() - startMs).toBeLessThan(3000);
  });

  it('takes its time from the budget', () => {
    const state = walk();
    guardPattern('a*a*a*a*a*b').test('a'.repeat(5000), state);
    expect(state.budget).toBeLessThan(1_000_000 - 10_000);
  });

  it('has a cost bound that grows with the length', () => {
    const cost = matchCost('^a*b*$');
    expect(cost(10)).toBe(121);
    expect(cost(100)).toBe(10_201);
  });

  it('passes on what the work throws', () => {
    expect(() => withTimeLimit(() => JSON.parse('{'))).toThrow(SyntaxError);
  });
});
