import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { IgnoreRules } from './ignore-rules.ts';

/** Files and folders that one walk looks at. */
const maxEntries = 200_000;

/**
 * Walks through the files of a folder, in order of their names: not into `.git`, not into what git ignores, and through no
 * links, so that it stays inside.
 *
 * Errors: the reason of the signal when that is aborted.
 */
export async function* filesIn(folder: string, signal: AbortSignal): AsyncGenerator<string> {
  const looked = { count: 0 };
  yield* walk(folder, await rulesAbove(folder), looked, signal);
}

async function* walk(
  folder: string,
  above: IgnoreRules,
  looked: { count: number },
  signal: AbortSignal,
): AsyncGenerator<string> {
  signal.throwIfAborted();
  const rules = await above.in(folder);
  for (const entry of await entriesOf(folder)) {
    looked.count += 1;
    if (looked.count > maxEntries) return;
    const path = join(folder, entry.name);
    if (entry.name === '.git' || rules.ignores(path, entry.isDirectory())) continue;
    if (entry.isDirectory()) yield* walk(path, rules, looked, signal);
    else if (entry.isFile()) yield path;
  }
}

/** What cannot be read is passed over. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The rules of the folders between the top of the repository and this one. */
async function rulesAbove(folder: string): Promise<IgnoreRules> {
  const above: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    const isTop = await stat(join(at, '.git')).then(
      () => true,
      () => false,
    );
    if (isTop) {
      let rules = await IgnoreRules.none.in(at, join(at, '.git', 'info', 'exclude'));
      for (const one of above.reverse()) rules = await rules.in(one);
      return rules;
    }
    if (dirname(at) === at) return IgnoreRules.none;
    above.push(dirname(at));
  }
}
