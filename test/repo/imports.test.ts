import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

/**
 * The layers, lowest first: each imports those before it and itself, and nothing after it. The longest name that fits a
 * file decides.
 */
const layers: readonly (readonly string[])[] = [
  ['protocol'],
  ['server/engine'],
  ['server/redaction', 'server/regular-file.ts', 'server/process-watch.ts'],
  ['server/log.ts', 'server/log-file.ts'],
  ['server/errors'],
  ['server/limits.ts', 'server/version.ts', 'server/slices.ts', 'server/long-lists.ts'],
  ['server/store'],
  ['server/callbacks'],
  ['server/models'],
  ['server/toolsets'],
  ['server/runs'],
  ['server/executors'],
  ['server/telemetry'],
  ['server/inspector'],
  ['server/rpc'],
  ['server/handshake'],
  ['server/session.ts', 'server/dispatch'],
  ['server/handlers'],
  ['server/cli', 'server/frontends', 'server/command-line.ts', 'server/config.ts'],
  ['server/tenancy.ts'],
  ['server/connection.ts'],
  ['server/lifecycle.ts'],
  ['server/server.ts'],
  ['server/gateway', 'server/worker'],
  ['server/process'],
  ['server/main.ts', 'server/launcher.cts', 'server/executable.cts'],
];

/** Packages that a folder may import. The longest folder that fits decides. */
const packages: Record<string, RegExp> = {
  protocol: /^(zod|node:url|node:fs)$/,
  'protocol/client': /^$/,
  'protocol/node': /^(node:.*|vscode-jsonrpc\/node|@standard-schema\/spec)$/,
  'server/engine': /^node:crypto$/,
  server:
    /^(node:.*|vscode-jsonrpc\/node|zod|@ai-sdk\/.*|@pydantic\/genai-prices|@aws-sdk\/.*|@smithy\/.*|google-auth-library|@modelcontextprotocol\/client|ws|pg|@dbos-inc\/dbos-sdk.*)$/,
  'server/telemetry': /^@opentelemetry\/.*$/,
  'server/inspector/view': /^$/,
  'server/inspector/page': /^(preact(\/hooks)?|uplot)$/,
  'server/frontends/acp': /^(node:.*|@agentclientprotocol\/sdk)$/,
  'client-sample/vscode': /^(node:.*|zod|runwire|vscode)$/,
  'client-sample': /^(node:.*|zod|runwire(\/protocol)?)$/,
};

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(c|m)?tsx?$/.test(file))
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

const isIn = (file: string, name: string) => file === name || file.startsWith(`${name}/`);

const folderOf = (file: string) =>
  Object.keys(packages)
    .filter((folder) => isIn(file, folder))
    .sort((a, b) => b.length - a.length)[0] ?? '';

const layerOf = (file: string) => layers.findIndex((names) => names.some((name) => isIn(file, name)));

const isWrong = (from: string, to: string) => layerOf(to) === -1 || layerOf(to) > layerOf(from);

const targetOf = (file: string, from: string) => relative(root, join(root, dirname(file), from));

function wrongImports(file: string): string[] {
  const own = folderOf(file);
  return importsOf(file).flatMap(({ from, typesOnly }) => {
    if (!from.startsWith('.')) return packages[own]?.test(from) ? [] : [`${file} imports ${from}`];
    const target = targetOf(file, from);
    // The client is shipped without zod: it may only know the types of the schemas, and the error codes.
    if (own === 'protocol/client' && folderOf(target) === 'protocol' && !typesOnly && target !== 'protocol/errors.ts')
      return [`${file} imports ${target} at run time`];
    if (isIn(own, 'client-sample')) return folderOf(target) === own ? [] : [`${file} imports ${target}`];
    if (own === 'protocol' && folderOf(target) !== own) return [`${file} imports ${target}`];
    if (own === 'protocol/client' && folderOf(target) === 'protocol/node') return [`${file} imports ${target}`];
    return isWrong(file, target) ? [`${file} imports ${target}`] : [];
  });
}

it.each(['protocol', 'server', 'client-sample'])('%s imports in the allowed directions only', (folder) => {
  expect(sources(folder).flatMap(wrongImports)).toEqual([]);
});

it('every file of the daemon and of the protocol has a layer', () => {
  expect([...sources('protocol'), ...sources('server')].filter((file) => layerOf(file) === -1)).toEqual([]);
});

/** A file of each layer, to plant an edge in. */
const examples = layers.map((names) => {
  const [name = ''] = names;
  return (
    sources('protocol')
      .concat(sources('server'))
      .find((file) => isIn(file, name)) ?? name
  );
});

it.each(examples.slice(1).map((upper, index) => [examples[index] ?? '', upper]))(
  'an import of a higher layer is found: %s may not import %s',
  (lower, upper) => {
    expect(isWrong(lower, upper)).toBe(true);
    expect(isWrong(upper, lower)).toBe(false);
  },
);

it('no files import each other in a circle', () => {
  const files = [...sources('protocol'), ...sources('server')];
  const graph = new Map(
    files.map((file) => [
      file,
      importsOf(file)
        .filter(({ from }) => from.startsWith('.'))
        .map(({ from }) => targetOf(file, from)),
    ]),
  );
  expect(circles(graph)).toEqual([]);
});

it('a planted circle is found, and a shared import is none', () => {
  const graph = (edges: Record<string, string[]>) => circles(new Map(Object.entries(edges)));
  expect(graph({ a: ['b'], b: ['c'], c: ['b'] })).toEqual(['b → c → b']);
  expect(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })).toEqual([]);
});

/** The circles that a walk through the graph closes, each as the path that leads back to its start. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string) => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return found;
}

it('the AI SDK is seen by server/models/ai-sdk alone, the clouds by server/models/credentials, prices by one file', () => {
  const users = (name: RegExp) =>
    sources('server').filter((file) => importsOf(file).some(({ from }) => name.test(from)));
  expect(users(/^@ai-sdk/).filter((file) => !file.startsWith('server/models/ai-sdk/'))).toEqual([]);
  const clouds = /^(@aws-sdk|@smithy|google-auth-library)/;
  expect(users(clouds).filter((file) => !file.startsWith('server/models/credentials/'))).toEqual([]);
  expect(users(/^@pydantic/)).toEqual(['server/models/prices.ts']);
  expect(users(/^(pg|@dbos-inc)/).filter((file) => !file.startsWith('server/executors/dbos/'))).toEqual([]);
  expect(users(/^ws$/).filter((file) => !file.startsWith('server/gateway/socket/'))).toEqual([]);
  expect(users(/^@modelcontextprotocol/).filter((file) => !file.startsWith('server/toolsets/mcp/'))).toEqual([]);
});

it('handlers, the inspector, front ends and the command line know runs by the executor alone', () => {
  // A front end serves the callbacks of its runs, as a client does.
  const known =
    /^server\/(executors\/run-executor|runs\/(agent-registry|merge|run-owner|uuid7|toolsets\/server-warm-up)|callbacks\/(client|served-callbacks))\.ts$/;
  const wrong = ['server/handlers', 'server/inspector', 'server/frontends', 'server/cli']
    .flatMap(sources)
    .flatMap((file) =>
      importsOf(file)
        .map(({ from }) => targetOf(file, from))
        .filter((target) => /^server\/(executors|runs|callbacks)\//.test(target) && !known.test(target))
        .map((target) => `${file} imports ${target}`),
    );
  expect(wrong).toEqual([]);
});
