// Builds what programs import: each file of protocol/ by itself, as an ES module and as CommonJS, with declarations.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { common, dist, root } from './output.mjs';

const formats = { esm: 'module', cjs: 'commonjs' };

/** Leaves every import as it is, but names what was built: `./x.ts` is `./x.js` there. */
const separateFiles = {
  name: 'separate-files',
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ path, kind }) => {
      if (kind === 'entry-point') return undefined;
      return { path: path.startsWith('.') ? path.replace(/\.ts$/, '.js') : path, external: true };
    });
  },
};

/** Builds the modules: file by file, so that a bundler leaves out what a program does not use. */
export async function buildModules() {
  const results = await Promise.all(
    Object.keys(formats).map((format) =>
      build({
        ...common,
        format,
        entryPoints: sources().map((file) => join(root, file)),
        outbase: join(root, 'protocol'),
        outdir: join(dist, format),
        plugins: [separateFiles],
        // It is read only where `__dirname` is absent, which is in ES modules.
        logOverride: { 'empty-import-meta': 'silent' },
      }),
    ),
  );
  return [...results.flatMap(({ outputFiles }) => outputFiles), ...Object.keys(formats).map(manifest)];
}

/** Says of which kind the modules of a folder are, and that importing one has no effect but its exports. */
const manifest = (format) => ({
  path: join(dist, format, 'package.json'),
  contents: `${JSON.stringify({ type: formats[format], sideEffects: false })}\n`,
});

/** Makes the declarations once, and gives them to both formats: they are the same. */
export function buildDeclarations() {
  const folder = join(dist, 'types');
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'protocol'], {
    cwd: root,
    stdio: 'inherit',
  });
  return sources().flatMap((file) => {
    const name = relative('protocol', file).replace(/\.ts$/, '.d.ts');
    const contents = withBuiltNames(readFileSync(join(folder, name), 'utf8'));
    return Object.keys(formats).map((format) => ({ path: join(dist, format, name), contents }));
  });
}

const withBuiltNames = (declarations) => declarations.replace(/(from '|import\(')(\.[^']+)\.ts'/g, "$1$2.js'");

/** The files of protocol/, from the root of the repository. */
const sources = () =>
  readdirSync(join(root, 'protocol'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join('protocol', file));
