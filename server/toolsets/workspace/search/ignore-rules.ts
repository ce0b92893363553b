import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { Glob } from './glob.ts';

interface Rule {
  /** The folder that its file is in. */
  readonly folder: string;
  readonly glob: Glob;
  readonly isNegated: boolean;
  readonly isOfFolders: boolean;
}

/** Bytes and lines of one file of rules. */
const maxBytes = 256 * 1024;
const maxRules = 5000;

/** What git ignores in a folder: the rules of that folder and of those above it. The last rule that fits decides. */
export class IgnoreRules {
  static readonly none = new IgnoreRules([]);
  readonly #rules: readonly Rule[];

  private constructor(rules: readonly Rule[]) {
    this.#rules = rules;
  }

  /** With the rules that a file of the folder holds, if there is one. */
  async in(folder: string, file = join(folder, '.gitignore')): Promise<IgnoreRules> {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text === '' || text.length > maxBytes) return this;
    const rules = text
      .split('\n', maxRules)
      .map((line) => ruleOf(line, folder))
      .filter((rule) => rule !== null);
    return rules.length === 0 ? this : new IgnoreRules([...this.#rules, ...rules]);
  }

  ignores(path: string, isFolder: boolean): boolean {
    const decisive = this.#rules.findLast(
      ({ folder, glob, isOfFolders }) =>
        (isFolder || !isOfFolders) && glob.matches(relative(folder, path).split(sep).join('/')),
    );
    return decisive !== undefined && !decisive.isNegated;
  }
}

/** Source: gitignore(5). */
function ruleOf(line: string, folder: string): Rule | null {
  const written = line.replace(/\r$/, '').replace(/(?<!\\)\s+$/, '');
  if (written === '' || written.startsWith('#')) return null;
  const isNegated = written.startsWith('!');
  const pattern = (isNegated ? written.slice(1) : written).replace(/^\\(?=[#!])/, '');
  const isOfFolders = pattern.endsWith('/');
  const path = pattern.replace(/\/+$/, '');
  if (path === '') return null;
  // With a slash that is not its end, a pattern counts from the folder of its file; else it is a name at any depth.
  const anchored = path.includes('/') ? path.replace(/^\//, '') : `**/${path}`;
  return { folder, glob: new Glob(anchored), isNegated, isOfFolders };
}
