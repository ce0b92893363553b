import { readdir } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { patternOf, patternProblem } from '../../../engine/validation/patterns/pattern.ts';
import { readDisk } from '../files/text-files.ts';
import type { Place, Roots } from '../roots.ts';
import { reasonOf, ToolFailure } from '../tool-failure.ts';
import { Glob } from './glob.ts';
import { filesIn } from './walk.ts';

/** Lines of one result, and characters of one line of it. */
const maxResults = 1000;
const maxLine = 500;
/** Work of the matcher of one search, in its own steps: some seconds. */
const maxSteps = 50_000_000;

/** The entries of a folder, folders with a slash. */
export async function listDirectory(place: Place): Promise<string> {
  const entries = await readdir(place.real, { withFileTypes: true }).catch((error: unknown) => {
    throw new ToolFailure(`'${place.path}' cannot be listed: ${reasonOf(error)}.`);
  });
  const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
  return names.length === 0 ? 'The folder is empty.' : shortened(names);
}

/** The files whose path, or name, fits a glob. */
export async function findFiles(
  { pattern, place }: { pattern: string; place: Place },
  roots: Roots,
  signal: AbortSignal,
): Promise<string> {
  const glob = new Glob(pattern.includes('/') ? pattern.replace(/^\.?\//, '') : `**/${pattern}`);
  const found: string[] = [];
  for await (const file of filesIn(place.real, signal)) {
    if (!glob.matches(pathIn(place, file))) continue;
    found.push(shownIn(place, file, roots));
    if (found.length > maxResults) break;
  }
  return found.length === 0 ? 'No file matches.' : shortened(found);
}

/** The lines of files that a regular expression is found in. */
export async function searchFiles(
  { pattern, place, includeGlob }: { pattern: string; place: Place; includeGlob: string | undefined },
  roots: Roots,
  signal: AbortSignal,
): Promise<string> {
  const finds = finderOf(pattern);
  const glob =
    includeGlob === undefined ? null : new Glob(includeGlob.includes('/') ? includeGlob : `**/${includeGlob}`);
  const found: string[] = [];
  for await (const file of filesIn(place.real, signal)) {
    if (glob && !glob.matches(pathIn(place, file))) continue;
    const content = await readDisk(file).catch(() => null);
    if (content?.kind !== 'text') continue;
    const name = shownIn(place, file, roots);
    for (const [at, line] of content.text.split('\n').entries()) {
      if (finds(line)) found.push(`${name}:${at + 1}: ${line.trimEnd().slice(0, maxLine)}`);
      if (found.length > maxResults) return shortened(found);
    }
  }
  return found.length === 0 ? 'No line matches.' : shortened(found);
}

/** Plain text needs no matcher; everything else is matched in time that grows with the text alone. */
function finderOf(pattern: string): (line: string) => boolean {
  if (/^[\w\s"'`<>=!@#%&~:;,/-]+$/.test(pattern)) return (line) => line.includes(pattern);
  const problem = patternProblem(pattern);
  if (problem !== undefined) throw new ToolFailure(`The pattern ${problem}.`);
  const compiled = patternOf(pattern);
  let steps = 0;
  const pay = (count: number) => {
    steps += count;
    if (steps > maxSteps) throw new ToolFailure('The search takes too long; name a `path` or an `include_glob`.');
  };
  return (line) => compiled.test(line, pay);
}

const pathIn = ({ real }: Place, file: string) => relative(real, file).split(sep).join('/');

/** With the links by which the folder was named. */
const shownIn = (place: Place, file: string, roots: Roots) => roots.shown(place.path + file.slice(place.real.length));

const shortened = (lines: readonly string[]) =>
  lines.length <= maxResults
    ? lines.join('\n')
    : `${lines.slice(0, maxResults).join('\n')}\n[there are more; the limit is ${maxResults}]`;
