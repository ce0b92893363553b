import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { protocolDocument } from '../../protocol/document.ts';
import { protocolMarkdown } from '../../protocol/markdown.ts';

// After a change of the catalogue: `npm run check -- -u` writes both files anew.
it('docs/schema.json is what the catalogue says', async () => {
  await expect(`${JSON.stringify(protocolDocument(), null, 2)}\n`).toMatchFileSnapshot('../../docs/schema.json');
});

it('docs/protocol.md is what the catalogue says', async () => {
  await expect(protocolMarkdown(protocolDocument())).toMatchFileSnapshot('../../docs/protocol.md');
});

type Node = Record<string, unknown>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** The types and fields of a document by their path, wherever they stand. */
function described(node: unknown, path: string): [path: string, node: Node][] {
  if (Array.isArray(node)) return node.flatMap((item, index) => described(item, `${path}/${index}`));
  if (!isNode(node)) return [];
  const fields = isNode(node.properties) ? Object.entries(node.properties) : [];
  return [
    ...fields
      .filter(([, field]) => isNode(field))
      .map(([name, field]): [string, Node] => [`${path}.${name}`, field as Node]),
    ...Object.entries(node).flatMap(([key, value]) => described(value, `${path}/${key}`)),
  ];
}

it('every type and every field of the protocol has a sentence', () => {
  const document = protocolDocument();
  const types = Object.entries(document.$defs).map(([name, type]): [string, Node] => [name, type]);
  const all = [...types, ...described(document, '')];
  const bare = all.filter(([, { description }]) => !/^\S.*[.)`]$/s.test(String(description ?? '')));
  expect(all.length).toBeGreaterThan(1000);
  expect(bare.map(([path]) => path)).toEqual([]);
});

it('every link of the page leads somewhere, and no cell is empty', () => {
  const page = protocolMarkdown(protocolDocument());
  const titles = new Set([...page.matchAll(/^#+ (.*)$/gm)].map(([, title]) => (title ?? '').toLowerCase()));
  const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, target]) => target ?? '');
  expect(links.length).toBeGreaterThan(100);
  expect(links.filter((target) => !titles.has(target))).toEqual([]);
  expect(page).not.toMatch(/\| +\|$/m);
});

it('the doc comment of a named type begins with the sentence that the documents show', () => {
  const folder = new URL('../../protocol/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  const wrong = files.flatMap((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const declared =
      /\/\*\*(?<doc>(?:(?!\*\/).)*)\*\/\nexport const (?<name>\w+)[^;=]*= named\(\s*'\w+',\s*(?<quote>['"])(?<sentence>(?:(?!\k<quote>)[^\\]|\\.)*)/gs;
    return [...text.matchAll(declared)].flatMap(({ groups }) => {
      const doc = (groups?.doc ?? '')
        .replaceAll(/\n \* ?/g, ' ')
        .replaceAll(/\s+/g, ' ')
        .trim();
      return doc.startsWith((groups?.sentence ?? '').replaceAll('\\', '')) ? [] : [`${file}: ${groups?.name}`];
    });
  });
  expect(wrong).toEqual([]);
});
