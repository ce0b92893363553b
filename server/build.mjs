// Bundles the daemon, the protocol package and the sample into dist/. Options: --quiet.
import { readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const quiet = process.argv.includes('--quiet');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Heavy parts: each is a file of its own, required when it is first used. */
const parts = {
  'openai-chat': 'server/models/ai-sdk/openai-chat.ts',
  'schema-rest': 'server/engine/validation/rest.ts',
};

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'linked',
  logLevel: 'warning',
  metafile: true,
  conditions: ['runwire-source'],
  define: { RUNWIRE_VERSION: JSON.stringify(version) },
};

/** `import('./x.ts')` of a heavy part becomes a require of its own bundle. */
const separateParts = {
  name: 'separate-parts',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const target = join(resolveDir, path);
      const part = Object.keys(parts).find((name) => join(root, parts[name]) === target);
      return part ? { path: `./part-${part}.cjs`, external: true } : undefined;
    });
  },
};

rmSync(dist, { recursive: true, force: true });
const cjs = { ...common, format: 'cjs', outExtension: { '.js': '.cjs' } };
const results = await Promise.all([
  build({ ...cjs, entryPoints: { server: 'server/main.ts' }, outdir: dist, plugins: [separateParts] }),
  ...Object.entries(parts).map(([name, file]) =>
    build({ ...cjs, entryPoints: { [`part-${name}`]: file }, outdir: dist }),
  ),
  build({
    ...cjs,
    bundle: false,
    entryPoints: { runwire: 'server/launcher.cts' },
    outdir: dist,
    banner: { js: '#!/usr/bin/env node' },
  }),
  build({
    ...common,
    minify: false,
    format: 'esm',
    splitting: true,
    entryPoints: {
      index: 'protocol/index.ts',
      'client/index': 'protocol/client/index.ts',
      'server-path': 'protocol/server-path.ts',
    },
    external: ['zod'],
    outdir: join(dist, 'protocol'),
  }),
  build({
    ...common,
    minify: false,
    format: 'esm',
    entryPoints: { main: 'client-sample/main.ts' },
    external: ['zod', 'vscode-jsonrpc', 'runwire'],
    conditions: [],
    packages: 'external',
    outdir: join(dist, 'client-sample'),
    outExtension: { '.js': '.mjs' },
  }),
]);

checkLocales(results[0].metafile);
if (!quiet) {
  for (const { metafile } of results) {
    for (const file of Object.keys(metafile.outputs)) {
      if (/\.[cm]?js$/.test(file)) console.log(`${String(statSync(join(root, file)).size).padStart(9)}  ${file}`);
    }
  }
}

/** `import { z }` instead of `import * as z` would put every language of zod into the bundle. */
function checkLocales({ outputs }) {
  for (const { inputs } of Object.values(outputs)) {
    const locales = Object.entries(inputs).filter(
      ([file, { bytesInOutput }]) => /zod\/v4\/locales\/(?!en\.|index\.)/.test(file) && bytesInOutput > 0,
    );
    if (locales.length > 0)
      throw new Error(`${locales.length} languages of zod are in the bundle; import zod as \`* as z\``);
  }
}
