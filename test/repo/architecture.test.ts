import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const folders = ['protocol', 'server', 'client-sample', 'test', 'docs'];

const filesOf = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));

it('every file that ARCHITECTURE.md names is there', () => {
  const files = folders.flatMap(filesOf);
  const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const named = [...page.matchAll(/`([\w./-]+\.(?:ts|cts|mjs|md|json))`/g)].map(([, name]) => name ?? '');
  expect(named.length).toBeGreaterThan(50);
  const isThere = (name: string) => files.some((file) => file === name || file.endsWith(`/${name}`));
  expect([...new Set(named)].filter((name) => !isThere(name) && name !== 'package.json')).toEqual([]);
});

it('no folder of sources holds more than 20 files', () => {
  const counts = new Map<string, number>();
  const isData = (file: string) => file.includes('test/vectors/');
  for (const file of ['protocol', 'server', 'client-sample', 'test'].flatMap(filesOf).filter((one) => !isData(one))) {
    const folder = file.slice(0, file.lastIndexOf('/'));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  expect([...counts].filter(([, count]) => count > 20)).toEqual([]);
});
