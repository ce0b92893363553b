import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

/** What a folder may import, beside itself: other folders, and packages by name. The longest folder that fits decides. */
const allowed: Record<string, { folders: string[]; packages: RegExp }> = {
  protocol: { folders: [], packages: /^(zod|node:url|node:fs)$/ },
  'protocol/client': { folders: ['protocol'], packages: /^$/ },
  'server/engine': { folders: ['protocol'], packages: /^node:crypto$/ },
  server: {
    folders: ['protocol', 'server'],
    packages: /^(node:.*|vscode-jsonrpc\/node|zod|@ai-sdk\/.*|@pydantic\/genai-prices)$/,
  },
  'client-sample': { folders: [], packages: /^(node:.*|vscode-jsonrpc\/node|runwire\/(protocol|client|server))$/ },
};

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(c|m)?ts$/.test(file))
    .map((file) => join(folder, file));
}

const importLine = /^(import|export)(?<types> type)?[^;]*? from '(?<from>[^']+)'|import\('(?<lazy>[^']+)'\)/gm;

function importsOf(file: string): { from: string; typesOnly: boolean }[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(importLine)].map(({ groups }) => ({
    from: groups?.from ?? groups?.lazy ?? '',
    typesOnly: groups?.types !== undefined,
  }));
}

const ruleFor = (file: string) =>
  Object.keys(allowed)
    .filter((folder) => file.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0] ?? '';

function wrongImports(file: string): string[] {
  const own = ruleFor(file);
  const rule = allowed[own];
  return importsOf(file).flatMap(({ from, typesOnly }) => {
    if (!from.startsWith('.')) return rule?.packages.test(from) ? [] : [`${file} imports ${from}`];
    const target = relative(root, join(root, dirname(file), from));
    const folder = ruleFor(target);
    // The client is shipped without zod: of the schemas it may only know the types.
    if (own === 'protocol/client' && folder === 'protocol' && !typesOnly)
      return [`${file} imports ${target} at run time`];
    return folder === own || rule?.folders.some((one) => target.startsWith(`${one}/`))
      ? []
      : [`${file} imports ${target}`];
  });
}

it.each(['protocol', 'server', 'client-sample'])('%s imports in the allowed directions only', (folder) => {
  expect(sources(folder).flatMap(wrongImports)).toEqual([]);
});

it('the AI SDK is seen by server/models/ai-sdk alone, prices by one file', () => {
  const users = (name: RegExp) =>
    sources('server').filter((file) => importsOf(file).some(({ from }) => name.test(from)));
  expect(users(/^@ai-sdk/).filter((file) => !file.startsWith('server/models/ai-sdk/'))).toEqual([]);
  expect(users(/^@pydantic/)).toEqual(['server/models/prices.ts']);
});
