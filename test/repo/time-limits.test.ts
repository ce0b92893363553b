import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;

/** The least that a limit of one test may be, in milliseconds: on a busy machine everything takes twenty times as long. */
const least = 300_000;

/** Limits in a text that a busy machine may exceed. */
function faultsIn(text: string): string[] {
  const limits = [...text.matchAll(/\btimeout: ?([\d_]{4,})\b|^ *\},\s*([\d_]{5,}),?\s*\);$/gm)];
  const short = limits.filter(([, option, last]) => Number((option ?? last ?? '').replaceAll('_', '')) < least);
  const timed = text.matchAll(/(?:\.now\(\) - \w+|\.ms|[sS]lowest|\w*Ms|elapsed)\)\.toBeLessThan\([\d_]+\)/g);
  return [...short, ...timed].map(([found]) => found.trim());
}

it('no test is bound to a time that others on its machine decide about: see support/time-limits.ts', () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const faults = files
    .filter((file) => !file.startsWith('bench/') && !file.includes('time-limits'))
    .flatMap((file) => faultsIn(readFileSync(join(root, file), 'utf8')).map((fault) => `${file}: ${fault}`));
  expect(faults).toEqual([]);
});

it.each([
  "it('x', { timeout: 30_000 }, () => {",
  '  }, 60_000);',
  '  },\n  60_000,\n);',
  'expect.poll(look, { timeout: 5000 })',
  'expect(performance.now() - began).toBeLessThan(2000)',
  'expect((await closed).ms).toBeLessThan(2000)',
])('finds %s', (text) => {
  expect(faultsIn(text)).toHaveLength(1);
});

it.each([
  'settings: { timeout: 2.5 }',
  "it('x', { timeout: 300_000 }, () => {",
  '  }, slow);',
  'expect(performance.now() - began).toBeLessThan(within(2000))',
])('leaves %s', (text) => {
  expect(faultsIn(text)).toEqual([]);
});
