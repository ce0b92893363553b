import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** A block of a page that stands in a file: a program or a region of it, or what a program prints. */
export interface Snippet {
  readonly kind: 'shows' | 'prints';
  readonly file: string;
  readonly region: string | undefined;
}

const marked =
  /<!-- (?<kind>shows|prints) (?<file>[\w./-]+)(?:#(?<region>[\w-]+))? -->\n```(?<language>\w+)\n(?<body>.*?)```/gs;
const fence = /^```(\w*)/gm;

/** The blocks of a page that stand in files. */
export const snippetsOf = (page: string): Snippet[] =>
  [...page.matchAll(marked)].map(({ groups }) => snippetFrom(groups));

/** How many blocks a page has, marked or not. */
export const blocksOf = (page: string): number => [...page.matchAll(fence)].length / 2;

/** The page with each block as `bodyOf` says. */
export const withBodies = (page: string, bodyOf: (snippet: Snippet, body: string) => string): string =>
  page.replace(marked, (block, ...rest) => {
    const groups = rest.at(-1) as Record<string, string>;
    const comment = block.slice(0, block.indexOf('\n'));
    return `${comment}\n\`\`\`${groups.language}\n${bodyOf(snippetFrom(groups), groups.body ?? '')}\`\`\``;
  });

function snippetFrom(groups: Record<string, string | undefined> | undefined): Snippet {
  const { kind, file = '', region } = groups ?? {};
  return { kind: kind === 'prints' ? 'prints' : 'shows', file, region };
}

/** The text of a program, or of a region of it without its indentation and the marks of others. */
export function programText(folder: string, { file, region }: Omit<Snippet, 'kind'>): string {
  const lines = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
  const chosen = region === undefined ? lines : regionOf(lines, region, file);
  const own = chosen.filter((line) => !/^\s*(\/\/|#) ?#?(end)?region\b/.test(line));
  const indents = own.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const least = Math.min(...indents);
  return `${own
    .map((line) => line.slice(least))
    .join('\n')
    .trim()}\n`;
}

function regionOf(lines: string[], region: string, file: string): string[] {
  const mark = extname(file) === '.ts' ? '// #' : '# ';
  const find = (text: string) => lines.findIndex((line) => line.trim() === `${mark}${text} ${region}`);
  const [start, end] = [find('region'), find('endregion')];
  if (start < 0 || end < start) throw new Error(`${file} has no region '${region}'`);
  return lines.slice(start + 1, end);
}
