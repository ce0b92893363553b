import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { slow } from '../support/time-limits.ts';
import { checkTypes, guide, pythonEnvironments, runProgram } from './programs.ts';
import { blocksOf, programText, snippetsOf, withBodies } from './snippets.ts';

const pages = readdirSync(guide).filter((name) => name.endsWith('.md'));
const textOf = (page: string) => readFileSync(join(guide, page), 'utf8');
const programs = readdirSync(join(guide, 'examples')).map((name) => `examples/${name}`);
const ofPython = (file: string) => file.endsWith('.py');

const printed = new Map<string, string>();
const outputOf = (file: string): string => {
  if (!printed.has(file)) printed.set(file, runProgram(file));
  return printed.get(file) ?? '';
};
/** Blocks that are in no file: how a package is installed. */
const install = /^```text\n(npm install|pip install|cp -r) [^\n]*\n```$/gm;

describe('the guides', () => {
  // After a change of a program: `npm test -- -u test/guide` writes the pages anew.
  it.each(pages)('%s shows what stands in the files, and what they print', { timeout: slow }, async (name) => {
    const page = textOf(name);
    const fresh = withBodies(page, ({ kind, ...snippet }, body) => {
      if (kind === 'shows') return programText(guide, snippet);
      return ofPython(snippet.file) && !pythonEnvironments ? body : outputOf(snippet.file);
    });
    await expect(fresh).toMatchFileSnapshot(join(guide, name));
  });

  it.each(pages)('%s has no other block', (name) => {
    const page = textOf(name);
    expect(blocksOf(page)).toBe(snippetsOf(page).length + (page.match(install) ?? []).length);
  });

  it.each(pages)('%s links to pages and sections that exist', (name) => {
    // Code is no text: `table[key](value)` is not a link.
    const text = textOf(name).replace(/^```.*?^```/gms, '');
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const dead = links.filter(([, path = '', id]) => {
      const target = join(guide, path === '' ? name : path);
      return !existsSync(target) || (id !== undefined && !sectionsOf(readFileSync(target, 'utf8')).has(id));
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });

  it('show every program', () => {
    const shown = new Set(pages.flatMap((name) => snippetsOf(textOf(name)).map(({ file }) => file)));
    expect(programs.filter((file) => !shown.has(file))).toEqual([]);
  });

  it.each(programs.filter((file) => !ofPython(file)))('%s runs', { timeout: slow }, (file) => {
    expect(outputOf(file)).not.toBe('');
  });

  describe.skipIf(!pythonEnvironments)('in Python (needs PYTHON_DIR, see test/python/install.sh)', () => {
    it.each(programs.filter(ofPython))('%s runs, and is typed', { timeout: slow }, (file) => {
      expect(outputOf(file)).not.toBe('');
      checkTypes(file);
    });
  });
});

/** The sections of a page by the names that links use. */
const sectionsOf = (page: string) => new Set([...page.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => slugOf(title)));

const slugOf = (title: string) =>
  title
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(/\s/g, '-');
