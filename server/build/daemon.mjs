// Bundles the daemon into dist/daemon: the launcher, the server, and a file for each heavy part.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { documentPart, withoutDescriptions } from './descriptions.mjs';
import { buildInspector } from './inspector.mjs';
import { bundledPackages, licencesOf } from './licences.mjs';
import { common, dist, root } from './output.mjs';
import { bundleScripts } from './scripts.mjs';

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
  mcp: 'server/toolsets/part.ts',
  inspector: 'server/inspector/inspector.ts',
  telemetry: 'server/telemetry/part.ts',
  gateway: 'server/gateway/part.ts',
  dbos: 'server/executors/dbos/part.ts',
  workspace: 'server/toolsets/workspace/part.ts',
};

/** Made by documentPart. */
const document = 'protocol/document/document.ts';

/** Modules of Node that are slow to load and that no start needs; with what the daemon uses of them. */
const lazyModules = { crypto: ['createHash', 'randomBytes', 'randomUUID'] };

/** `import('./x.ts')` of a heavy part becomes a require of its own bundle. */
const separateParts = {
  name: 'separate-parts',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const target = join(resolveDir, path);
      if (target === join(root, document)) return { path: './part-document.cjs', external: true };
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
  outdir: join(dist, 'daemon'),
  minify: true,
  // What they say is in the texts of the licences.
  legalComments: 'none',
  // The launcher reads the bundle as Latin-1, and runs it where `import()` is not served: that becomes `require`.
  charset: 'ascii',
  supported: { 'dynamic-import': false },
  outExtension: { '.js': '.cjs' },
};

const bundled = {
  ...cjs,
  plugins: [separateParts],
  // A client of voice sessions, which nobody here opens: installed or not, it stays out.
  // Those of a fleet are installed by who wants one.
  external: ['livekit-client', '@dbos-inc/*', 'pg'],
};

/** Bundles the daemon; its folder also holds the licences of what it is made of, and nothing else. */
export async function bundleDaemon() {
  const inspector = await buildInspector();
  // The page is in the part that serves it: the folder of the daemon is all that a program has to bring along.
  const define = { ...common.define, RUNWIRE_INSPECTOR: JSON.stringify(inspector.page) };
  // `import.meta` is read where the source runs, never in the bundle.
  const ofPart = { inspector: { define, logOverride: { 'empty-import-meta': 'silent' } } };
  const results = await Promise.all([
    ...Object.entries(parts).map(([name, file]) =>
      build({ ...bundled, ...ofPart[name], entryPoints: { [`part-${name}`]: file } }),
    ),
    build({
      ...cjs,
      bundle: false,
      entryPoints: { runwire: 'server/launcher.cts' },
      banner: { js: '#!/usr/bin/env node' },
    }),
  ]);
  const scripts = await bundleDaemonScripts();
  const metafiles = [scripts.metafile, ...results.map(({ metafile }) => metafile)];
  const packages = bundledPackages([...metafiles, inspector.metafile]);
  const files = [...scripts.files, ...results.flatMap(({ outputFiles }) => outputFiles)];
  return [...files, await documentPart(), ...inspector.files, ...licenceFiles(packages)];
}

/** Bundles what is in no part; `plugins` may change it for a measurement. */
export async function bundleDaemonScripts(plugins = []) {
  const { external, charset, legalComments } = bundled;
  const all = [...plugins, separateParts, lazyNodeModules, withoutDescriptions];
  const scripts = await bundleScripts({ external, charset, legalComments, plugins: all });
  checkInputs(scripts);
  return scripts;
}

const licenceFiles = (packages) => [
  // For the tests: it is in no package.
  { path: join(dist, 'bundled-packages.json'), contents: JSON.stringify(packages) },
  { path: join(cjs.outdir, 'LICENSE'), contents: readFileSync(join(root, 'LICENSE')) },
  { path: join(cjs.outdir, 'THIRD-PARTY-LICENSES.txt'), contents: licencesOf(packages, root) },
];

/** What would make every start slow must not slip into the scripts of the daemon, least of all into the one that answers first. */
function checkInputs({ metafile: { outputs }, front }) {
  const used = (inputs) => inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file);
  const all = used(Object.values(outputs).flatMap((output) => Object.entries(output.inputs)));
  const refuse = (pattern, advice, { files = all, script = 'the daemon' } = {}) => {
    const found = files.filter((file) => pattern.test(file));
    if (found.length > 0) throw new Error(`${script} holds ${found[0]} and ${found.length - 1} more; ${advice}`);
  };
  refuse(
    /^node_modules\/|^server\/(engine\/(?!errors|json\/|limits\/)|executors|frontends\/(?!acp-options|plain-agent|acp\/(introduction|connection\/))|handlers|models\/(?!provider-names)|runs|cli\/(?!options|settings\/(?!command-table|help)))/,
    'the handshake must not wait for it: import it from server/process/daemon.ts',
    { files: used(front), script: 'server.cjs' },
  );
  refuse(/zod\/v4\/locales\/(?!en\.|index\.)/, 'import zod as `* as z`, or every language of zod comes along');
  refuse(/^protocol\/document\/document\.ts$/, 'import it only where rpc/discover is answered, as a part');
  refuse(
    /node_modules\/(@ai-sdk|@aws-sdk|@smithy|google-auth-library|@pydantic|@modelcontextprotocol|@opentelemetry)\//,
    'import it only from a part, which is a file of its own',
  );
}
