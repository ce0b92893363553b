// Builds dist/: the daemon, the modules that programs import, and the sample. Options: --quiet; --types, with declarations;
// --executable, and the daemon as an executable, see build/executable.mjs; --docs, and the site of the guides.
import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { bundleDaemon } from './build/daemon.mjs';
import { common, dist, put, removeOthers, root } from './build/output.mjs';
import { buildDeclarations, buildModules } from './build/package.mjs';

const has = (option) => process.argv.includes(option);
const optionOf = (option) => (has(option) ? process.argv[process.argv.indexOf(option) + 1] : undefined);

const [daemon, modules, sample] = await Promise.all([bundleDaemon(), buildModules(), bundleSample()]);
const files = [...daemon, ...modules, ...sample, ...(has('--types') ? buildDeclarations() : [])];
for (const file of files) put(file);
removeOthers(new Set(files.map(({ path }) => path)));
if (!has('--quiet')) printSizes(daemon);
if (has('--executable')) {
  const { buildExecutable } = await import('./build/executable.mjs');
  const node = optionOf('--node');
  const executable = await buildExecutable({ ...(node ? { node } : {}), archive: has('--archive') });
  console.log(`${String(statSync(executable).size).padStart(9)}  ${relative(root, executable)}`);
}
if (has('--docs')) await import('../docs/site/build.mjs');

/** The sample is a program that uses the package as any other does: it is not bundled with it. */
async function bundleSample() {
  const { outputFiles } = await build({
    ...common,
    format: 'esm',
    entryPoints: { main: 'client-sample/main.ts' },
    // The names of the package itself are read from its manifest, as they are where it is installed.
    tsconfigRaw: {},
    packages: 'external',
    outdir: join(dist, 'client-sample'),
    outExtension: { '.js': '.mjs' },
  });
  return outputFiles;
}

function printSizes(outputs) {
  for (const { path, contents } of outputs) {
    if (path.endsWith('.cjs')) console.log(`${String(contents.length).padStart(9)}  ${relative(root, path)}`);
  }
}
