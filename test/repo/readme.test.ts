import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const readme = readFileSync(join(root, 'README.md'), 'utf8');

it.each([
  ['ts', 'first-run.ts'],
  ['python', 'first-run.py'],
])('the %s program of the README is one that the tests of the guides run: %s', (language, file) => {
  const program = readFileSync(join(root, 'docs/guide/examples', file), 'utf8');
  expect(readme).toContain(`\`\`\`${language}\n${program}\`\`\``);
});

it('the links of the README lead somewhere', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path ?? '');
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

it('the README fits on three screens', () => {
  expect(readme.split('\n').length).toBeLessThanOrEqual(150);
});
