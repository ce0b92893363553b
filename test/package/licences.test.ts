import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
type Licences = { licencesOf(folders: readonly string[], root: string): string };
const { licencesOf }: Licences = await import(pathToFileURL(join(root, 'server/build/licences.mjs')).href);
const packages: string[] = JSON.parse(readFileSync(join(root, 'dist/bundled-packages.json'), 'utf8'));

/** The manifests and licences of all bundled packages, to take something away from. */
let copy: string;

const isText = (name: string) => /licen[cs]e/i.test(name);
const manifestOf = (folder: string) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'runwire-licences-'));
  for (const folder of packages) {
    mkdirSync(join(copy, folder), { recursive: true });
    const kept = readdirSync(join(root, folder)).filter((name) => name === 'package.json' || isText(name));
    for (const name of kept) cpSync(join(root, folder, name), join(copy, folder, name));
  }
});

afterAll(() => rmSync(copy, { recursive: true }));

it('the daemon ships the licence of every package that it is made of', () => {
  expect(packages.length).toBeGreaterThan(50);
  const shipped = readFileSync(join(root, 'dist/daemon/THIRD-PARTY-LICENSES.txt'), 'utf8');
  expect(shipped).toBe(licencesOf(packages, copy));
  const named = packages.map(manifestOf).filter(({ name, version }) => !shipped.includes(`\n${name} ${version}\n`));
  expect(named).toEqual([]);
  // Once at the end, and once within the text of the MCP packages, which are under two licences.
  expect(shipped.match(/TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION/g)).toHaveLength(2);
});

it('the folder of the daemon holds the launcher, its scripts, their parts and licences, and nothing else', () => {
  const files = readdirSync(join(root, 'dist/daemon')).filter((name) => !/^part-[a-z-]+\.cjs$/.test(name));
  expect(files.sort()).toEqual(['LICENSE', 'THIRD-PARTY-LICENSES.txt', 'engine.cjs', 'runwire.cjs', 'server.cjs']);
});

it('a build fails on any package that lost its text, except where the text is the same for all', () => {
  const lost = packages.filter((folder) => {
    const texts = readdirSync(join(copy, folder)).filter(isText);
    const contents = texts.map((name) => [join(copy, folder, name), readFileSync(join(copy, folder, name))] as const);
    for (const [file] of contents) rmSync(file);
    try {
      licencesOf(packages, copy);
      return false;
    } catch (error) {
      expect(String(error)).toContain(`${manifestOf(folder).name} `);
      return true;
    } finally {
      for (const [file, content] of contents) writeFileSync(file, content);
    }
  });
  const mustHave = packages.filter((folder) => manifestOf(folder).license !== 'Apache-2.0');
  expect(lost).toEqual(mustHave.filter((folder) => manifestOf(folder).name !== 'data-uri-to-buffer'));
});

it.each(['GPL-3.0-only', 'SEE LICENSE IN LICENSE', undefined])('a build fails on the licence %s', (license) => {
  const file = join(copy, 'node_modules/zod/package.json');
  const manifest = readFileSync(file, 'utf8');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(manifest), license }));
  expect(() => licencesOf(packages, copy)).toThrow(
    `zod ${manifestOf('node_modules/zod').version} has the licence '${license}', which is none of 0BSD,`,
  );
  writeFileSync(file, manifest);
});
