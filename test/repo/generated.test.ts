import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { methodNames, protocolDeclarations } from '../../protocol/document/declarations.ts';
import { catalogueDocument, protocolDocument } from '../../protocol/document/document.ts';
import { protocolMarkdown } from '../../protocol/document/markdown.ts';

// After a change of the catalogue: `npm run check -- -u` writes both files anew.
it('docs/schema.json is what the catalogue says', async () => {
  await expect(`${JSON.stringify(protocolDocument(), null, 2)}\n`).toMatchFileSnapshot('../../docs/schema.json');
});

it('docs/protocol.md is what the catalogue says', async () => {
  await expect(protocolMarkdown(catalogueDocument())).toMatchFileSnapshot('../../docs/protocol.md');
});

it('protocol/types/wire-types.ts is what the catalogue says', async () => {
  await expect(protocolDeclarations(protocolDocument())).toMatchFileSnapshot('../../protocol/types/wire-types.ts');
});

it('protocol/types/method-names.ts is what the catalogue says', async () => {
  await expect(methodNames(protocolDocument())).toMatchFileSnapshot('../../protocol/types/method-names.ts');
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
  const page = protocolMarkdown(catalogueDocument());
  const titles = new Set([...page.matchAll(/^#+ (.*)$/gm)].map(([, title]) => (title ?? '').toLowerCase()));
  const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, target]) => target ?? '');
  expect(links.length).toBeGreaterThan(100);
  expect(links.filter((target) => !titles.has(target))).toEqual([]);
  expect(page).not.toMatch(/\| +\|$/m);
});

it('the doc comment of a named type begins with the sentence that the documents show', () => {
  const folder = new URL('../../protocol/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
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

it('every object within a type has a type of its own, and tagged unions name their tag', () => {
  const { $defs } = protocolDocument();
  const inner = Object.entries($defs).flatMap(([name, type]) =>
    Object.entries(type).flatMap(([key, value]) =>
      key === 'properties'
        ? Object.entries(value as Node).flatMap(([field, node]) => objects(node, `${name}.${field}`))
        : objects(value, `${name}/${key}`),
    ),
  );
  expect(inner).toEqual([]);
  expect(Object.keys($defs).filter((name) => /\d$/.test(name))).toEqual([]);
  expect($defs.DurableEvent?.discriminator).toEqual({ propertyName: 'event_kind' });
  expect($defs.RunFinishedEvent?.title).toBe('RunFinishedEvent');
  const references = [...JSON.stringify(protocolDocument()).matchAll(/"#\/\$defs\/([^"]+)"/g)].map(
    ([, name]) => name ?? '',
  );
  expect(references.filter((name) => !Object.hasOwn($defs, name))).toEqual([]);
});

/** The paths of objects with fields that are written in place. */
function objects(node: unknown, path: string): string[] {
  if (Array.isArray(node)) return node.flatMap((item, index) => objects(item, `${path}/${index}`));
  if (!isNode(node)) return [];
  if (isNode(node.properties) && Object.keys(node.properties).length > 0) return [path];
  return ['anyOf', 'oneOf', 'items', 'additionalProperties'].flatMap((key) => objects(node[key], `${path}/${key}`));
}
