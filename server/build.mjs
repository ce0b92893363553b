// Bundles the daemon, the protocol package and the sample into dist/. Options: --quiet.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const quiet = process.argv.includes('--quiet');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Heavy parts: each is a file of its own, required when it is first used. */
const parts = {
  prices: 'server/models/prices.ts',
  downloads: 'server/models/downloads/downloads.ts',
  ...Object.fromEntries(
    [
      ...['openai', 'openai-chat', 'openai-compatible', 'anthropic', 'google', 'bedrock', 'groq', 'mistral', 'xai'],
      ...['deepseek', 'cerebras', 'cohere'],
    ].map((provider) => [provider, `server/models/ai-sdk/providers/${provider}.ts`]),
  ),
  'aws-credentials': 'server/models/credentials/aws.ts',
  'aws-profile': 'server/models/credentials/aws-profile.ts',
  'google-credentials': 'server/models/credentials/google.ts',
  'google-token': 'server/models/credentials/google-token.ts',
};

/** Modules of Node that are slow to load and that no start needs; with what the daemon uses of them. */
const lazyModules = { crypto: ['createHash', 'randomBytes', 'randomUUID'] };

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'linked',
  logLevel: 'warning',
  metafile: true,
  write: false,
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

/** A module of `lazyModules` is required when one of its functions is first used. */
const lazyNodeModules = {
  name: 'lazy-node-modules',
  setup({ onResolve, onLoad }) {
    const namespace = 'lazy-node-module';
    onResolve({ filter: /^(node:)?\w+$/ }, ({ path, namespace: importer }) => {
      const name = path.replace('node:', '');
      return importer !== namespace && Object.hasOwn(lazyModules, name) ? { path: name, namespace } : undefined;
    });
    onLoad({ filter: /.*/, namespace }, ({ path }) => {
      // Written as a module, so that using a function which is not listed fails the build.
      const functions = lazyModules[path].map(
        (name) => `export const ${name} = (...args) => require('node:${path}').${name}(...args);`,
      );
      return { contents: functions.join('\n') };
    });
  },
};

const cjs = {
  ...common,
  format: 'cjs',
  // The launcher reads the bundle as Latin-1, and runs it where `import()` is not served: that becomes `require`.
  charset: 'ascii',
  supported: { 'dynamic-import': false },
  outExtension: { '.js': '.cjs' },
};
const results = await Promise.all([
  build({ ...cjs, entryPoints: { server: 'server/main.ts' }, outdir: dist, plugins: [separateParts, lazyNodeModules] }),
  ...Object.entries(parts).map(([name, file]) =>
    build({ ...cjs, entryPoints: { [`part-${name}`]: file }, outdir: dist, plugins: [separateParts] }),
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
      'node/index': 'protocol/node/index.ts',
      'server-path': 'protocol/server-path.ts',
    },
    external: ['zod', 'vscode-jsonrpc'],
    outdir: join(dist, 'protocol'),
  }),
  build({
    ...common,
    minify: false,
    format: 'esm',
    entryPoints: { main: 'client-sample/main.ts', weather: 'client-sample/weather.ts' },
    external: ['zod', 'vscode-jsonrpc', 'runwire'],
    conditions: [],
    packages: 'external',
    outdir: join(dist, 'client-sample'),
    outExtension: { '.js': '.mjs' },
  }),
]);

checkInputs(results[0].metafile);
const files = results.flatMap(({ outputFiles }) => outputFiles);
for (const file of files) put(file);
removeOthers(new Set(files.map(({ path }) => path)));
if (!quiet) {
  for (const { path, contents } of files) {
    if (/\.[cm]?js$/.test(path)) console.log(`${String(contents.length).padStart(9)}  ${relative(root, path)}`);
  }
}

/** What would make every start slow must not slip into the bundle of the daemon. */
function checkInputs({ outputs }) {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file);
  const refuse = (pattern, advice) => {
    const found = used.filter((file) => pattern.test(file));
    if (found.length > 0) throw new Error(`server.cjs holds ${found[0]} and ${found.length - 1} more; ${advice}`);
  };
  refuse(/zod\/v4\/locales\/(?!en\.|index\.)/, 'import zod as `* as z`, or every language of zod comes along');
  refuse(
    /node_modules\/(@ai-sdk|@aws-sdk|@smithy|google-auth-library|@pydantic)\//,
    'import it only from a part, which is a file of its own',
  );
}

/** Replaces a file at once: a daemon or a test that starts meanwhile finds the old one or the new one. */
function put({ path, contents }) {
  const temporary = `${path}.${process.pid}.tmp`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(temporary, contents, { mode: path.endsWith('runwire.cjs') ? 0o755 : 0o644 });
  renameSync(temporary, path);
}

/** Removes what an earlier build has left, but not what belongs to a bench or a build that runs beside this one. */
function removeOthers(kept) {
  const isForeign = (path) => path.startsWith(join(dist, 'bench')) || path.endsWith('.tmp');
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && !kept.has(path) && !isForeign(path)) rmSync(path, { force: true });
  }
}
